//! What authorization servers answer: a token, or why there is none ([RFC 6749 §5]).
//!
//! [RFC 6749 §5]: https://www.rfc-editor.org/rfc/rfc6749#section-5

use std::time::Duration;

use jiff::SignedDuration;
use model::{Error, ErrorKind, Result, Secret};
use serde::Deserialize;
use serde_json::Value;

use crate::hidden::hide;
use crate::net::{Answer, host};

/// An answer that was understood.
pub(crate) enum Reply {
    /// A token.
    Granted(Granted),
    /// None, and why.
    Refused(Refusal),
}

/// A token, and what came with it.
#[derive(Debug, Deserialize)]
pub(crate) struct Granted {
    access_token: Secret,
    #[serde(default)]
    token_type: Option<String>,
    #[serde(default)]
    expires_in: Value,
    /// What the next token is had by, where the server gives another.
    #[serde(default)]
    pub(crate) refresh_token: Option<Secret>,
}

/// Why there is no token.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The word of the RFC.
    pub(crate) error: String,
    /// Entra's numbers for it, the closest first.
    pub(crate) codes: Vec<u32>,
    /// The server's sentence with what its support asks for, on one line.
    pub(crate) description: String,
    /// How far the server's clock is before ours, where it says what time it is.
    pub(crate) skew: Option<SignedDuration>,
    /// How long to wait before the next request, where it says so.
    pub(crate) retry_after: Option<Duration>,
}

/// What of a refusal we read. Nothing is empty.
#[derive(Default)]
struct Words {
    error: String,
    description: String,
    codes: Vec<u32>,
    trace: Option<String>,
    correlation: Option<String>,
    timestamp: Option<String>,
}

impl Words {
    /// Those of a body, if it refuses. What is not as the RFC has it is passed over: the word alone is enough.
    fn of(body: &[u8]) -> Option<Self> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let text = |name: &str| body.get(name)?.as_str().map(str::to_owned);
        let codes = body.get("error_codes").and_then(Value::as_array).into_iter().flatten();
        Some(Self {
            error: text("error")?,
            description: text("error_description").unwrap_or_default(),
            codes: codes.filter_map(Value::as_u64).filter_map(|code| code.try_into().ok()).collect(),
            trace: text("trace_id"),
            correlation: text("correlation_id"),
            timestamp: text("timestamp"),
        })
    }
}

impl Granted {
    /// The token.
    pub(crate) fn token(&self) -> &Secret {
        &self.access_token
    }

    /// How long it is good, where the server says so: as a number, or as the text of one.
    pub(crate) fn life(&self) -> Option<Duration> {
        let text = self.expires_in.as_str().and_then(|text| text.parse().ok());
        self.expires_in.as_u64().or(text).map(Duration::from_secs)
    }

    fn is_bearer(&self) -> bool {
        let kind = self.token_type.as_deref();
        !self.access_token.is_empty() && kind.is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"))
    }
}

impl Refusal {
    /// Of words that came by a browser, whose numbers stand in the sentence alone (RFC 6749 §4.1.2.1).
    pub(crate) fn told(error: &str, description: &str) -> Self {
        Words { error: error.to_owned(), description: description.to_owned(), ..Words::default() }.into()
    }

    /// Makes sure that no secret of the request comes back. The word is not told, and decides: it stays as it is.
    pub(crate) fn without<'s>(self, secrets: impl Iterator<Item = &'s str>) -> Self {
        Self { description: hide(self.description, secrets), ..self }
    }
}

impl From<Words> for Refusal {
    fn from(words: Words) -> Self {
        let described = words.description;
        let codes = if words.codes.is_empty() { codes(&described) } else { words.codes };
        let line = described.lines().next().unwrap_or_default();
        let line = line.split(" Trace ID:").next().unwrap_or_default().trim();
        let traces = [
            ("trace id", words.trace.or_else(|| after(&described, "Trace ID: "))),
            ("correlation id", words.correlation.or_else(|| after(&described, "Correlation ID: "))),
            ("timestamp", words.timestamp.or_else(|| stamp(&described))),
        ];
        let traces: Vec<String> =
            traces.into_iter().filter_map(|(name, value)| Some(format!("{name} {}", value?))).collect();
        let traces = if traces.is_empty() { String::new() } else { format!(" ({})", traces.join(", ")) };
        let line = if line.is_empty() { words.error.as_str() } else { line };
        let description = plain(&format!("{line}{traces}"));
        Self { error: plain(&words.error), codes, description, ..Self::default() }
    }
}

/// Reads an answer of a token address.
pub(crate) fn read(url: &str, answer: &Answer) -> Result<Reply> {
    if answer.status == 200 {
        let granted: Option<Granted> = serde_json::from_slice(&answer.body).ok();
        match granted.filter(Granted::is_bearer) {
            Some(granted) => return Ok(Reply::Granted(granted)),
            // Some refuse with the status of success.
            None if Words::of(&answer.body).is_some() => {}
            None => return Err(invalid(url, "its answer holds no bearer token")),
        }
    }
    refusal(url, answer).map(Reply::Refused)
}

