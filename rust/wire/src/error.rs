//! What a command can fail with: the server's refusal, or the connection itself.

use std::fmt;
use std::time::Duration;

use model::ErrorKind;

use crate::budget::QUOTED;
use crate::response::StatusText;

/// The result of a command.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a command failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The server said NO or BAD. The connection is as good as before.
    Refused(Box<Refusal>),
    /// Anything else. After a failure on the wire the connection is of no more use.
    Failed(Box<model::Error>),
}

impl Error {
    /// The refusal, where it is one.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::Failed(_) => None,
        }
    }

    /// The stable word for what went wrong.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Refused(refusal) => refusal.kind(),
            Self::Failed(error) => error.kind,
        }
    }
}

impl From<Error> for model::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => refusal.to_error(),
            Error::Failed(error) => *error,
        }
    }
}

impl From<model::Error> for Error {
    fn from(error: model::Error) -> Self {
        Self::Failed(Box::new(error))
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.to_error().fmt(f),
            Self::Failed(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

/// What a status response says became of a command, or of the connection (RFC 3501 §7.1 and §9, `resp-cond-state`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// It worked.
    Ok,
    /// It did not.
    No,
    /// The command was not understood, or came at a wrong time.
    Bad,
    /// The server hangs up.
    Bye,
    /// The connection is authenticated already.
    Preauth,
}

impl Condition {
    pub(crate) fn parse(word: &[u8]) -> Option<Self> {
        let words = [
            ("OK", Self::Ok),
            ("NO", Self::No),
            ("BAD", Self::Bad),
            ("BYE", Self::Bye),
            ("PREAUTH", Self::Preauth),
        ];
        words
            .into_iter()
            .find(|(name, _)| word.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, condition)| condition)
    }
}

/// A command that the server refused, in the server's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What was refused, as "cannot select folder `Archive`".
    pub context: String,
    /// NO, BAD, or BYE. After BYE it is open whether the command took effect. OK where only a part was done.
    pub condition: Condition,
    /// The response code, without its brackets.
    pub code: Option<String>,
    /// The text after the code.
    pub text: String,
    /// The server's whole line from the status word on, after any alert that came before it.
    pub line: String,
}

/// Texts of servers that send no response code, in lower case, and what they mean.
const TEXTS: [(&str, ErrorKind); 14] = [
    (NOT_CONNECTED, ErrorKind::AuthenticationFailed),
    (TOKEN_EXPIRED, ErrorKind::OauthTokenExpired),
    ("request is throttled", ErrorKind::Throttled),
    ("suggested backoff time", ErrorKind::Throttled),
    ("too many simultaneous connections", ErrorKind::Throttled),
    ("too many connections", ErrorKind::Throttled),
    ("maximum number of connections", ErrorKind::Throttled),
    ("maximum size of appendable message", ErrorKind::MessageTooLarge),
    ("message too large", ErrorKind::MessageTooLarge),
    ("command line limit exceeded", ErrorKind::MessageTooLarge),
    ("over quota", ErrorKind::QuotaExceeded),
    // Exchange's words for a full mailbox (peers O18).
    ("server unavailable. 15", ErrorKind::QuotaExceeded),
    ("temporary unavailable", ErrorKind::Throttled),
    ("temporarily unavailable", ErrorKind::Throttled),
];

/// Exchange's words after a login to which no mailbox belongs (peers O2).
const NOT_CONNECTED: &str = "user is authenticated but not connected";

/// Exchange's word for a session whose token has come to its end: `Session invalidated - AccessTokenExpired`.
const TOKEN_EXPIRED: &str = "accesstokenexpired";

/// Whether a server says that a token's time is over.
pub(crate) fn speaks_of_an_expired_token(text: &str) -> bool {
    text.to_ascii_lowercase().contains(TOKEN_EXPIRED)
}

impl Refusal {
    pub(crate) fn new(context: impl Into<String>, status: StatusText<'_>, alert: Option<&str>) -> Self {
        let line = quoted(status.line);
        Self {
            context: context.into(),
            condition: status.condition,
            code: status.code.map(quoted),
            text: quoted(status.text),
            line: alert.map_or_else(|| line.clone(), |alert| format!("{alert}; {line}")),
        }
    }

