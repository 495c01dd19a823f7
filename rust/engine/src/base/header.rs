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
pub(crate) fn field(header: &str, name: &str) -> Option<String> {
    let mut lines = header.lines().skip_while(|line| {
        !line.split_once(':').is_some_and(|(found, _)| found.trim().eq_ignore_ascii_case(name))
    });
    let (_, first) = lines.next()?.split_once(':')?;
    let folded = lines.take_while(|line| line.starts_with([' ', '\t'])).map(str::trim);
    let value = std::iter::once(first.trim()).chain(folded).collect::<Vec<_>>().join(" ");
    (!value.is_empty()).then_some(value)
}

/// The Message-ID in a block of header fields: the same however it is folded and padded, and never empty.
pub(crate) fn message_id(block: &[u8]) -> Option<Box<str>> {
    let value = field(&String::from_utf8_lossy(block), "Message-ID")?;
    let words = value.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    (!words.is_empty()).then(|| words.into_boxed_str())
}

/// What a message with this header is known by: its Message-ID, else who sent what when. NUL characters count for
/// nothing, as a repair takes them away.
pub(crate) fn identity(block: &[u8]) -> Option<Identity> {
    let mut plain = Cow::Borrowed(block);
    if memchr::memchr(0, block).is_some() {
        plain.to_mut().retain(|byte| *byte != 0);
    }
    let block = plain.as_ref();
    let digest = |text: &str| short(blake3::hash(text.as_bytes()).as_bytes());
    if let Some(id) = message_id(block) {
        return Some(Identity::of_message_id(digest(&id)));
    }
    let text = String::from_utf8_lossy(block);
    let fields = ["Date", "From", "Subject"].map(|name| field(&text, name).unwrap_or_default());
    let plain = fields.map(|field| field.split_whitespace().collect::<Vec<_>>().join(" "));
    plain.iter().any(|field| !field.is_empty()).then(|| Identity::of_fields(digest(&plain.join("\n"))))
}

/// Collects the header of a message that passes by.
#[derive(Debug, Default)]
pub(crate) struct HeaderTap {
    header: Vec<u8>,
    is_complete: bool,
}

impl HeaderTap {
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

    /// What the message is known by.
    pub(crate) fn identity(&self) -> Option<Identity> {
        identity(&self.header)
    }
}

/// Where the empty line begins.
fn end_of_header(bytes: &[u8]) -> Option<usize> {
    let ends = memchr::memchr_iter(b'\n', bytes)
        .find(|at| matches!(bytes.get(at + 1..), Some([b'\n', ..] | [b'\r', b'\n', ..])));
    ends.map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_fields_are_found_in_any_case_and_unfolded() {
        let header = "FROM: a@b\r\nsubject: one\r\n two\r\nX: y\r\n\r\n";
        assert_eq!(field(header, "Subject").as_deref(), Some("one two"));
        assert_eq!(field(header, "From").as_deref(), Some("a@b"));
        assert_eq!(field(header, "Date"), None);
    }

    /// G13, A10
    #[test]
    fn a_message_id_is_the_same_however_it_is_folded_and_padded_and_an_empty_one_is_none() {
        for block in
            ["Message-ID:\r\n <a@b>\r\n\r\n", "MESSAGE-ID:\t<a@b> \t\r\n\r\n", "Message-ID:  <a@b>\n\n"]
        {
            assert_eq!(message_id(block.as_bytes()).as_deref(), Some("<a@b>"), "{block:?}");
        }
        assert_eq!(message_id(b"Message-ID: <a@b>\r\nX: y\r\n\r\n").as_deref(), Some("<a@b>"));
        assert_eq!(message_id(b"\r\n"), None);
        assert_eq!(message_id(b"Message-ID: \r\n\r\n"), None);
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
            for size in 1..message.len() {
                let mut tap = HeaderTap::default();
                message.as_bytes().chunks(size).for_each(|chunk| tap.pass(chunk));
                assert_eq!(tap.identity(), identity(b"Message-ID: <a@b>"), "in chunks of {size}");
            }
        }
    }
}
