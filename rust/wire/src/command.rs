//! Writes commands, and nothing else does: what needs quoting is quoted, what cannot be quoted becomes a literal
//! ([RFC 3501 §4.3]).
//!
//! INVARIANT: outside of literals only printable ASCII goes out, and a line ends only where a literal follows.
//!
//! [RFC 3501 §4.3]: https://www.rfc-editor.org/rfc/rfc3501#section-4.3

use std::borrow::Cow;

use zeroize::Zeroize;

use crate::flags::Flags;
use crate::mailbox_name::MailboxName;
use crate::uid_set::UidSet;

/// No login is longer.
pub(crate) const ROOM_FOR_LOGIN: usize = 4 * 1024;

/// A command without its tag and its final line end.
pub(crate) struct Command {
    bytes: Vec<u8>,
    /// Where the sender must wait for the server's `+`.
    waits: Vec<usize>,
    /// The words that a log may show, where the rest is secret.
    public: Option<String>,
}

impl Command {
    /// Starts a command with words that need no quoting.
    pub(crate) fn new(words: &'static str) -> Self {
        Self { bytes: words.as_bytes().to_vec(), waits: Vec::new(), public: None }
    }

    /// What another message adds to an APPEND that is open (RFC 3502): a command without a name.
    pub(crate) fn joining() -> Self {
        Self::new("")
    }

    /// Marks everything that is added from here on as secret: logs show the words so far, and memory is wiped after use.
    pub(crate) fn secret(mut self) -> Self {
        // A buffer that grows leaves a copy behind.
        self.bytes.reserve(ROOM_FOR_LOGIN);
        self.public = Some(format!("{} ***", String::from_utf8_lossy(&self.bytes)));
        self
    }

    /// Whether the command has something secret.
    pub(crate) fn is_secret(&self) -> bool {
        self.public.is_some()
    }

