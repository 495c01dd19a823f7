//! Compares the messages of a folder on both sides. Pure.
//!
//! Bodies decide which message is which, as a multiset: nothing that a migration wrote down is believed. A message
//! that only the target has is no difference, because mail arrives there after the cut-over; one that the target
//! has more often than the source is. A message that was repaired is a difference, and said to be that one.

use std::collections::{BTreeMap, VecDeque};

use crate::base::message::{Digest, Message};

/// How many differences are described; the rest is counted.
const DESCRIBED: usize = 20;

/// Compares two listings, each in the order of its UIDs. Returns a line a difference.
pub(crate) fn compare(source: &[Message], target: &[Message]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut places: BTreeMap<Digest, VecDeque<usize>> = BTreeMap::new();
    for (place, message) in target.iter().enumerate() {
        places.entry(message.digest).or_default().push_back(place);
    }
    let mut last_place = None;
    for message in source {
        let mut place = places.get_mut(&message.digest).and_then(VecDeque::pop_front);
        if let (None, Some((digest, changes))) = (place, &message.repaired) {
            place = places.get_mut(digest).and_then(VecDeque::pop_front);
            lines.extend(place.map(|_| format!("message {} was repaired: {changes}", message.uid)));
        }
        let Some(place) = place else {
            lines.push(format!("message {} is not on the target", message.uid));
            continue;
        };
        if let Some(found) = target.get(place) {
            details(message, found, &mut lines);
        }
        if last_place.is_some_and(|last| last > place) {
            lines.push(format!("message {} stands in another order on the target", message.uid));
        }
        last_place = last_place.max(Some(place));
    }
    doubled(source, target, &places, &mut lines);
    lines
}

fn details(source: &Message, target: &Message, lines: &mut Vec<String>) {
    if source.received.is_some() && source.received != target.received {
        lines.push(format!("message {} has another date on the target", source.uid));
    }
    if source.flags != target.flags {
        let (ours, theirs) = (source.flags.join(" "), target.flags.join(" "));
        lines.push(format!("message {} has the flags ({ours}), on the target ({theirs})", source.uid));
    }
}

/// Bodies that are left over on the target although the source has them, too.
fn doubled(
    source: &[Message],
    target: &[Message],
    left: &BTreeMap<Digest, VecDeque<usize>>,
    lines: &mut Vec<String>,
) {
    let digests = |message: &Message| [Some(message.digest), message.repaired.map(|(digest, _)| digest)];
    let known = source.iter().flat_map(|message| digests(message).map(|digest| Some((digest?, message.uid))));
    let known: BTreeMap<Digest, u32> = known.flatten().collect();
    for (digest, places) in left.iter().filter(|(_, places)| !places.is_empty()) {
        if let Some(uid) = known.get(digest) {
            let uids: Vec<String> = places
                .iter()
                .filter_map(|place| target.get(*place))
                .map(|message| message.uid.to_string())
                .collect();
            lines.push(format!(
                "message {uid} is on the target more often than on the source: as {}",
                uids.join(", ")
            ));
        }
    }
}

/// The first twenty lines, and one that counts the rest.
pub(super) fn shorten(mut lines: Vec<String>) -> Vec<String> {
    if lines.len() > DESCRIBED {
        let more = lines.len() - DESCRIBED;
        lines.truncate(DESCRIBED);
        lines.push(format!("and {more} more"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use model::repair::Changes;

    use super::*;

    fn message(uid: u32, body: u8) -> Message {
        let flags = vec!["\\Seen".to_owned()];
        Message {
            uid,
            size: 1,
            bare_line_feeds: 0,
            digest: [body; 16],
            repaired: None,
            received: Some(5),
            flags,
        }
    }

    #[test]
    fn the_same_messages_in_the_same_order_are_identical_whatever_their_uids() {
        assert!(compare(&[message(1, 1), message(2, 2)], &[message(8, 1), message(9, 2)]).is_empty());
    }

    #[test]
    fn mail_that_only_the_target_has_is_no_difference() {
        assert!(compare(&[message(1, 1)], &[message(8, 7), message(9, 1)]).is_empty());
    }

    #[test]
    fn a_lost_message_is_named() {
        assert_eq!(
            compare(&[message(1, 1), message(2, 2)], &[message(8, 1)]),
            ["message 2 is not on the target"]
        );
    }

    #[test]
    fn duplicates_count_as_often_as_the_source_has_them() {
        let twice = [message(1, 1), message(2, 1)];
        assert!(compare(&twice, &[message(8, 1), message(9, 1)]).is_empty());
        assert_eq!(compare(&twice, &[message(8, 1)]), ["message 2 is not on the target"]);
        let doubled = compare(&[message(1, 1)], &[message(8, 1), message(9, 1)]);
        assert_eq!(doubled, ["message 1 is on the target more often than on the source: as 9"]);
    }

    #[test]
    fn a_repaired_message_is_said_to_be_one_and_is_neither_lost_nor_doubled() {
        let changes = Changes { nul_characters: 1, ..Changes::default() };
        let repairable = Message { repaired: Some(([9; 16], changes)), ..message(1, 1) };
        let source = [repairable, message(2, 2)];
        let repaired = "message 1 was repaired: 1 NUL character dropped";
        assert_eq!(compare(&source, &[message(8, 9), message(9, 2)]), [repaired]);
        assert_eq!(compare(&source, &[message(9, 2)]), ["message 1 is not on the target"]);
        assert!(compare(&source, &[message(8, 1), message(9, 2)]).is_empty());
        let doubled = "message 1 is on the target more often than on the source: as 10";
        assert_eq!(compare(&source, &[message(8, 9), message(9, 2), message(10, 9)]), [repaired, doubled]);
    }

    #[test]
    fn another_date_other_flags_and_another_order_are_named() {
        let other = Message { received: Some(6), flags: vec![], ..message(8, 1) };
        let found = compare(&[message(1, 1)], &[other]);
        assert_eq!(
            found,
            [
                "message 1 has another date on the target",
                "message 1 has the flags (\\Seen), on the target ()"
            ]
        );
        let turned = compare(&[message(1, 1), message(2, 2)], &[message(8, 2), message(9, 1)]);
        assert_eq!(turned, ["message 2 stands in another order on the target"]);
    }

    #[test]
    fn only_the_first_twenty_differences_are_described() {
        let many: Vec<Message> = (1..=50).map(|n| message(n, u8::try_from(n).unwrap())).collect();
        let found = shorten(compare(&many, &[]));
        assert_eq!((found.len(), found[20].as_str()), (21, "and 30 more"));
    }
}
