//! Logs in with a token (RFC 6750): by XOAUTH2, Google's and Microsoft's own, else by OAUTHBEARER (RFC 7628).

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use model::{Error as ModelError, ErrorKind};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::budget::Heard;
use crate::capabilities::Capabilities;
use crate::command::Command;
use crate::connection::{Connection, completion};
use crate::error::{Error, Refusal, Result, quoted};
use crate::options::{Login, Options};
use crate::response::Response;

/// The longest line that every server reads (RFC 2683 §3.2.1.5). A longer token waits for the server's `+`.
const LONGEST_LINE: usize = 8_000;

/// What to do where a token is taken, and no mailbox opens.
const NO_MAILBOX: &str = "the token is right, but no mailbox opens: check that the user has one and a licence for \
    it, that IMAP is on for it, and that whoever the token is for has full access to it; too many connections of late look the \
    same";

/// How a token is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mechanism {
    XOAuth2,
    OAuthBearer,
}

impl Mechanism {
    /// Both, the one to be preferred first: it is the one that more servers have proved.
    pub(crate) const ALL: [Self; 2] = [Self::XOAuth2, Self::OAuthBearer];

    /// The one to take of what is offered.
    pub(crate) fn choose(offered: &Capabilities) -> Option<Self> {
        Self::ALL.into_iter().find(|mechanism| offered.has(&format!("AUTH={}", mechanism.word())))
    }

    fn word(self) -> &'static str {
        match self {
            Self::XOAuth2 => "XOAUTH2",
            Self::OAuthBearer => "OAUTHBEARER",
        }
    }

    /// All that is said, in Base64: whose mailbox, and the token.
    pub(crate) fn message(self, options: &Options, login: &Login) -> Zeroizing<String> {
        let (user, token) = (login.authentication_user.as_str(), login.proof.secret());
        let message = Zeroizing::new(match self {
            Self::XOAuth2 => ["user=", user, "\x01auth=Bearer ", token, "\x01\x01"].concat(),
            Self::OAuthBearer => {
                let (name, port) = (user.replace('=', "=3D").replace(',', "=2C"), options.port.to_string());
                let server = ["\x01host=", &options.host, "\x01port=", &port].concat();
                ["n,a=", &name, ",", &server, "\x01auth=Bearer ", token, "\x01\x01"].concat()
            }
        });
        Zeroizing::new(BASE64_STANDARD.encode(message.as_bytes()))
    }

    /// What a refusal that comes as a challenge is answered with: nothing, or one octet 1 (RFC 7628 §3.2.3).
    fn farewell(self) -> &'static str {
        match self {
            Self::XOAuth2 => "",
            Self::OAuthBearer => "AQ==",
        }
    }
}

impl Connection {
    /// AUTHENTICATE with a token. The token goes along with the command where the server allows it (RFC 4959).
    pub(crate) async fn authenticate_with_token(
        &mut self,
        context: &str,
        mechanism: Mechanism,
        message: &str,
        offered: &Capabilities,
    ) -> Result<()> {
        self.begin(context)?;
        let tag = self.queue_tag(&format!("AUTHENTICATE {} ***", mechanism.word()));
        self.wire.wipe_when_sent();
        self.wire.queue(format!("AUTHENTICATE {}", mechanism.word()).as_bytes());
        let mut answers = [message, mechanism.farewell()].into_iter();
        if offered.has("SASL-IR") && message.len() < LONGEST_LINE {
            self.wire.queue(b" ");
            self.wire.queue(answers.next().unwrap_or_default().as_bytes());
        }
        self.wire.queue(b"\r\n");
        let mut challenge = None;
        loop {
            let end = self.read_response(context).await?;
            let (response, alert) = self.take_response(end);
            let told = told_capabilities(&response);
            match response {
                Response::Done { tag: done, text } if done == tag.as_bytes() => {
                    let said: Vec<String> = challenge.into_iter().chain(alert).collect();
                    let said = (!said.is_empty()).then(|| said.join("; "));
                    let outcome = completion(context, text, said.as_deref());
                    self.capabilities = told.unwrap_or_default();
                    self.end();
                    return Ok(outcome.map(drop)?);
                }
                Response::Continue(said) => {
                    challenge = challenge.or_else(|| read_challenge(said));
                    let Some(answer) = answers.next() else {
                        return Err(self.violation(format!("{context}: the server asks again and again")));
                    };
                    self.wire.wipe_when_sent();
                    self.wire.queue(answer.as_bytes());
                    self.wire.queue(b"\r\n");
                }
                _ => {}
            }
        }
    }

