//! The name of a mailbox: the server's own bytes, and how a person reads them.

use std::fmt;

use crate::token::Lexer;
use crate::utf7;

/// A mailbox name as it stands on the wire. These bytes go back to the server unchanged, whatever they are.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MailboxName(Vec<u8>);

impl MailboxName {
    /// The name that the server sent.
    pub fn from_wire(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// Encodes a person's name by modified UTF-7 (RFC 3501 §5.1.3).
    pub fn from_text(text: &str) -> Self {
        Self(utf7::encode(text).into_bytes())
    }

    /// `INBOX`, which every account has.
    pub fn inbox() -> Self {
        Self(b"INBOX".to_vec())
    }

    /// The bytes as the server knows them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether this is `INBOX`, in any case (RFC 3501 §5.1).
    pub fn is_inbox(&self) -> bool {
        self.0.eq_ignore_ascii_case(b"INBOX")
    }

    /// The name as a person reads it: from modified UTF-7, however it is spelt; from UTF-8, or else Latin-1, where a server
    /// sends its own bytes. Two names may look the same; only their bytes tell them apart.
    pub fn to_text(&self) -> String {
        match std::str::from_utf8(&self.0) {
            Ok(text) => utf7::decode(text),
            Err(_) => self.0.iter().copied().map(char::from).collect(),
        }
    }

    /// Whether these bytes are what [`Self::from_text`] makes of the name.
    pub fn is_well_spelt(&self) -> bool {
        Self::from_text(&self.to_text()) == *self
    }
}

/// Cuts a name from the front of a response, and the list that may follow it. Some servers put no quotes around names with
/// blanks (Lotus Domino, Exchange): one that is neither a string nor a literal goes up to the list that ends the line, if
/// `is_list` knows it for one.
pub(crate) fn split_name(data: &[u8], is_list: impl Fn(&[u8]) -> bool) -> Option<(MailboxName, &[u8])> {
    if let Some((name, after)) = Lexer::string(data) {
        return Some((MailboxName::from_wire(name), after.trim_ascii()));
    }
    let data = without_blanks(data.trim_ascii_start());
    let start = list_at_end(data).filter(|&start| data.get(start..).is_some_and(&is_list));
    let (name, list) = data.split_at_checked(start.unwrap_or(data.len()))?;
    let name = without_blanks(name);
    (!name.is_empty()).then(|| (MailboxName::from_wire(name), list))
}

/// What is left without blanks and line end behind it. A tab may be the end of a name (Exchange).
fn without_blanks(data: &[u8]) -> &[u8] {
    let end = data.iter().rposition(|byte| !matches!(byte, b' ' | b'\r' | b'\n')).map_or(0, |last| last + 1);
    data.get(..end).unwrap_or_default()
}

/// Where the list begins that ends the line, after a blank.
fn list_at_end(data: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let opens = |byte: &u8| {
        match byte {
            b')' => depth += 1,
            b'(' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    };
    let start = data.iter().rposition(opens).filter(|_| data.ends_with(b")"))?;
    data.get(..start)?.ends_with(b" ").then_some(start)
}

impl fmt::Display for MailboxName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

impl fmt::Debug for MailboxName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_names_keep_their_bytes_and_show_them() {
        for name in ["R&D", "&AOk", "&!!!!-"] {
            let mailbox = MailboxName::from_wire(name);
            assert_eq!(mailbox.as_bytes(), name.as_bytes());
            assert_eq!(mailbox.to_string(), name);
            assert!(!mailbox.is_well_spelt());
        }
    }

    #[test]
    fn well_formed_names_are_decoded() {
        let mailbox = MailboxName::from_wire("Entw&APw-rfe");
        assert_eq!(mailbox.to_string(), "Entwürfe");
        assert_eq!(MailboxName::from_text("Entwürfe"), mailbox);
    }

    /// joeyates/imap-backup#119
    #[test]
    fn a_name_in_the_servers_own_bytes_is_read_as_utf_8_or_latin_1() {
        for (bytes, text) in
            [(&b"Gel\xf6scht"[..], "Gelöscht"), ("Entwürfe".as_bytes(), "Entwürfe"), (b"R\xe9 &-", "Ré &-")]
        {
            let name = MailboxName::from_wire(bytes);
            assert_eq!((name.to_text().as_str(), name.as_bytes()), (text, bytes));
            assert!(!name.is_well_spelt());
        }
    }

    #[test]
    fn a_name_without_quotes_goes_up_to_the_list_that_ends_the_line() {
        let split = |line: &'static str| {
            let (name, list) = split_name(line.as_bytes(), |_| true).unwrap();
            (name.to_text(), std::str::from_utf8(list).unwrap())
        };
        assert_eq!(
            split("To do (MESSAGES 3 MAILBOXID (F1))"),
            ("To do".into(), "(MESSAGES 3 MAILBOXID (F1))")
        );
        assert_eq!(split("\"a)\\\" (b\" (X 1)"), ("a)\" (b".into(), "(X 1)"));
        assert_eq!(split("{3}\r\na b (X 1)"), ("a b".into(), "(X 1)"));
        assert_eq!(split("b) (X"), ("b) (X".into(), ""));
        assert_eq!(split("a(b)"), ("a(b)".into(), ""));
        assert_eq!(split_name(b" ", |_| true), None);
    }

    /// O27
    #[test]
    fn inbox_has_no_case() {
        assert!(MailboxName::from_wire("InBox").is_inbox());
        assert!(!MailboxName::from_wire("INBOX/x").is_inbox());
    }
}
