//! Finds lines of mail that a server would run as commands, should it read the mail as such. Pure.
//!
//! Only commands count that change something, or open a folder so that others can: nothing is open while mail is appended.

/// So much of a line is kept that does not come in one piece. What is longer is judged by that.
const LONGEST_KEPT: usize = 1024;

/// The lines of a body that comes in pieces.
#[derive(Debug, Default)]
pub(crate) struct CommandLines {
    /// What came of the line at hand.
    line: Vec<u8>,
}

impl CommandLines {
    /// Another body begins, at the beginning of a line.
    pub(crate) fn begin(&mut self) {
        self.line.clear();
    }

    /// Takes the next piece. Says where the line begins that is a command and ends in it, as far as it is in this piece; the last
    /// piece ends a line, too.
    pub(crate) fn pass(&mut self, piece: &[u8], is_last: bool) -> Option<usize> {
        let (mut left, mut start) = (piece, 0);
        while !self.line.is_empty() || !left.is_empty() {
            let (line, rest) = if self.line.is_empty() { likely(left) } else { split_line(left) };
            start = piece.len().saturating_sub(rest.len()).saturating_sub(line.len());
            if !line.ends_with(b"\n") {
                self.keep(line);
                break;
            }
            if self.is_command_with(line) {
                return Some(start);
            }
            left = rest;
        }
        (is_last && is_command(&self.line)).then_some(start)
    }

    /// Whether a line that ends so is a command.
    fn is_command_with(&mut self, end: &[u8]) -> bool {
        if self.line.is_empty() {
            return is_command(end);
        }
        self.keep(end);
        let found = is_command(&self.line);
        self.line.clear();
        found
    }

    fn keep(&mut self, piece: &[u8]) {
        let room = LONGEST_KEPT.saturating_sub(self.line.len());
        self.line.extend_from_slice(piece.get(..room).unwrap_or(piece));
    }
}

/// Whether a line is a tag, the name of such a command, and as much behind it as the command takes: prose rarely is.
fn is_command(line: &[u8]) -> bool {
    let Some((_tag, rest)) = split_blank(line.trim_ascii_start()) else { return false };
    let Some((name, strings)) = split_blank(rest.trim_ascii_start()) else { return false };
    let Some(takes) = takes(name) else { return false };
    let mut count = 0;
    for word in Words(strings) {
        match word.first() {
            // Options, or a literal that comes next.
            Some(b'(' | b'{') => return true,
            _ => count += 1,
        }
    }
    count == takes
}

/// The next line that may be a command, by the first letter of its second word, or the last line; and what follows. All mail
/// passes here, so the others cost a glance, and base64 less.
fn likely(mut text: &[u8]) -> (&[u8], &[u8]) {
    loop {
        let Some(blank) = memchr::memchr2(b' ', b'\t', text) else { return split_line(last_line(text)) };
        let (before, after) = text.split_at_checked(blank).unwrap_or((text, &[]));
        let is_likely = match after {
            [_, b'A' | b'C' | b'D' | b'E' | b'R' | b'S' | b'U', ..] => true,
            [_, b'a' | b'c' | b'd' | b'e' | b'r' | b's' | b'u', ..] => true,
            // Where it is indented, or more than one blank divides it, it is looked at as a whole.
            [_, b' ' | b'\t', ..] | [_] => true,
            _ => before.is_empty() || before.ends_with(b"\n"),
        };
        let line_end = if is_likely { None } else { memchr::memchr(b'\n', after) };
        let Some(rest) = line_end.and_then(|end| after.get(end + 1..)) else {
            let start = blank.saturating_sub(last_line(before).len());
            return split_line(text.get(start..).unwrap_or(text));
        };
        text = rest;
    }
}

/// What stands behind the last line end.
fn last_line(text: &[u8]) -> &[u8] {
    memchr::memrchr(b'\n', text).and_then(|end| text.get(end + 1..)).unwrap_or(text)
}

/// The line, with its end if that is there, and what follows.
fn split_line(text: &[u8]) -> (&[u8], &[u8]) {
    let end = memchr::memchr(b'\n', text).map_or(text.len(), |end| end + 1);
    text.split_at_checked(end).unwrap_or((text, &[]))
}