    /// Asks at once whether a mailbox is behind the login: Exchange takes a token that opens none, and says so to the next
    /// command. Whatever else it says is nothing against the login.
    pub(crate) async fn look_behind(&mut self, context: &str, offered: &Capabilities) -> Result<()> {
        let is_told = !self.capabilities.is_empty();
        let offered = if is_told { &self.capabilities } else { offered };
        let question = if offered.namespace() { "NAMESPACE" } else { "NOOP" };
        let commands = [Command::new("CAPABILITY"), Command::new(question)];
        let asked = commands.get(usize::from(is_told)..).unwrap_or_default();
        let mut told = None;
        let on_response = |response: &Response<'_>| {
            told = told_capabilities(response).or(told.take());
            Heard::Other
        };
        let answers = self.run_each(context, asked, on_response).await?;
        self.capabilities = told.unwrap_or_else(|| std::mem::take(&mut self.capabilities));
        match answers.into_iter().filter_map(std::result::Result::err).find(Refusal::speaks_of_no_mailbox) {
            Some(refusal) => Err(no_mailbox(&refusal)),
            None => Ok(()),
        }
    }
}

/// The server takes the token, and opens no mailbox.
pub(crate) fn no_mailbox(refusal: &Refusal) -> Error {
    let error = ModelError { kind: ErrorKind::OauthMailboxUnavailable, ..refusal.to_error() };
    ModelError { remedy: None, ..error }.remedy(NO_MAILBOX).into()
}

fn told_capabilities(response: &Response<'_>) -> Option<Capabilities> {
    crate::open::capabilities_in(response).map(Capabilities::parse)
}

/// What a challenge says of a refusal (RFC 7628 §3.2.2), for people. None: it asks for the token.
fn read_challenge(challenge: &[u8]) -> Option<String> {
    let json = BASE64_STANDARD.decode(challenge.trim_ascii()).ok()?;
    let json: Value = serde_json::from_slice(&json).ok()?;
    let said = |name: &str| {
        let value = json.get(name)?;
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Some(format!("{name} {}", value.escape_debug()))
    };
    let said: Vec<String> = ["status", "schemes", "scope"].into_iter().filter_map(said).collect();
    (!said.is_empty()).then(|| quoted(said.join(", ").as_bytes()))
}

#[cfg(test)]
mod tests {
    use model::{Secret, Security};

    use super::*;
    use crate::options::Proof;

    fn message(mechanism: Mechanism, user: &str) -> String {
        let options = Options::new("mail.example", 993, Security::Ssl);
        let proof = Proof::Token(Secret::new("T"));
        let login = Login { authentication_user: user.to_owned(), impersonation: None, proof };
        let message = BASE64_STANDARD.decode(mechanism.message(&options, &login).as_bytes()).unwrap();
        String::from_utf8(message).unwrap()
    }

    #[test]
    fn a_message_says_whose_mailbox_it_is_and_what_opens_it() {
        assert_eq!(message(Mechanism::XOAuth2, "a@b.example"), "user=a@b.example\x01auth=Bearer T\x01\x01");
        assert_eq!(
            message(Mechanism::OAuthBearer, "a=,b@c.example"),
            "n,a=a=3D=2Cb@c.example,\x01host=mail.example\x01port=993\x01auth=Bearer T\x01\x01"
        );
    }

    #[test]
    fn the_mechanism_of_google_and_microsoft_comes_first() {
        let choose = |words: &str| Mechanism::choose(&Capabilities::parse(words.as_bytes()));
        assert_eq!(choose("AUTH=OAUTHBEARER AUTH=XOAUTH2"), Some(Mechanism::XOAuth2));
        assert_eq!(choose("auth=oauthbearer AUTH=PLAIN"), Some(Mechanism::OAuthBearer));
        assert_eq!(choose("AUTH=PLAIN"), None);
    }

    #[test]
    fn a_challenge_is_read_as_far_as_it_says_why() {
        let challenge = |json: &str| read_challenge(BASE64_STANDARD.encode(json).as_bytes());
        let google = r#"{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}"#;
        assert_eq!(
            challenge(google).as_deref(),
            Some("status 400, schemes Bearer, scope https://mail.google.com/")
        );
        assert_eq!(challenge(r#"{"status":401,"x":"y\n"}"#).as_deref(), Some("status 401"));
        for other in ["", "{}", "[]", "hi"] {
            assert_eq!(challenge(other), None, "{other}");
        }
        assert_eq!(read_challenge(b""), None);
        assert_eq!(read_challenge(b"go ahead"), None);
    }
}