    /// The command as a log may show it.
    pub(crate) fn shown(&self) -> Cow<'_, str> {
        self.public.as_deref().map_or_else(|| String::from_utf8_lossy(&self.bytes), Cow::Borrowed)
    }

    /// Adds a space and words that need no quoting. Octets that no line may have are left out: nobody passes any.
    pub(crate) fn word(mut self, words: &str) -> Self {
        debug_assert!(words.bytes().all(is_printable), "{words:?} is none of our words");
        self.bytes.push(b' ');
        self.bytes.extend(words.bytes().filter(|&byte| is_printable(byte)));
        self
    }

    /// Adds a space and a set of messages.
    pub(crate) fn uids(self, uids: &UidSet) -> Self {
        self.word(&uids.to_string())
    }

    /// Adds a space and a list of flags: those that a command can carry.
    pub(crate) fn flags(self, flags: &Flags) -> Self {
        self.word(&flags.to_string())
    }

    /// Adds a space and a mailbox name.
    pub(crate) fn mailbox(self, name: &MailboxName) -> Self {
        self.string(name.as_bytes())
    }

    /// Adds a space and a string of any bytes.
    pub(crate) fn string(mut self, text: &[u8]) -> Self {
        self.bytes.push(b' ');
        if text.iter().all(|&byte| is_printable(byte)) {
            self.push_quoted(text);
        } else {
            self.announce(text.len() as u64, true);
            self.bytes.extend_from_slice(text);
        }
        self
    }

    /// Adds a space and the announcement of a literal, which waits for the server's `+` or not; its bytes come from
    /// elsewhere.
    pub(crate) fn literal(mut self, size: u64, waits: bool) -> Self {
        self.bytes.push(b' ');
        self.announce(size, waits);
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
    fn announce(&mut self, size: u64, waits: bool) {
        let plus = if waits { "" } else { "+" };
        self.bytes.extend_from_slice(format!("{{{size}{plus}}}\r\n").as_bytes());
        if waits {
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

/// What may stand in a line.
fn is_printable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

impl Drop for Command {
    fn drop(&mut self) {
        if self.is_secret() {
            self.bytes.zeroize();
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::flags::Flag;
    use crate::internal_date::InternalDate;

    /// What stands in the memory of this process, whether it is still anybody's or not.
    #[cfg(target_os = "linux")]
    pub(crate) fn memory_at(address: *const u8, length: usize) -> Vec<u8> {
        use std::os::unix::fs::FileExt;
        let mut bytes = vec![0; length];
        let memory = std::fs::File::open("/proc/self/mem").unwrap();
        memory.read_exact_at(&mut bytes, address as u64).unwrap();
        bytes
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_login_is_gone_from_memory_with_its_command() {
        let login = Command::new("LOGIN").secret().string(b"alice").string(b"hunter2");
        let (address, length) = (login.bytes.as_ptr(), login.bytes.len());
        assert!(memory_at(address, length).ends_with(b"\"hunter2\""));
        drop(login);
        assert!(!memory_at(address, length).ends_with(b"hunter2\""));
    }

    fn pieces(command: &Command) -> Vec<String> {
        command.pieces().map(|piece| piece.escape_ascii().to_string()).collect()
    }

    /// A11, A21
    #[test]
    fn names_are_quoted() {
        let command = Command::new("SELECT").mailbox(&MailboxName::from_wire(r#"a"b\c d"#));
        assert_eq!(pieces(&command), [r#"SELECT \"a\\\"b\\\\c d\""#]);
        let star = Command::new("SELECT").mailbox(&MailboxName::from_wire(r"\*"));
        assert_eq!(pieces(&star), [r#"SELECT \"\\\\*\""#]);
        let empty = Command::new("LIST").string(b"");
        assert_eq!(pieces(&empty), [r#"LIST \"\""#]);
    }

    #[test]
    fn a_log_never_shows_what_is_secret() {
        let login = Command::new("LOGIN").secret().string(b"alice").string(b"hunter2");
        assert_eq!(login.shown(), "LOGIN ***");
        assert_eq!(Command::new("NOOP").shown(), "NOOP");
    }

    #[test]
    fn eight_bit_names_become_literals_that_wait() {
        let name = MailboxName::from_wire(&b"caf\xe9"[..]);
        let command = Command::new("SELECT").mailbox(&name).word("(CONDSTORE)");
        assert_eq!(pieces(&command), ["SELECT {4}\\r\\n", "caf\\xe9 (CONDSTORE)"]);
    }

    /// Reads an APPEND as a server does, which knows of quotes and literals and of nothing else: the name, the rest of the
    /// line, the announced size.
    fn read(command: &Command) -> (Vec<u8>, String, u64) {
        let bytes: Vec<u8> = command.pieces().flatten().copied().collect();
        let rest = bytes.strip_prefix(b"APPEND ").unwrap();
        let (name, rest) = match rest {
            [b'"', quoted @ ..] => read_quoted(quoted),
            literal => {
                let (line, after) = split_line(literal);
                let size = announced(line.strip_prefix("{").unwrap());
                let (name, after) = after.split_at(usize::try_from(size).unwrap());
                (name.to_vec(), after)
            }
        };
        let (line, nothing) = split_line(rest);
        assert_eq!(nothing, b"");
        let (facts, literal) = line.rsplit_once(" {").unwrap();
        (name, facts.to_owned(), announced(literal))
    }

    fn read_quoted(mut rest: &[u8]) -> (Vec<u8>, &[u8]) {
        let mut text = Vec::new();
        loop {
            rest = match rest {
                [b'"', after @ ..] => return (text, after),
                [b'\\', byte, after @ ..] | [byte, after @ ..] => {
                    text.push(*byte);
                    after
                }
                [] => panic!("a quoted string without an end"),
            };
        }
    }

    fn split_line(bytes: &[u8]) -> (&str, &[u8]) {
        let end = bytes.windows(2).position(|pair| pair == b"\r\n").unwrap();
        let line = std::str::from_utf8(&bytes[..end]).unwrap();
        assert!(line.bytes().all(is_printable), "{line:?}");
        (line, &bytes[end + 2..])
    }

    fn announced(text: &str) -> u64 {
        text.strip_suffix('}').unwrap().trim_end_matches('+').parse().unwrap()
    }

    proptest! {
        /// Whatever a source calls its folders and keywords, a target reads one command that says what was meant.
        #[test]
        fn no_name_flag_or_date_is_read_as_anything_else(
            name in proptest::collection::vec(any::<u8>(), 0..40),
            keywords in proptest::collection::vec(any::<String>(), 0..5),
            date in "[ 0-9]{1,2}-[A-Za-z]{3}-[0-9]{2,4} [0-9:]{8} [-+A-Z0-9]{1,6}|\\PC*",
            size in any::<u64>(),
        ) {
            let flags: Flags = keywords.iter().map(|name| Flag::new(name)).collect();
            let command = Command::new("APPEND").mailbox(&MailboxName::from_wire(name.clone())).flags(&flags);
            let date = InternalDate::new(date).for_append();
            let command = date.iter().fold(command, |command, date| command.string(date.as_bytes()));
            let (read_name, facts, read_size) = read(&command.literal(size, false));
            prop_assert_eq!((read_name, read_size), (name, size));
            let sent = flags.iter().filter(|flag| flag.is_sendable() && **flag != Flag::RECENT);
            let sent: Vec<&str> = sent.map(Flag::as_str).collect();
            let date = date.map(|date| format!(" \"{date}\"")).unwrap_or_default();
            prop_assert_eq!(facts.trim_start(), format!("({}){date}", sent.join(" ")));
        }
    }
}
