//! Builds commands: what needs quoting is quoted, what cannot be quoted becomes a literal ([RFC 3501 §4.3]).
//!
//! [RFC 3501 §4.3]: https://www.rfc-editor.org/rfc/rfc3501#section-4.3

use std::borrow::Cow;

use crate::capabilities::LiteralMode;
use crate::mailbox_name::MailboxName;

/// A command without its tag and its final line end.
pub(crate) struct Command {
    bytes: Vec<u8>,
    /// Where the sender must wait for the server's `+`.
    waits: Vec<usize>,
    mode: LiteralMode,
    /// The words that a log may show, where the rest is secret.
    public: Option<String>,
}

impl Command {
    /// Starts a command with words that need no quoting.
    pub(crate) fn new(words: &str, mode: LiteralMode) -> Self {
        Self { bytes: words.as_bytes().to_vec(), waits: Vec::new(), mode, public: None }
    }

    /// Marks everything that is added from here on as secret: logs show the words so far.
    pub(crate) fn secret(mut self) -> Self {
        self.public = Some(format!("{} ***", String::from_utf8_lossy(&self.bytes)));
        self
    }

    /// The command as a log may show it.
    pub(crate) fn shown(&self) -> Cow<'_, str> {
        self.public.as_deref().map_or_else(|| String::from_utf8_lossy(&self.bytes), Cow::Borrowed)
    }

    /// Adds a space and words that need no quoting.
    pub(crate) fn word(mut self, words: &str) -> Self {
        self.bytes.push(b' ');
        self.bytes.extend_from_slice(words.as_bytes());
        self
    }

    /// Adds a space and a mailbox name.
    pub(crate) fn mailbox(self, name: &MailboxName) -> Self {
        self.string(name.as_bytes())
    }

    /// Adds a space and a string of any bytes.
    pub(crate) fn string(mut self, text: &[u8]) -> Self {
        self.bytes.push(b' ');
        if text.iter().all(|byte| matches!(byte, b' '..=b'~')) {
            self.push_quoted(text);
        } else {
            self.announce(text.len() as u64);
            self.bytes.extend_from_slice(text);
        }
        self
    }

    /// Adds a space and the announcement of a literal; its bytes come from elsewhere.
    pub(crate) fn literal(mut self, size: u64) -> Self {
        self.bytes.push(b' ');
        self.announce(size);
        self
    }

    fn push_quoted(&mut self, text: &[u8]) {
        self.bytes.push(b'"');
        for &byte in text {
            if matches!(byte, b'"' | b'\\') {
                self.bytes.push(b'\\');
            }
            self.bytes.push(byte);
        }
        self.bytes.push(b'"');
    }

    /// Adds the announcement of a literal and its line end.
    fn announce(&mut self, size: u64) {
        let immediate = self.mode.is_immediate(size);
        let plus = if immediate { "+" } else { "" };
        self.bytes.extend_from_slice(format!("{{{size}{plus}}}\r\n").as_bytes());
        if !immediate {
            self.waits.push(self.bytes.len());
        }
    }

    /// The pieces between which the sender waits.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.waits.iter().copied());
        let ends = self.waits.iter().copied().chain(std::iter::once(self.bytes.len()));
        starts.zip(ends).map(|(start, end)| self.bytes.get(start..end).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(command: &Command) -> Vec<String> {
        command.pieces().map(|piece| piece.escape_ascii().to_string()).collect()
    }

    /// A11, A21
    #[test]
    fn names_are_quoted() {
        let command =
            Command::new("SELECT", LiteralMode::Plus).mailbox(&MailboxName::from_wire(r#"a"b\c d"#));
        assert_eq!(pieces(&command), [r#"SELECT \"a\\\"b\\\\c d\""#]);
        let star = Command::new("SELECT", LiteralMode::Plus).mailbox(&MailboxName::from_wire(r"\*"));
        assert_eq!(pieces(&star), [r#"SELECT \"\\\\*\""#]);
        let empty = Command::new("LIST", LiteralMode::Plus).string(b"");
        assert_eq!(pieces(&empty), [r#"LIST \"\""#]);
    }

    #[test]
    fn a_log_never_shows_what_is_secret() {
        let login = Command::new("LOGIN", LiteralMode::Plus).secret().string(b"alice").string(b"hunter2");
        assert_eq!(login.shown(), "LOGIN ***");
        assert_eq!(Command::new("NOOP", LiteralMode::Plus).shown(), "NOOP");
    }

    #[test]
    fn eight_bit_names_become_literals() {
        let name = MailboxName::from_wire(&b"caf\xe9"[..]);
        let plus = Command::new("SELECT", LiteralMode::Minus).mailbox(&name);
        assert_eq!(pieces(&plus), ["SELECT {4+}\\r\\ncaf\\xe9"]);
        let waiting = Command::new("SELECT", LiteralMode::Synchronizing).mailbox(&name).word("(CONDSTORE)");
        assert_eq!(pieces(&waiting), ["SELECT {4}\\r\\n", "caf\\xe9 (CONDSTORE)"]);
    }
}
