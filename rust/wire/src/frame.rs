//! Finds where a response ends: a line, or lines joined by literals.

use crate::budget::{FETCH_RESPONSE, RESPONSE, TooMuch};
use crate::response::{Response, may_hold_literals};
use crate::token::trailing_literal;

/// How much of a response tells what kind it is.
const START: usize = 64;

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
    /// Up to here there is no other line end.
    searched: usize,
    /// How long the response may be.
    limit: usize,
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
        Self { done: 0, searched: 0, limit: RESPONSE, stop, literals: None }
    }

    /// A search after a streamed body, inside a response.
    pub(crate) fn tail() -> Self {
        Self { limit: FETCH_RESPONSE, literals: Some(true), ..Self::new(Stop::AtEnd) }
    }

    /// Looks on in `data`, which starts where it started before. `None` asks for more.
    pub(crate) fn find(&mut self, data: &[u8]) -> Result<Option<Frame>, TooMuch> {
        while let Some(end) = self.line_end(data) {
            let line = data.get(self.done..end).unwrap_or_default();
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let next = end + 1;
            let literals = *self.literals.get_or_insert_with(|| may_hold_literals(line));
            let Some((at, size)) = trailing_literal(line).filter(|_| literals) else {
                return Ok(Some(Frame::Whole(next)));
            };
            if self.stop == Stop::AtBody && line.get(..at).is_some_and(announces_body) {
                return Ok(Some(Frame::Body { head: self.done + at, body: next, size }));
            }
            let after = usize::try_from(size).ok().and_then(|size| next.checked_add(size));
            self.done = after.unwrap_or(usize::MAX);
            self.searched = self.done;
        }
        self.check(data)
    }

    /// Where the current line ends. No octet is searched twice, however few come at a time.
    fn line_end(&mut self, data: &[u8]) -> Option<usize> {
        let rest = data.get(self.searched..)?;
        let found = memchr::memchr(b'\n', rest).map(|length| self.searched + length);
        self.searched = found.unwrap_or(data.len());
        found
    }

    /// Whether a response that goes on is not too long already.
    fn check(&mut self, data: &[u8]) -> Result<Option<Frame>, TooMuch> {
        let length = data.len().max(self.done);
        if length > self.limit && Response::parse(data.get(..START).unwrap_or(data)).fetch().is_some() {
            self.limit = FETCH_RESPONSE;
        }
        match length > self.limit {
            true if self.limit == FETCH_RESPONSE => Err(TooMuch::FetchResponse),
            true => Err(TooMuch::Response),
            false => Ok(None),
        }
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
        let find = |data: &[u8]| Framer::new(Stop::AtEnd).find(data);
        assert_eq!(find(b"* X {18446744073709551615}\r\n"), Err(TooMuch::Response));
        assert_eq!(find(b"* X {1048577}\r\n"), Err(TooMuch::Response));
        assert_eq!(find(b"* 1 FETCH (BODY[HEADER] {1048577}\r\n"), Ok(None));
        assert_eq!(find(b"* 1 FETCH (BODY[HEADER] {99999999}\r\n"), Err(TooMuch::FetchResponse));
    }

    #[test]
    fn a_line_without_an_end_is_an_error() {
        let line = vec![b'x'; RESPONSE + 1];
        assert_eq!(Framer::new(Stop::AtEnd).find(&line), Err(TooMuch::Response));
        assert_eq!(Framer::new(Stop::AtEnd).find(&line[1..]), Ok(None));
        let tail = vec![b'x'; FETCH_RESPONSE + 1];
        assert_eq!(Framer::tail().find(&tail), Err(TooMuch::FetchResponse));
    }

    #[test]
    fn no_octet_of_a_line_is_searched_twice() {
        let data = b"* LIST () \"/\" aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
        let mut framer = Framer::new(Stop::AtEnd);
        for length in 0..=data.len() {
            framer.find(&data[..length]).unwrap();
            assert_eq!(framer.searched, length);
        }
    }
}