    /// The first word of the response code, upper-case.
    pub fn code_word(&self) -> Option<String> {
        Some(self.code.as_ref()?.split_ascii_whitespace().next()?.to_ascii_uppercase())
    }

    /// The lowest UID that an OK says was done, where only a part was (RFC 9738 §3.1).
    pub(crate) fn stopped_at(&self) -> Option<u32> {
        let code = self.code.as_deref().filter(|_| self.condition == Condition::Ok)?;
        code.split_ascii_whitespace().nth(2)?.parse().ok()
    }

    /// What the response code says (RFC 5530 and others), else what known texts say. An alert is for people: a server that
    /// tells of a full mailbox meanwhile has not refused for it.
    pub fn kind(&self) -> ErrorKind {
        if is_locked_out(&self.text) {
            return ErrorKind::Throttled;
        }
        let by_code = self.code_word().and_then(|word| kind_of_code(&word));
        by_code.or_else(|| self.kind_of_text()).unwrap_or(match self.condition {
            Condition::Bye => ErrorKind::ConnectionLost,
            _ => ErrorKind::ServerRefused,
        })
    }

    fn kind_of_text(&self) -> Option<ErrorKind> {
        let text = self.text.to_ascii_lowercase();
        TEXTS.into_iter().find(|(known, _)| text.contains(known)).map(|(_, kind)| kind)
    }

    /// Whether it is Exchange's word for a login to which no mailbox belongs.
    pub(crate) fn speaks_of_no_mailbox(&self) -> bool {
        self.text.to_ascii_lowercase().contains(NOT_CONNECTED)
    }

    /// The refusal as an error that can cross the ABI.
    pub fn to_error(&self) -> model::Error {
        let error = model::Error::new(self.kind(), self.context.clone()).server(self.line.clone());
        if !self.speaks_of_no_mailbox() {
            return error;
        }
        error.remedy(
            "the password is right, but no mailbox opens: check that the user has one and a licence for it, \
             and that an administrator has full access to it",
        )
    }
}

/// How long to leave an account alone. Exchange says it in its own words, `Suggested Backoff Time: 299609 milliseconds`
/// (peers O3); Gmail, which says no time, locks out for up to a day whoever has used up the day's bytes (peers G9).
pub fn suggested_backoff(line: &str) -> Option<Duration> {
    const LOOK_AGAIN: Duration = Duration::from_secs(3_600);
    if is_locked_out(line) {
        return Some(LOOK_AGAIN);
    }
    let text = line.to_ascii_lowercase();
    let (_, after) = text.split_once("suggested backoff time:")?;
    let number = after.split_ascii_whitespace().next()?;
    number.parse().ok().map(Duration::from_millis)
}

/// Whether the day's bytes or commands are used up. The response code, where there is one, is that of a full mailbox.
fn is_locked_out(line: &str) -> bool {
    let text = line.to_ascii_lowercase();
    ["exceeded command or bandwidth limits", "exceeded bandwidth limits"]
        .iter()
        .any(|words| text.contains(words))
}

fn kind_of_code(word: &str) -> Option<ErrorKind> {
    Some(match word {
        "OVERQUOTA" => ErrorKind::QuotaExceeded,
        "TRYCREATE" | "NONEXISTENT" => ErrorKind::FolderNotFound,
        "NOPERM" => ErrorKind::PermissionDenied,
        "TOOBIG" => ErrorKind::MessageTooLarge,
        "UNAVAILABLE" | "LIMIT" | "INUSE" | "THROTTLED" => ErrorKind::Throttled,
        "AUTHENTICATIONFAILED" | "AUTHORIZATIONFAILED" | "EXPIRED" => ErrorKind::AuthenticationFailed,
        "PRIVACYREQUIRED" => ErrorKind::AuthenticationUnsupported,
        _ => return None,
    })
}

/// Server text for people, who read no more than this of it: errors are kept, one a message.
pub(crate) fn quoted(bytes: &[u8]) -> String {
    match bytes.get(..QUOTED) {
        Some(start) if start.len() < bytes.len() => format!("{}...", lossy(start)),
        _ => lossy(bytes),
    }
}

