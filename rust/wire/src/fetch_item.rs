//! The items of a FETCH response, in whatever order they come (RFC 3501 §7.4.2).

use std::borrow::Cow;

use crate::budget::{FLAGS_OF_MESSAGE, TooMuch};
use crate::error::lossy;
use crate::flags::Flags;
use crate::frame::is_body;
use crate::internal_date::InternalDate;
use crate::token::{Lexer, Value};
use crate::uid_set::{beyond, to_uid};

/// What a FETCH response told. Items that we do not know are skipped.
#[derive(Debug, Default)]
pub(crate) struct FetchItems<'a> {
    pub(crate) uid: Option<u32>,
    /// A UID of more than 32 bits.
    pub(crate) uid_beyond: Option<u64>,
    pub(crate) flags: Option<Flags>,
    /// The outer option says whether the item came, the inner whether it held a date.
    pub(crate) internal_date: Option<Option<InternalDate>>,
    pub(crate) size: Option<u64>,
    pub(crate) modseq: Option<u64>,
    /// A header section.
    pub(crate) header: Option<Cow<'a, [u8]>>,
    /// The whole message, where it came inline; the inner option is empty for NIL.
    pub(crate) body: Option<Option<Cow<'a, [u8]>>>,
    /// What there was too much of to be read.
    pub(crate) excess: Option<TooMuch>,
}

impl<'a> FetchItems<'a> {
    /// Reads what follows `FETCH`; the list may be cut off before a body.
    pub(crate) fn parse(rest: &'a [u8]) -> Self {
        let mut items = Self::default();
        // What is read of a broken list counts as far as it goes.
        let _whole = items.add(Lexer::new(rest).value().map(|list| list.list()).unwrap_or_default());
        items
    }

    /// Reads what follows a body, up to the end of the line; nothing where it is not the rest of a list.
    pub(crate) fn parse_tail(tail: &'a [u8]) -> Option<Self> {
        let list = Lexer::rest_of_list(tail)?;
        let mut items = Self::default();
        let goes_on = list.is_empty() || list.starts_with(b" ");
        (goes_on && items.add(list)).then_some(items)
    }

    /// Reads the items of a list; says whether it holds nothing else.
    fn add(&mut self, list: &'a [u8]) -> bool {
        let (mut lexer, mut whole) = (Lexer::new(list), true);
        while let Some(item) = lexer.value() {
            let Some(value) = lexer.value() else { return false };
            whole &= matches!(item, Value::Atom(_));
            self.set(item.text().unwrap_or_default(), value);
        }
        whole
    }

    fn set(&mut self, item: &[u8], value: Value<'a>) {
        if item.eq_ignore_ascii_case(b"UID") {
            self.uid = value.number().and_then(to_uid).map(u32::from);
            self.uid_beyond = value.number().and_then(beyond);
        } else if item.eq_ignore_ascii_case(b"FLAGS") {
            self.set_flags(value.list());
        } else if item.eq_ignore_ascii_case(b"INTERNALDATE") {
            self.internal_date = Some(value.text().map(|text| InternalDate::new(lossy(text))));
        } else if item.eq_ignore_ascii_case(b"RFC822.SIZE") {
            self.size = value.number();
        } else if item.eq_ignore_ascii_case(b"MODSEQ") {
            self.modseq = Lexer::new(value.list()).value().and_then(|value| value.number());
        } else if is_body(item) {
            self.body = Some(into_text(value));
        } else if item.get(..11).is_some_and(|start| start.eq_ignore_ascii_case(b"BODY[HEADER")) {
            self.header = into_text(value);
        }
    }

    fn set_flags(&mut self, list: &[u8]) {
        if list.len() > FLAGS_OF_MESSAGE {
            self.excess = Some(TooMuch::Flags);
        } else {
            self.flags = Some(Flags::parse(list));
        }
    }
}

fn into_text(value: Value<'_>) -> Option<Cow<'_, [u8]>> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_read_in_any_order_and_unknown_ones_skipped() {
        let items = FetchItems::parse(
            b"(X-GM-LABELS (\"\\\\Inbox\" a) rfc822.size 42 MODSEQ (7) EMAILID (M1) FLAGS (\\Seen) BODY[HEADER.FIELDS (DATE)] {2}\r\n\r\n UID 9 INTERNALDATE \"01-Jan-2020 00:00:00 +0000\")",
        );
        assert_eq!((items.uid, items.size, items.modseq), (Some(9), Some(42), Some(7)));
        assert_eq!(items.flags.unwrap().to_string(), "(\\Seen)");
        assert_eq!(items.header.as_deref(), Some(&b"\r\n"[..]));
        assert_eq!(items.internal_date.unwrap().unwrap().to_epoch_seconds(), Some(1_577_836_800));
    }

    #[test]
    fn nil_is_told_apart_from_nothing() {
        let items = FetchItems::parse(b"(UID 1 INTERNALDATE NIL BODY[] NIL)");
        assert_eq!(items.internal_date, Some(None));
        assert_eq!(items.body, Some(None));
        assert!(FetchItems::parse(b"(UID 1)").internal_date.is_none());
    }

    #[test]
    fn a_size_or_uid_that_cannot_be_is_unknown() {
        let items = FetchItems::parse(b"(UID 0 RFC822.SIZE NIL)");
        assert_eq!((items.uid, items.size), (None, None));
        let beyond = FetchItems::parse(b"(UID 4294967296 RFC822.SIZE 4294967297)");
        assert_eq!((beyond.uid, beyond.uid_beyond, beyond.size), (None, Some(1 << 32), Some((1 << 32) + 1)));
    }
}