fn split_blank(text: &[u8]) -> Option<(&[u8], &[u8])> {
    text.split_at_checked(memchr::memchr2(b' ', b'\t', text)?)
}

/// How many strings such a command takes. APPEND ends in a literal.
fn takes(name: &[u8]) -> Option<usize> {
    const COMMANDS: [(&[u8], usize); 12] = [
        (b"APPEND", usize::MAX),
        (b"CREATE", 1),
        (b"DELETE", 1),
        (b"DELETEACL", 2),
        (b"EXAMINE", 1),
        (b"RENAME", 2),
        (b"SELECT", 1),
        (b"SETACL", 3),
        (b"SETMETADATA", usize::MAX),
        (b"SETQUOTA", usize::MAX),
        (b"SUBSCRIBE", 1),
        (b"UNSUBSCRIBE", 1),
    ];
    COMMANDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, takes)| *takes)
}

/// What blanks divide, and quotes keep together.
struct Words<'a>(&'a [u8]);

impl<'a> Iterator for Words<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let text = self.0.trim_ascii_start();
        let end = match text.first()? {
            b'"' => closing_quote(text),
            _ => memchr::memchr3(b' ', b'\t', b'\n', text),
        };
        let (word, rest) = text.split_at_checked(end.unwrap_or(text.len()))?;
        self.0 = rest;
        Some(word)
    }
}

/// Where a quoted string ends.
fn closing_quote(text: &[u8]) -> Option<usize> {
    let mut escaped = false;
    let inside = text.iter().skip(1).position(|&byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    });
    inside.map(|at| at + 2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn finds(body: &str) -> bool {
        CommandLines::default().pass(body.as_bytes(), true).is_some()
    }

    #[test]
    fn a_line_that_changes_something_is_found_wherever_it_stands_and_however_it_is_written() {
        for line in [
            "x1 DELETE Sent",
            "x create \"a \\\" b\"",
            "1 Rename a b",
            "a\tSELECT  INBOX  ",
            "a DELETE {4}",
            "a RENAME {3+}",
            "a SELECT INBOX (CONDSTORE)",
            "a CREATE x (USE (\\Sent))",
            "a APPEND INBOX (\\Seen) {9+}",
            "a SETACL INBOX eve lrswipkxtea",
            "a UNSUBSCRIBE Work",
        ] {
            for body in [line.to_owned(), format!("Dear,\r\n{line}\r\nbye"), format!("\n{line}\nbye\n")] {
                assert!(finds(&body), "{body:?}");
            }
        }
    }

    #[test]
    fn prose_and_what_changes_nothing_are_not() {
        for line in [
            "",
            "DELETE Sent",
            "please delete the old one",
            "to create, or to select",
            "x NOOP",
            "x LOGOUT",
            "x1 DELETED Sent",
            "Subject: select",
            "I append it here",
            "aGVsbG8gd29ybGQsIGhlcmUgaXMgYSBsaW5lIG9mIGJhc2U2NA==",
        ] {
            assert!(!finds(&format!("{line}\r\n")), "{line:?}");
        }
    }

    #[test]
    fn a_line_may_be_longer_than_what_is_kept_of_it() {
        let long = " ".repeat(2 * LONGEST_KEPT);
        let mut lines = CommandLines::default();
        for piece in ["Hi,\r\nx DEL", "ETE Sent", &long] {
            assert_eq!(lines.pass(piece.as_bytes(), false), None);
        }
        assert_eq!(lines.pass(b"\r\n", false), Some(0));
        assert_eq!(lines.pass(b"a DELETE", false), None);
        lines.begin();
        assert_eq!(lines.pass(b"a b\r\n\r\nx DELETE Sent\r\nbye", false), Some(7));
        lines.begin();
        assert_eq!(lines.pass(b"a b\nx DELETE Sent", true), Some(4));
    }

    proptest! {
        #[test]
        fn pieces_change_nothing(body in "(x DELETE a|b c|[\r\n \"{(]){0,12}", at in 0..40_usize) {
            let (one, two) = body.as_bytes().split_at(at.min(body.len()));
            let mut lines = CommandLines::default();
            let found = lines.pass(one, false).or_else(|| lines.pass(two, true));
            prop_assert_eq!(found.is_some(), finds(&body));
        }
    }
}
