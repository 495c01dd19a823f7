//! LOGIN and AUTHENTICATE ([RFC 3501 §6.2], [RFC 4616], [RFC 4959]).
//!
//! [RFC 3501 §6.2]: https://www.rfc-editor.org/rfc/rfc3501#section-6.2
//! [RFC 4616]: https://www.rfc-editor.org/rfc/rfc4616
//! [RFC 4959]: https://www.rfc-editor.org/rfc/rfc4959

use std::io;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::bearer::{self, Manner};
use super::fault::Moment;
use super::lock;
use super::options::Refusal;
use super::session::Session;
use crate::command::Command;
use crate::credentials::{MASTER_PASSWORD, MASTER_SEPARATOR, MASTER_USER, PASSWORD};

/// Answers a command of somebody who is not logged in.
pub(super) async fn answer(session: &mut Session, command: &Command) -> io::Result<String> {
    let user = match command.name.as_str() {
        "LOGIN" => login(command).filter(|_| session.shared.options.takes_passwords),
        "AUTHENTICATE" => authenticate(session, command).await?,
        _ => return Ok("BAD Log in first".to_owned()),
    };
    Ok(admit(session, user, &command.name))
}

fn admit(session: &mut Session, user: Option<String>, command: &str) -> String {
    let opens_nothing = session.shared.options.refusal == Refusal::Unconnected;
    if session.turned_away && !opens_nothing {
        return turn_away(session);
    }
    let user = user.filter(|_| !session.shared.refuses_login());
    let Some(user) = user else { return refusal(session.shared.options.manner, command) };
    let is_crowded = is_crowded(session, &user);
    if is_crowded && !opens_nothing {
        return turn_away(session);
    }
    let is_missing = session.shared.options.unconnected.contains(&user);
    session.unconnected = is_missing || is_crowded || session.turned_away;
    session.shared.store().account(&user);
    session.user = Some(user);
    let told = session.told_capabilities();
    if told.is_empty() { format!("OK {command} completed.") } else { format!("OK {told}Logged in") }
}

/// What is said to one connection too many.
fn turn_away(session: &mut Session) -> String {
    if session.shared.options.refusal == Refusal::HangUp {
        session.closing = Some(Moment::BeforeOk);
        return String::new();
    }
    "NO [UNAVAILABLE] Too many connections".to_owned()
}

fn refusal(manner: Manner, command: &str) -> String {
    match manner {
        Manner::Google => "NO [AUTHENTICATIONFAILED] Authentication failed".to_owned(),
        Manner::Exchange => format!("NO {command} failed."),
    }
}

/// Whether the user has too many connections with this one, which counts from now on.
fn is_crowded(session: &mut Session, user: &str) -> bool {
    let seat = Arc::clone(lock(&session.shared.users).entry(user.to_owned()).or_default());
    // One count belongs to the server itself.
    let open = Arc::strong_count(&seat) - 1;
    session.seat = Some(seat);
    session.shared.options.max_user_connections.is_some_and(|most| open > most)
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
    let mechanism = command.text(0).unwrap_or_default().to_uppercase();
    if !session.shared.options.has(&format!("AUTH={mechanism}")) {
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
    if bearer::is_bearer(&mechanism) {
        return bearer::authenticate(session, &mechanism, &response).await;
    }
    Ok(plain(&response).filter(|_| session.shared.options.takes_passwords))
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
