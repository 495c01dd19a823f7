//! What the server says that it can do ([RFC 3501 §7.2.1]).
//!
//! [RFC 3501 §7.2.1]: https://www.rfc-editor.org/rfc/rfc3501#section-7.2.1

use std::collections::BTreeSet;

/// A set of capability names; case does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Capabilities {
    names: BTreeSet<String>,
    // What is asked for each message.
    literal: LiteralMode,
    multiappend: bool,
}

/// How literals may be sent (RFC 7888).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LiteralMode {
    /// Each literal waits for the server's `+`.
    #[default]
    Synchronizing,
    /// Literals of up to 4096 bytes need not wait (LITERAL-).
    Minus,
    /// No literal needs to wait (LITERAL+).
    Plus,
}

/// The largest literal that LITERAL- lets pass without waiting (RFC 7888 §5).
const LITERAL_MINUS_LIMIT: u64 = 4096;

impl LiteralMode {
    /// Whether a literal of this size may be sent without waiting.
    pub fn is_immediate(self, size: u64) -> bool {
        match self {
            Self::Synchronizing => false,
            Self::Minus => size <= LITERAL_MINUS_LIMIT,
            Self::Plus => true,
        }
    }
}

impl Capabilities {
    /// Reads the words after `CAPABILITY`.
    pub(crate) fn parse(words: &[u8]) -> Self {
        let words = String::from_utf8_lossy(words);
        let names: BTreeSet<_> = words.split_ascii_whitespace().map(str::to_ascii_uppercase).collect();
        let literal = match names.contains("LITERAL+") {
            true => LiteralMode::Plus,
            false if names.contains("LITERAL-") => LiteralMode::Minus,
            false => LiteralMode::Synchronizing,
        };
        Self { literal, multiappend: names.contains("MULTIAPPEND"), names }
    }

    /// Whether the server lists this name.
    pub fn has(&self, name: &str) -> bool {
        self.names.contains(&name.to_ascii_uppercase())
    }

    /// Whether the server has said nothing yet.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Whether the server lists this name, or knows no other protocol than the one that took it in (RFC 9051, appendix E). A
    /// server of both protocols lists it for the older one, which is ours.
    fn includes(&self, name: &str) -> bool {
        self.has(name) || (self.has("IMAP4rev2") && !self.has("IMAP4rev1"))
    }

    /// All names, upper-case, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// The SASL mechanisms: what follows `AUTH=`.
    pub fn mechanisms(&self) -> impl Iterator<Item = &str> {
        self.names.iter().filter_map(|name| name.strip_prefix("AUTH="))
    }

    /// How literals may be sent (RFC 7888).
    pub fn literal(&self) -> LiteralMode {
        self.literal
    }

    /// One APPEND may bring several messages (RFC 3502).
    pub fn multiappend(&self) -> bool {
        self.multiappend
    }

    /// APPEND answers with the new UID (RFC 4315).
    pub fn uidplus(&self) -> bool {
        self.includes("UIDPLUS")
    }

    /// Mailboxes count their changes (RFC 7162). QRESYNC includes it.
    pub fn condstore(&self) -> bool {
        self.has("CONDSTORE") || self.has("QRESYNC")
    }

    /// The server tells its prefixes (RFC 2342).
    pub fn namespace(&self) -> bool {
        self.includes("NAMESPACE")
    }

    /// The server tells who it is (RFC 2971).
    pub fn id(&self) -> bool {
        self.has("ID")
    }

    /// LIST marks Sent, Drafts, Trash and so on (RFC 6154).
    pub fn special_use(&self) -> bool {
        self.includes("SPECIAL-USE")
    }

    /// LIST takes selection and return options (RFC 5258).
    pub fn list_extended(&self) -> bool {
        self.includes("LIST-EXTENDED")
    }

    /// LIST can answer STATUS too (RFC 5819). A server that lists it without LIST-EXTENDED answers BAD, so both
    /// are asked for.
    pub fn list_status(&self) -> bool {
        self.includes("LIST-STATUS") && self.list_extended()
    }

    /// Both directions can be compressed (RFC 4978).
    pub fn compress_deflate(&self) -> bool {
        self.has("COMPRESS=DEFLATE")
    }

    /// Mailboxes have identifiers that stay when they are renamed (RFC 8474).
    pub fn object_id(&self) -> bool {
        self.has("OBJECTID")
    }

    /// A mailbox can be left without expunging (RFC 3691).
    pub fn unselect(&self) -> bool {
        self.includes("UNSELECT")
    }

    /// STATUS can tell the size of a mailbox (RFC 8438).
    pub fn status_size(&self) -> bool {
        self.includes("STATUS=SIZE")
    }

    /// LOGIN is refused as things are (RFC 3501 §6.2.3).
    pub fn login_disabled(&self) -> bool {
        self.has("LOGINDISABLED")
    }

    /// TLS can be started on this connection (RFC 3501 §6.2.1).
    pub fn starttls(&self) -> bool {
        self.has("STARTTLS")
    }

    /// AUTHENTICATE PLAIN is offered (RFC 4616).
    pub fn auth_plain(&self) -> bool {
        self.has("AUTH=PLAIN")
    }

    /// How many messages one command may be about (RFC 9738 §3).
    pub fn message_limit(&self) -> Option<u64> {
        self.names
            .iter()
            .find_map(|name| name.strip_prefix("MESSAGELIMIT=")?.parse().ok())
            .filter(|&most| most > 0)
    }

    /// The largest message that the server says it takes (RFC 7889). A hint: some servers count in another unit.
    pub fn append_limit(&self) -> Option<u64> {
        self.names.iter().find_map(|name| name.strip_prefix("APPENDLIMIT=")?.parse().ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_case() {
        let capabilities = Capabilities::parse(b"imap4rev1 literal+ auth=plain appendlimit=35651584");
        assert!(capabilities.has("IMAP4rev1") && capabilities.auth_plain());
        assert_eq!(capabilities.literal(), LiteralMode::Plus);
        assert_eq!(capabilities.append_limit(), Some(35_651_584));
        assert_eq!(capabilities.mechanisms().collect::<Vec<_>>(), ["PLAIN"]);
    }

    /// I2
    #[test]
    fn list_status_needs_list_extended_too() {
        assert!(!Capabilities::parse(b"LIST-STATUS").list_status());
        assert!(Capabilities::parse(b"LIST-STATUS LIST-EXTENDED").list_status());
    }

    /// A30
    #[test]
    fn a_server_of_imap4rev2_alone_has_what_that_took_in() {
        let alone = Capabilities::parse(b"IMAP4rev2 AUTH=PLAIN");
        assert!(alone.namespace() && alone.list_extended() && alone.list_status() && alone.unselect());
        let both = Capabilities::parse(b"IMAP4rev1 IMAP4rev2");
        assert!(!both.namespace() && !both.list_extended() && !both.unselect());
    }

    #[test]
    fn literal_minus_is_immediate_up_to_4096_bytes() {
        let mode = Capabilities::parse(b"LITERAL-").literal();
        assert!(mode.is_immediate(4096) && !mode.is_immediate(4097));
        assert!(!Capabilities::default().literal().is_immediate(1));
    }

    #[test]
    fn an_append_limit_without_a_number_is_no_limit() {
        assert_eq!(Capabilities::parse(b"APPENDLIMIT APPENDLIMIT=x").append_limit(), None);
    }
}