/// Server text: what is no UTF-8 is replaced.
pub(crate) fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::response::Response;

    fn refusal(line: &str) -> Refusal {
        let Response::Done { text, .. } = Response::parse(line.as_bytes()) else { panic!("{line}") };
        Refusal::new("cannot append to folder `X`", text, None)
    }

    /// O2, O3, O4, O7, O18, A20, D8, D9, G9, G15
    #[test]
    fn response_codes_and_known_texts_become_kinds() {
        let lines = [
            ("A NO [OVERQUOTA] full", ErrorKind::QuotaExceeded),
            ("A NO [trycreate] none", ErrorKind::FolderNotFound),
            ("A NO [NONEXISTENT] none", ErrorKind::FolderNotFound),
            ("A NO [NOPERM] no", ErrorKind::PermissionDenied),
            ("A BAD [TOOBIG] Message too large", ErrorKind::MessageTooLarge),
            ("A NO Maximum size of appendable message has been exceeded.", ErrorKind::MessageTooLarge),
            ("A NO [UNAVAILABLE] Maximum number of connections", ErrorKind::Throttled),
            ("A NO [LIMIT] x", ErrorKind::Throttled),
            ("A NO [INUSE] x", ErrorKind::Throttled),
            ("A NO [THROTTLED] x", ErrorKind::Throttled),
            ("A BAD Request is throttled. Suggested Backoff Time: 299609 milliseconds", ErrorKind::Throttled),
            (
                "A NO [OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)",
                ErrorKind::Throttled,
            ),
            ("A BYE [ALERT] Account exceeded bandwidth limits. (Failure)", ErrorKind::Throttled),
            ("A NO Too many simultaneous connections. (Failure)", ErrorKind::Throttled),
            ("A NO [AUTHENTICATIONFAILED] no", ErrorKind::AuthenticationFailed),
            ("A BAD User is authenticated but not connected.", ErrorKind::AuthenticationFailed),
            ("A NO Server Unavailable. 15", ErrorKind::QuotaExceeded),
            ("A NO Temporary unavailable", ErrorKind::Throttled),
            ("A BAD command line limit exceeded", ErrorKind::MessageTooLarge),
            ("A BYE Session expired, please login again.", ErrorKind::ConnectionLost),
            ("A BYE Session invalidated - AccessTokenExpired", ErrorKind::OauthTokenExpired),
            ("A BYE going", ErrorKind::ConnectionLost),
            ("A NO [ALREADYEXISTS] x", ErrorKind::ServerRefused),
            ("A BAD Command Argument Error. 11", ErrorKind::ServerRefused),
        ];
        for (line, kind) in lines {
            assert_eq!(refusal(line).kind(), kind, "{line}");
        }
    }

    /// O3
    #[test]
    fn the_suggested_backoff_is_a_duration() {
        let line = "NO Request is throttled. Suggested Backoff Time: 299609 milliseconds";
        assert_eq!(suggested_backoff(line), Some(Duration::from_millis(299_609)));
        assert_eq!(suggested_backoff("NO x"), None);
    }

    /// G9
    #[test]
    fn an_account_that_has_used_up_its_bytes_is_left_alone_for_an_hour() {
        let line = "NO [OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)";
        assert_eq!(suggested_backoff(line), Some(Duration::from_secs(3_600)));
    }

    #[test]
    fn an_error_repeats_no_more_of_a_servers_text_than_people_read() {
        let long = refusal(&format!("A NO [X{0}] y{0}", "x".repeat(10_000)));
        for text in [long.code.as_deref().unwrap(), &long.text, &long.line] {
            assert!(text.len() == QUOTED + 3 && text.ends_with("xxx..."), "{}", text.len());
        }
    }

    #[test]
    fn the_error_keeps_the_servers_own_words() {
        let error: model::Error = Error::from(refusal("A NO [OVERQUOTA] Mailbox is full")).into();
        assert_eq!(error.kind, ErrorKind::QuotaExceeded);
        assert_eq!(error.message, "cannot append to folder `X`");
        assert_eq!(error.server.as_deref(), Some("NO [OVERQUOTA] Mailbox is full"));
        assert!(!error.retryable);
    }
}
