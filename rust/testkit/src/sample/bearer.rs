//! Tokens in place of passwords: XOAUTH2, which Google and Microsoft have made up, and OAUTHBEARER ([RFC 7628]).
//!
//! [RFC 7628]: https://www.rfc-editor.org/rfc/rfc7628

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::lock;
use super::session::Session;

/// Says whether a token opens a mailbox at this moment. Cheap to clone.
#[derive(Clone)]
pub struct Judge(Arc<Verdict>);

type Verdict = dyn Fn(&str, &str) -> bool + Send + Sync;

impl Judge {
    /// A judge that is asked with the token and the mailbox.
    pub fn new(is_good: impl Fn(&str, &str) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(is_good))
    }

    fn finds_good(&self, token: &str, mailbox: &str) -> bool {
        (self.0)(token, mailbox)
    }
}

impl fmt::Debug for Judge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Judge")
    }
}

/// How a login is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// A token by a challenge that says why, and everybody by `NO [AUTHENTICATIONFAILED]`: Google.
    Google,
    /// Everybody by a bare NO: Exchange.
    Exchange,
}

/// What Google's challenge says.
const CHALLENGE: &str = r#"{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}"#;

/// What ends a session whose token is good no more.
pub(super) const EXPIRED: &str = "BYE Session invalidated - AccessTokenExpired";

/// The tokens whose time has come to its end here, whatever the judge says.
#[derive(Debug, Default)]
pub(super) struct Expired(Mutex<BTreeSet<String>>);

impl Expired {
    pub(super) fn add(&self, token: String) {
        lock(&self.0).insert(token);
    }

    fn has(&self, token: &str) -> bool {
        lock(&self.0).contains(token)
    }
}

/// Whether this is one of the two, in the words of AUTHENTICATE.
pub(super) fn is_bearer(mechanism: &str) -> bool {
    ["XOAUTH2", "OAUTHBEARER"].iter().any(|known| mechanism.eq_ignore_ascii_case(known))
}

/// Whose mailbox the initial response opens. A refusal may take one more exchange.
pub(super) async fn authenticate(
    session: &mut Session,
    mechanism: &str,
    response: &str,
) -> io::Result<Option<String>> {
    let is_google = mechanism.eq_ignore_ascii_case("XOAUTH2");
    let read = if is_google { xoauth2(response) } else { oauthbearer(response) };
    let good = read.filter(|(user, token)| is_good(session, user, token));
    if let Some((user, token)) = good {
        lock(&session.shared.tokens).insert(token.clone());
        session.token = Some(token);
        return Ok(Some(user));
    }
    if session.shared.options.manner == Manner::Google {
        let challenge = format!("+ {}\r\n", BASE64_STANDARD.encode(CHALLENGE));
        session.stream.write(challenge.as_bytes()).await?;
        let mut line = Vec::new();
        session.stream.read_line(&mut line).await?;
        let farewell: &[u8] = if is_google { b"\r\n" } else { b"AQ==\r\n" };
        if line != farewell {
            return Err(io::ErrorKind::InvalidInput.into());
        }
    }
    Ok(None)
}

/// Whether the token of a session has come to its end.
pub(super) fn is_over(session: &Session) -> bool {
    let login = session.user.as_deref().zip(session.token.as_deref());
    login.is_some_and(|(user, token)| !is_good(session, user, token))
}

fn is_good(session: &Session, user: &str, token: &str) -> bool {
    let judge = session.shared.options.judge.as_ref();
    judge.is_some_and(|judge| judge.finds_good(token, user)) && !session.shared.expired.has(token)
}

/// `user=U ^A auth=Bearer T ^A ^A`.
fn xoauth2(response: &str) -> Option<(String, String)> {
    let decoded = decode(response)?;
    let [user, auth, "", ""] = *decoded.split('\x01').collect::<Vec<_>>() else { return None };
    Some((user.strip_prefix("user=")?.to_owned(), auth.strip_prefix("auth=Bearer ")?.to_owned()))
}

/// `n,a=U, ^A key=value ... ^A ^A`, in the order of the fields that pleases the client.
fn oauthbearer(response: &str) -> Option<(String, String)> {
    let decoded = decode(response)?;
    let (header, fields) = decoded.strip_suffix("\x01\x01")?.split_once('\x01')?;
    let user = header.strip_prefix("n,a=")?.strip_suffix(',')?;
    if user.contains(',') {
        return None;
    }
    let token = fields.split('\x01').find_map(|field| field.strip_prefix("auth=Bearer "))?;
    Some((user.replace("=2C", ",").replace("=3D", "="), token.to_owned()))
}

fn decode(response: &str) -> Option<String> {
    String::from_utf8(BASE64_STANDARD.decode(response).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_taken_apart_and_nothing_else() {
        let read =
            |form: fn(&str) -> Option<(String, String)>, text: &str| form(&BASE64_STANDARD.encode(text));
        let login = Some(("a@b".to_owned(), "T".to_owned()));
        assert_eq!(read(xoauth2, "user=a@b\x01auth=Bearer T\x01\x01"), login);
        assert_eq!(read(oauthbearer, "n,a=a@b,\x01host=h\x01port=993\x01auth=Bearer T\x01\x01"), login);
        let odd = Some(("a,=b".to_owned(), "T".to_owned()));
        assert_eq!(read(oauthbearer, "n,a=a=2C=3Db,\x01auth=Bearer T\x01\x01"), odd);
        for malformed in ["user=a\x01auth=Bearer T\x01", "n,a=a,b,\x01auth=Bearer T\x01\x01", "", "\0a\0b"] {
            assert_eq!(
                read(xoauth2, malformed).or_else(|| read(oauthbearer, malformed)),
                None,
                "{malformed:?}"
            );
        }
    }
}
