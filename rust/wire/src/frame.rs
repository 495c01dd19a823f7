//! Finds where a response ends: a line, or lines joined by literals.

use std::io;

use crate::response::may_hold_literals;
use crate::token::trailing_literal;

/// The longest response that is kept in memory. A body is not: it is streamed.
const MAX_RESPONSE: usize = 32 * 1024 * 1024;

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// The response goes up to here, its line end included.
    Whole(usize),
    /// The response announces a message's body: its head goes up to `head`, the body starts at `body`.
    Body { head: usize, body: usize, size: u64 },
}

/// The state of a search that more data continues.
#[derive(Debug, Clone)]
pub(crate) struct Framer {
    /// Lines and literals before this offset are done with.
    done: usize,
    /// What the search stops at besides the end.
    stop: Stop,
    /// Whether lines may end with a literal; a status text may not, whatever it looks like.
    literals: Option<bool>,
}

/// What a search stops at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The end of the response.
    AtEnd,
    /// The literal of a message body, too.
    AtBody,
}

impl Framer {
    /// A search at the start of a response.
    pub(crate) fn new(stop: Stop) -> Self {
        Self { done: 0, stop, literals: None }
    }

    /// A search after a streamed body, inside a response.
    pub(crate) fn tail() -> Self {
        Self { done: 0, stop: Stop::AtEnd, literals: Some(true) }
    }

    /// Looks on in `data`, which starts where it started before. `None` asks for more.
    pub(crate) fn find(&mut self, data: &[u8]) -> io::Result<Option<Frame>> {
        while let Some(rest) = data.get(self.done..) {
            let Some(length) = memchr::memchr(b'\n', rest) else { break };
            let line = rest.get(..length).unwrap_or_default();
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let next = self.done + length + 1;
            let literals = *self.literals.get_or_insert_with(|| may_hold_literals(line));
            let Some((at, size)) = trailing_literal(line).filter(|_| literals) else {
                return Ok(Some(Frame::Whole(next)));
            };
            if self.stop == Stop::AtBody && line.get(..at).is_some_and(announces_body) {
                return Ok(Some(Frame::Body { head: self.done + at, body: next, size }));
            }
            self.done =
                usize::try_from(size).ok().and_then(|size| next.checked_add(size)).ok_or_else(too_long)?;
        }
        if data.len().max(self.done) > MAX_RESPONSE { Err(too_long()) } else { Ok(None) }
    }
}

/// Whether what stands before a literal says that the literal is a whole message.
fn announces_body(before: &[u8]) -> bool {
    let word = before.trim_ascii_end();
    let start = word.iter().rposition(|byte| matches!(byte, b' ' | b'(')).map_or(0, |at| at + 1);
    word.get(start..).is_some_and(is_body)
}

/// Whether a FETCH item is the whole message (RFC 3501 §6.4.5, RFC 3516 §4).
pub(crate) fn is_body(item: &[u8]) -> bool {
    [&b"BODY[]"[..], b"RFC822", b"BINARY[]"].iter().any(|name| item.eq_ignore_ascii_case(name))
}

fn too_long() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the server sent a response too long to keep in memory")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(stop: Stop, data: &[u8]) -> Option<Frame> {
        Framer::new(stop).find(data).unwrap()
    }

    #[test]
    fn a_line_ends_at_its_line_feed() {
        assert_eq!(find(Stop::AtEnd, b"* OK hi\r\nmore"), Some(Frame::Whole(9)));
        assert_eq!(find(Stop::AtEnd, b"\n"), Some(Frame::Whole(1)));
        assert_eq!(find(Stop::AtEnd, b"* OK hi\r"), None);
    }

    #[test]
    fn literals_join_lines() {
        let data = b"* LIST () {1}\r\n/ {3}\r\na\nb x\r\nnext\r\n";
        assert_eq!(find(Stop::AtEnd, data), Some(Frame::Whole(data.len() - 6)));
    }

    #[test]
    fn the_end_is_found_byte_by_byte() {
        let data = b"* LIST () \"/\" {3}\r\na\r\n x\r\n";
        let mut framer = Framer::new(Stop::AtEnd);
        for length in 0..data.len() {
            assert_eq!(framer.find(&data[..length]).unwrap(), None, "{length}");
        }
        assert_eq!(framer.find(data).unwrap(), Some(Frame::Whole(data.len())));
    }

    #[test]
    fn a_status_text_that_looks_like_a_literal_is_a_text() {
        for data in [&b"* OK quoting you {310}\r\n"[..], b"A1 BAD what is {310}\r\n", b"+ go {5}\r\n"] {
            assert_eq!(find(Stop::AtEnd, data), Some(Frame::Whole(data.len())));
        }
    }

    #[test]
    fn a_body_is_left_in_the_stream() {
        let data = b"* 1 FETCH (UID 5 body[] ~{10}\r\n01";
        assert_eq!(find(Stop::AtBody, data), Some(Frame::Body { head: 24, body: 31, size: 10 }));
        assert_eq!(find(Stop::AtEnd, data), None);
    }

    #[test]
    fn other_literals_before_a_body_belong_to_the_head() {
        let data = b"* 1 FETCH (BODY[HEADER] {2}\r\nxx RFC822 {1}\r\n";
        assert_eq!(find(Stop::AtBody, data), Some(Frame::Body { head: 39, body: 44, size: 1 }));
    }

    #[test]
    fn an_absurd_literal_is_an_error() {
        assert!(Framer::new(Stop::AtEnd).find(b"* X {18446744073709551615}\r\n").is_err());
        assert!(Framer::new(Stop::AtEnd).find(b"* X {99999999}\r\n").is_err());
    }
}