/// Reads an answer that grants nothing.
pub(crate) fn refusal(url: &str, answer: &Answer) -> Result<Refusal> {
    let refusal = match Words::of(&answer.body) {
        Some(words) => Refusal::from(words),
        None if is_busy(answer.status) => {
            let description = format!("HTTP status {}", answer.status);
            Refusal { description, ..Refusal::default() }
        }
        None => return Err(invalid(url, &format!("it answers with HTTP status {}", answer.status))),
    };
    let error = if is_busy(answer.status) { BUSY.to_owned() } else { refusal.error };
    Ok(Refusal { error, skew: answer.skew, retry_after: answer.retry_after, ..refusal })
}

/// The RFC's word for what is over in a while (RFC 6749 §4.1.2.1).
pub(crate) const BUSY: &str = "temporarily_unavailable";

fn is_busy(status: u16) -> bool {
    status == 429 || status >= 500
}

/// What answers is no authorization server.
pub(crate) fn invalid(url: &str, what: &str) -> Error {
    let text = format!("`{}` does not answer as an authorization server: {what}", host(url));
    Error::new(ErrorKind::OauthAnswerInvalid, text)
        .remedy("check -Authority, and that no proxy or portal answers in its place")
        .object(host(url))
}

/// Entra's numbers in a sentence: `AADSTS7000215: …`.
fn codes(sentence: &str) -> Vec<u32> {
    let digits = |rest: &str| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok();
    sentence.split("AADSTS").skip(1).filter_map(digits).collect()
}

fn after(text: &str, label: &str) -> Option<String> {
    let (_, rest) = text.split_once(label)?;
    rest.split_whitespace().next().map(str::to_owned)
}

fn stamp(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("Timestamp: ")?;
    rest.lines().next().map(|stamp| stamp.trim().to_owned())
}

fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        let body = zeroize::Zeroizing::new(body.as_bytes().to_vec());
        Answer { status, skew: None, retry_after: None, body }
    }

    fn refused(status: u16, body: &str) -> Refusal {
        match read("https://a/token", &answer(status, body)) {
            Ok(Reply::Refused(refusal)) => refusal,
            Ok(Reply::Granted(granted)) => panic!("{granted:?}"),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn the_first_line_is_told_with_what_support_asks_for() {
        let told = "AADSTS7000215: Invalid client secret provided.\\r\\nTrace ID: t-1\\r\\nCorrelation ID: c-1\\r\\nTimestamp: 2026-12-01 00:00:00Z";
        let body = format!(
            r#"{{"error":"invalid_client","error_description":"{told}","error_codes":[7000215],"correlation_id":"c-1"}}"#
        );
        let refusal = refused(401, &body);
        assert_eq!(
            (refusal.error.as_str(), refusal.codes.as_slice()),
            ("invalid_client", [7000215].as_slice())
        );
        assert_eq!(
            refusal.description,
            "AADSTS7000215: Invalid client secret provided. (trace id t-1, correlation id c-1, timestamp 2026-12-01 00:00:00Z)"
        );
        let words =
            body.replace("\\r\\n", " ").replace(r#","error_codes":[7000215],"correlation_id":"c-1""#, "");
        assert_eq!(refused(401, &words), refusal, "the sentence alone says the same");
    }

    #[test]
    fn a_secret_that_comes_back_is_not_told_and_the_word_stays() {
        let refusal =
            refused(400, r#"{"error":"slow_down","error_description":"slow_down: `s3cret` is wrong"}"#);
        let refusal = refusal.without(["s3cret", "slow"].into_iter());
        assert_eq!(
            (refusal.error.as_str(), refusal.description.as_str()),
            ("slow_down", "***_down: `***` is wrong")
        );
    }

    #[test]
    fn a_busy_server_is_known_by_its_status_whatever_it_says() {
        assert_eq!(refused(429, "<html>").error, BUSY);
        assert_eq!(refused(503, r#"{"error":"server_error"}"#).error, BUSY);
    }

    #[test]
    fn a_refusal_is_read_though_it_is_not_as_the_rfc_has_it() {
        let odd =
            r#"{"error":"invalid_grant","error_description":null,"error_codes":["x",50057,-1],"trace_id":7}"#;
        let refusal = refused(400, odd);
        assert_eq!(
            (refusal.codes.as_slice(), refusal.description.as_str()),
            ([50057].as_slice(), "invalid_grant")
        );
        assert_eq!(refused(200, r#"{"error":"slow_down"}"#).error, "slow_down");
    }

    #[test]
    fn what_is_no_answer_of_an_authorization_server_is_not_taken_for_one() {
        for (status, body) in [
            (200, "<html>welcome</html>"),
            (200, r#"{"access_token":""}"#),
            (200, r#"{"access_token":"t","token_type":"mac"}"#),
            (302, ""),
            (404, "not here"),
            (400, r#"{"error":{"code":400}}"#),
        ] {
            let read = read("https://a.example/token", &answer(status, body));
            let error = read.err().unwrap();
            assert_eq!(error.kind, ErrorKind::OauthAnswerInvalid, "{body}");
            assert!(error.message.contains("a.example"), "{error}");
        }
    }

    #[test]
    fn a_life_is_a_number_or_the_text_of_one() {
        let life = |body: &str| serde_json::from_str::<Granted>(body).unwrap().life();
        assert_eq!(life(r#"{"access_token":"t","expires_in":3599}"#), Some(Duration::from_secs(3599)));
        assert_eq!(life(r#"{"access_token":"t","expires_in":"60"}"#), Some(Duration::from_secs(60)));
        assert_eq!(life(r#"{"access_token":"t"}"#), None);
    }
}
