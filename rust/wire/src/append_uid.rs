//! APPENDUID: where the server put an appended message (RFC 4315 §3).

use model::UidValidity;

use crate::response::split_word;
use crate::token::parse_number;
use crate::uid_set::parse_ranges;

/// The place of an appended message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AppendUid {
    /// The UIDVALIDITY of the mailbox.
    pub uid_validity: UidValidity,
    /// The message's UID.
    pub uid: u32,
}

/// Reads the response code of an APPEND that brought `count` messages: one place each, in order. A code that
/// does not fit the count tells nothing.
pub(crate) fn parse(code: &str, count: usize) -> Option<Vec<AppendUid>> {
    let (word, rest) = split_word(code.as_bytes());
    let (validity, set) = split_word(rest);
    if !word.eq_ignore_ascii_case(b"APPENDUID") {
        return None;
    }
    let uid_validity = parse_number(validity).and_then(UidValidity::new)?;
    let ranges = parse_ranges(std::str::from_utf8(set).ok()?.trim())?;
    let uids = ranges.into_iter().flat_map(|(a, b)| a.min(b)..=a.max(b));
    let places: Vec<_> = uids.take(count + 1).map(|uid| AppendUid { uid_validity, uid }).collect();
    (places.len() == count).then_some(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uids(code: &str, count: usize) -> Option<Vec<u32>> {
        parse(code, count).map(|places| places.into_iter().map(|place| place.uid).collect())
    }

    #[test]
    fn a_set_gives_one_uid_a_message_in_order() {
        assert_eq!(uids("APPENDUID 38505 3955", 1), Some(vec![3955]));
        assert_eq!(uids("appenduid 1 7,3:5", 4), Some(vec![7, 3, 4, 5]));
        assert_eq!(uids("APPENDUID 1 5:3", 3), Some(vec![3, 4, 5]));
    }

    #[test]
    fn what_does_not_fit_tells_nothing() {
        let odd =
            ["APPENDUID 1 3:4", "APPENDUID 1 1:4294967295", "APPENDUID 0 3", "APPENDUID 1", "APPENDUID 1 x"];
        for code in odd.into_iter().chain(["COPYUID 1 3 4", ""]) {
            assert_eq!(uids(code, 1), None, "{code}");
        }
    }
}
