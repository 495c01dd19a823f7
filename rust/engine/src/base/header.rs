//! Reads the fields of a message's header, however they are folded and padded.

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
}
