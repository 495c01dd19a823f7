//! LOGIN and AUTHENTICATE PLAIN (RFC 3501 §6.2, RFC 4616).

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use testkit::command::Command;

use super::session::Session;
use super::{PASSWORD, Server};

pub(super) fn login(session: &mut Session, server: &Server, command: &Command) -> String {
    admit(session, server, command.text(0).zip(command.text(1)))
}

pub(super) fn authenticate(session: &mut Session, server: &Server, command: &Command) -> Option<String> {
    if !command.text(0)?.eq_ignore_ascii_case("PLAIN") {
        return Some("NO No such mechanism".to_owned());
    }
    if let Some(response) = command.text(1) {
        return Some(finish(session, server, response.as_bytes()));
    }
    session.authenticating = Some(command.tag.clone());
    session.out.extend_from_slice(b"+ \r\n");
    "+".clone_into(&mut session.last);
    None
}

/// Takes the client's response.
pub(super) fn finish(session: &mut Session, server: &Server, response: &[u8]) -> String {
    let decoded = BASE64_STANDARD.decode(response.trim_ascii()).unwrap_or_default();
    let decoded = String::from_utf8_lossy(&decoded).into_owned();
    let mut parts = decoded.split('\0').skip(1).map(str::to_owned);
    admit(session, server, parts.next().zip(parts.next()))
}

fn admit(session: &mut Session, server: &Server, who: Option<(String, String)>) -> String {
    match who {
        Some((user, password)) if password == PASSWORD && server.accounts.contains_key(&user) => {
            session.user = Some(user);
            format!("OK [CAPABILITY {}] Logged in", server.manners.capabilities())
        }
        _ => "NO [AUTHENTICATIONFAILED] Authentication failed".to_owned(),
    }
}
