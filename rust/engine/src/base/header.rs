//! Reads the fields of a message's header, however they are folded and padded, and what a message is known by.

use std::borrow::Cow;

use model::plan::Identity;

use super::digest::short;

/// The fields that an [`identity`] is made of, as commands name them.
pub(crate) const IDENTITY_FIELDS: &[&str] = &["MESSAGE-ID", "DATE", "FROM", "SUBJECT"];

/// How much of a message is searched for its header.
const LONGEST_HEADER: usize = 64 * 1024;
/// How much of it is looked at together.
const PIECE: usize = 1024;

/// A header field's value, unfolded.
pub(crate) fn field(header: &[u8], name: &str) -> Option<String> {
    let value = String::from_utf8_lossy(folded(header, name)?);
    let value = value.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    Some(value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// The same, and however it is padded.
fn words(header: &[u8], name: &str) -> Option<String> {
    let value = String::from_utf8_lossy(folded(header, name)?);
    let value = value.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    (!value.is_empty()).then_some(value)
}

/// A field's value as it lies in the header, of which only the beginnings of its lines are looked at: this is done for each
/// message.
fn folded<'h>(header: &'h [u8], name: &str) -> Option<&'h [u8]> {
    let mut line = header;
    let value = loop {
        match after_name(line, name) {
            Some(value) => break value,
            None => line = next_line(line)?,
        }
    };
    let mut rest = value;
    while let Some(next) = next_line(rest) {
        rest = next;
        if !matches!(rest, [b' ' | b'\t', ..]) {
            return value.get(..value.len() - rest.len());
        }
    }
    Some(value)
}

fn next_line(bytes: &[u8]) -> Option<&[u8]> {
    bytes.get(memchr::memchr(b'\n', bytes)? + 1..)
}

/// What comes after the colon of a line that begins with this name.
fn after_name<'h>(line: &'h [u8], name: &str) -> Option<&'h [u8]> {
    let (found, rest) = line.split_at_checked(name.len())?;
    if !found.eq_ignore_ascii_case(name.as_bytes()) {
        return None;
    }
    let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    rest.get(blanks..)?.strip_prefix(b":")
}

/// What a message with this header is known by: its Message-ID, else who sent what when. NUL characters count for
/// nothing, as a repair takes them away.
pub(crate) fn identity(block: &[u8]) -> Option<Identity> {
    let mut plain = Cow::Borrowed(block);
    if memchr::memchr(0, block).is_some() {
        plain.to_mut().retain(|byte| *byte != 0);
    }
    let digest = |text: &str| short(blake3::hash(text.as_bytes()).as_bytes());
    if let Some(id) = words(&plain, "Message-ID") {
        return Some(Identity::of_message_id(digest(&id)));
    }
    let fields = ["Date", "From", "Subject"].map(|name| words(&plain, name).unwrap_or_default());
    fields.iter().any(|field| !field.is_empty()).then(|| Identity::of_fields(digest(&fields.join("\n"))))
}

/// Collects the header of a message that passes by.
#[derive(Debug, Default)]
pub(crate) struct HeaderTap {
    header: Vec<u8>,
    is_complete: bool,
}

impl HeaderTap {
    /// Begins with the next message; the room is used again.
    pub(crate) fn begin(&mut self) {
        self.header.clear();
        self.is_complete = false;
    }

    /// Notes the next bytes of the message: little more than its header is copied.
    pub(crate) fn pass(&mut self, chunk: &[u8]) {
        for piece in chunk.chunks(PIECE) {
            if self.is_complete {
                return;
            }
            self.add(piece);
        }
    }

    fn add(&mut self, piece: &[u8]) {
        // An end that lies across two pieces is found from three bytes before.
        let from = self.header.len().saturating_sub(3);
        self.header.extend_from_slice(piece);
        let end = self.header.get(from..).and_then(end_of_header);
        if let Some(end) = end {
            self.header.truncate(from + end);
        }
        self.is_complete = end.is_some() || self.header.len() >= LONGEST_HEADER;
    }

    /// Whether all of the header has passed, or as much as is searched for it.
    pub(crate) fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// What the message is known by.
    pub(crate) fn identity(&self) -> Option<Identity> {
        identity(&self.header)
    }

    /// What its Date field says.
    pub(crate) fn date(&self) -> Option<String> {
        field(&self.header, "Date")
    }
}

/// Where the empty line begins.
fn end_of_header(bytes: &[u8]) -> Option<usize> {
    let mut rest = bytes;
    while let Some(next) = next_line(rest) {
        rest = next;
        if matches!(rest, [b'\n', ..] | [b'\r', b'\n', ..]) {
            return Some(bytes.len() - rest.len());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_fields_are_found_in_any_case_and_unfolded() {
        let header = b"FROM: a@b\r\nsubject : one\r\n two\r\nX: y\r\n Date: no field\r\nEmpty: \r\n\r\n";
        assert_eq!(field(header, "Subject").as_deref(), Some("one two"));
        assert_eq!(field(header, "From").as_deref(), Some("a@b"));
        assert_eq!(field(b"X: M\xfcller", "X").as_deref(), Some("M\u{fffd}ller"));
        assert_eq!(["Date", "Empty", "Fro"].map(|name| field(header, name)), [None, None, None]);
    }

    /// G13, A10
    #[test]
    fn a_message_id_is_the_same_however_it_is_folded_and_padded_and_an_empty_one_is_none() {
        let known = identity(b"Message-ID: <a@b>\r\nX: y\r\n\r\n");
        assert!(known.unwrap().is_message_id());
        for block in
            ["Message-ID:\r\n <a@b>\r\n\r\n", "MESSAGE-ID:\t<a@b> \t\r\n\r\n", "Message-ID:  <a@b>\n\n"]
        {
            assert_eq!(identity(block.as_bytes()), known, "{block:?}");
        }
        assert_ne!(identity(b"Message-ID: <c@d>\r\n\r\n"), known);
        assert_eq!([identity(b"\r\n"), identity(b"Message-ID: \r\n\r\n")], [None, None]);
    }

    #[test]
    fn a_message_without_message_id_is_known_by_who_sent_what_when() {
        let block =
            |subject: &str| format!("Date: 1\r\nFrom: a@b\r\nSubject: {subject}\r\n\r\n").into_bytes();
        let known = identity(&block("x y")).unwrap();
        assert!(!known.is_message_id());
        assert_eq!(identity(&block("x\r\n\ty")), Some(known), "folded");
        assert_ne!(identity(&block("z")), Some(known));
        assert_eq!(identity(b"X: y\r\n\r\n"), None);
        assert!(identity(b"Message-ID: <a@b>\r\n").unwrap().is_message_id());
    }

    #[test]
    fn the_header_of_a_message_is_collected_whatever_chunks_it_comes_in() {
        for message in
            ["Message-ID: <a@b>\r\nX: y\r\n\r\nMessage-ID: <c@d>\r\n", "Message-ID: <a@b>\n\nSubject: z\n"]
        {
            let mut tap = HeaderTap::default();
            for size in 1..message.len() {
                tap.begin();
                message.as_bytes().chunks(size).for_each(|chunk| tap.pass(chunk));
                assert_eq!(tap.identity(), identity(b"Message-ID: <a@b>"), "in chunks of {size}");
            }
        }
    }
}
