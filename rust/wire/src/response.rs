//! One response of the server, told apart by its first words ([RFC 3501 §7]).
//!
//! [RFC 3501 §7]: https://www.rfc-editor.org/rfc/rfc3501#section-7

use crate::error::Condition;
use crate::token::parse_number;

/// A response. Anything that is none of these is [`Response::Unknown`], and never an error.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Response<'a> {
    /// The completion of a command.
    Done { tag: &'a [u8], text: StatusText<'a> },
    /// An untagged OK, NO, BAD, BYE or PREAUTH.
    Status(StatusText<'a>),
    /// `+`: the server waits for more. Its text is for people, but where a login is under way.
    Continue(&'a [u8]),
    /// `* 5 EXISTS`, `* 5 FETCH (...)`.
    Numbered { number: u64, kind: &'a [u8], rest: &'a [u8] },
    /// `* LIST (...)`.
    Data { kind: &'a [u8], rest: &'a [u8] },
    /// What we do not know.
    Unknown(&'a [u8]),
}

/// A status, its response code (RFC 3501 §7.1) and its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StatusText<'a> {
    pub(crate) condition: Condition,
    /// What stands between the brackets.
    pub(crate) code: Option<&'a [u8]>,
    /// The text after the code.
    pub(crate) text: &'a [u8],
    /// The whole of it, from the status word on.
    pub(crate) line: &'a [u8],
}

impl<'a> StatusText<'a> {
    fn parse(line: &'a [u8]) -> Option<Self> {
        let (word, rest) = split_word(line);
        let condition = Condition::parse(word)?;
        let (code, text) = split_code(rest);
        Some(Self { condition, code, text, line })
    }

    /// What follows this word in the response code.
    pub(crate) fn code_value(&self, name: &str) -> Option<&'a [u8]> {
        let (word, rest) = split_word(self.code?);
        word.eq_ignore_ascii_case(name.as_bytes()).then_some(rest)
    }
}

impl<'a> Response<'a> {
    /// Reads a whole response, its line end included.
    pub(crate) fn parse(data: &'a [u8]) -> Self {
        let data = data.strip_suffix(b"\n").unwrap_or(data);
        let data = data.strip_suffix(b"\r").unwrap_or(data);
        let (first, rest) = split_word(data);
        match first {
            b"*" => Self::parse_untagged(rest),
            [b'+', ..] => Self::Continue(rest),
            [] => Self::Unknown(data),
            tag => StatusText::parse(rest).map_or(Self::Unknown(data), |text| Self::Done { tag, text }),
        }
    }

    fn parse_untagged(data: &'a [u8]) -> Self {
        if let Some(text) = StatusText::parse(data) {
            return Self::Status(text);
        }
        let (kind, rest) = split_word(data);
        let Some(number) = parse_number(kind) else {
            return if kind.is_empty() { Self::Unknown(data) } else { Self::Data { kind, rest } };
        };
        let (kind, rest) = split_word(rest);
        Self::Numbered { number, kind, rest }
    }

    /// The values of an untagged response of this kind.
    pub(crate) fn data(&self, name: &str) -> Option<&'a [u8]> {
        match self {
            Self::Data { kind, rest } if kind.eq_ignore_ascii_case(name.as_bytes()) => Some(rest),
            _ => None,
        }
    }

    /// The items of a FETCH response.
    pub(crate) fn fetch(&self) -> Option<&'a [u8]> {
        match self {
            Self::Numbered { kind, rest, .. } if kind.eq_ignore_ascii_case(b"FETCH") => Some(rest),
            _ => None,
        }
    }
}

/// Whether the response that starts with this line may hold literals: a status text may look as if it did.
pub(crate) fn may_hold_literals(line: &[u8]) -> bool {
    matches!(Response::parse(line), Response::Numbered { .. } | Response::Data { .. })
}

/// The first word, and what follows the spaces after it. Leading spaces do not count.
pub(crate) fn split_word(data: &[u8]) -> (&[u8], &[u8]) {
    let data = data.trim_ascii_start();
    let end = memchr::memchr(b' ', data).unwrap_or(data.len());
    let (word, rest) = data.split_at_checked(end).unwrap_or((data, &[]));
    (word, rest.trim_ascii_start())
}

fn split_code(text: &[u8]) -> (Option<&[u8]>, &[u8]) {
    let split = || {
        let inner = text.strip_prefix(b"[")?;
        let (code, rest) = inner.split_at_checked(memchr::memchr(b']', inner)?)?;
        Some((code, rest.get(1..)?.trim_ascii_start()))
    };
    split().map_or((None, text), |(code, rest)| (Some(code), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn completions_and_statuses_are_read_in_any_case() {
        let Response::Done { tag, text } = Response::parse(b"a1 no [OVERQUOTA] full\r\n") else { panic!() };
        assert_eq!(
            (tag, text.condition, text.code, text.text),
            (&b"a1"[..], Condition::No, Some(&b"OVERQUOTA"[..]), &b"full"[..])
        );
        let Response::Status(text) = Response::parse(b"* OK [uidvalidity 7] x") else { panic!() };
        assert_eq!(text.code_value("UIDVALIDITY"), Some(&b"7"[..]));
    }

    #[test]
    fn a_status_needs_no_text() {
        let Response::Done { text, .. } = Response::parse(b"A1 OK\r\n") else { panic!() };
        assert_eq!((text.code, text.text), (None, &b""[..]));
    }

    /// A21
    #[test]
    fn a_continuation_needs_no_text() {
        assert_eq!(Response::parse(b"+\r\n"), Response::Continue(b""));
        assert_eq!(Response::parse(b"+ idling\n"), Response::Continue(b"idling"));
    }

    /// A21
    #[test]
    fn extra_spaces_do_not_matter() {
        let response = Response::parse(b"*  5   exists \r\n");
        assert!(matches!(response, Response::Numbered { number: 5, kind: b"exists", .. }));
    }

    #[test]
    fn what_is_unknown_is_no_error() {
        for line in [&b""[..], b"\r\n", b"garbage", b"*", b"A1 MAYBE x", b"\xff\xfe\0"] {
            assert!(matches!(Response::parse(line), Response::Unknown(_)), "{line:?}");
        }
        assert!(matches!(Response::parse(b"* XFOO bar"), Response::Data { kind: b"XFOO", .. }));
    }

    #[test]
    fn an_unclosed_code_is_text() {
        let Response::Status(text) = Response::parse(b"* NO [odd text") else { panic!() };
        assert_eq!((text.code, text.text), (None, &b"[odd text"[..]));
    }
}
