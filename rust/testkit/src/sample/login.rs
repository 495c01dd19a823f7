//! LOGIN and AUTHENTICATE PLAIN ([RFC 3501 §6.2], [RFC 4616], [RFC 4959]).
//!
//! [RFC 3501 §6.2]: https://www.rfc-editor.org/rfc/rfc3501#section-6.2
//! [RFC 4616]: https://www.rfc-editor.org/rfc/rfc4616
//! [RFC 4959]: https://www.rfc-editor.org/rfc/rfc4959

use std::io;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::fault::Moment;
use super::options::Refusal;
use super::session::Session;
use crate::command::Command;
use crate::credentials::{MASTER_PASSWORD, MASTER_SEPARATOR, MASTER_USER, PASSWORD};

/// Answers a command of somebody who is not logged in.
pub(super) async fn answer(session: &mut Session, command: &Command) -> io::Result<String> {
    let user = match command.name.as_str() {
        "LOGIN" => login(command),
        "AUTHENTICATE" => authenticate(session, command).await?,
        _ => return Ok("BAD Log in first".to_owned()),
    };
    Ok(admit(session, user))
}

fn admit(session: &mut Session, user: Option<String>) -> String {
    if session.turned_away && session.shared.options.refusal == Refusal::HangUp {
        session.closing = Some(Moment::BeforeOk);
        return String::new();
    }
    if session.turned_away {
        return "NO [UNAVAILABLE] Too many connections".to_owned();
    }
    let user = user.filter(|_| !session.shared.refuses_login());
    let Some(user) = user else { return "NO [AUTHENTICATIONFAILED] Authentication failed".to_owned() };
    session.shared.store().account(&user);
    session.user = Some(user);
    format!("OK [CAPABILITY {}] Logged in", session.capabilities())
}

fn login(command: &Command) -> Option<String> {
    let (name, password) = (command.text(0)?, command.text(1)?);
    match name.split_once(MASTER_SEPARATOR) {
        Some((user, master)) => master_opens(user, master, &password),
        None => (password == PASSWORD).then_some(name),
    }
}

/// The initial response comes with the command or after a `+`.
async fn authenticate(session: &mut Session, command: &Command) -> io::Result<Option<String>> {
    let mechanism = command.text(0).unwrap_or_default();
    if !mechanism.eq_ignore_ascii_case("PLAIN") {
        return Ok(None);
    }
    let response = match command.text(1) {
        Some(response) if session.shared.options.has("SASL-IR") => response,
        Some(_) => return Ok(None),
        None => {
            session.stream.write(b"+ \r\n").await?;
            let mut line = Vec::new();
            session.stream.read_line(&mut line).await?;
            String::from_utf8_lossy(&line).trim_end().to_owned()
        }
    };
    Ok(plain(&response))
}

/// `authzid NUL authcid NUL password`.
fn plain(response: &str) -> Option<String> {
    let decoded = String::from_utf8(BASE64_STANDARD.decode(response).ok()?).ok()?;
    let mut parts = decoded.split('\0');
    let (authorised, authenticated, password) = (parts.next()?, parts.next()?, parts.next()?);
    if authorised.is_empty() || authorised == authenticated {
        return (password == PASSWORD).then(|| authenticated.to_owned());
    }
    master_opens(authorised, authenticated, password)
}

fn master_opens(user: &str, master: &str, password: &str) -> Option<String> {
    (master == MASTER_USER && password == MASTER_PASSWORD).then(|| user.to_owned())
}
