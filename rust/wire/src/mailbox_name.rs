//! The name of a mailbox: the server's own bytes, and how a person reads them.

use std::borrow::Cow;
use std::fmt;

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

    /// The name as a person reads it. No two names look the same: what does not decode is shown as it is, and
    /// bytes that are no text are escaped.
    pub fn to_text(&self) -> Cow<'_, str> {
        match std::str::from_utf8(&self.0) {
            Ok(text) => utf7::decode(text).map_or(Cow::Borrowed(text), Cow::Owned),
            Err(_) => Cow::Owned(self.0.escape_ascii().to_string()),
        }
    }
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
        for name in ["R&D", "&AOk", "&AGE-", "&!!!!-"] {
            let mailbox = MailboxName::from_wire(name);
            assert_eq!(mailbox.as_bytes(), name.as_bytes());
            assert_eq!(mailbox.to_string(), name);
        }
    }

    #[test]
    fn well_formed_names_are_decoded() {
        let mailbox = MailboxName::from_wire("Entw&APw-rfe");
        assert_eq!(mailbox.to_string(), "Entwürfe");
        assert_eq!(MailboxName::from_text("Entwürfe"), mailbox);
    }

    #[test]
    fn bytes_that_are_no_text_are_escaped() {
        assert_eq!(MailboxName::from_wire(&b"caf\xe9"[..]).to_string(), "caf\\xe9");
    }

    /// O27
    #[test]
    fn inbox_has_no_case() {
        assert!(MailboxName::from_wire("InBox").is_inbox());
        assert!(!MailboxName::from_wire("INBOX/x").is_inbox());
    }
}
