//! What is adopted from a target folder, and what never is.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};

use model::plan::{Adoption, Candidate, Digest, Identity, Reconciliation, Tail, reconcile};
use proptest::prelude::*;

/// A message in a test's mailbox: its bytes are told by `body`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Message {
    uid: u32,
    body: u8,
    received: i64,
}

/// Bodies come in fours: two share Message-ID and size, the third only the Message-ID, the fourth has none.
fn candidate(message: &Message) -> Candidate {
    let identity = match message.body % 4 {
        3 => Identity::of_fields([message.body; 16]),
        _ => Identity::of_message_id([message.body / 4; 16]),
    };
    Candidate {
        uid: message.uid,
        identity: Some(identity),
        size: Some(if message.body % 4 < 2 { 100 } else { 200 }),
        received: Some(message.received),
        ..Candidate::default()
    }
}

fn digest(body: u8) -> Digest {
    Digest::Is([body; 32])
}

/// Reconciles at first contact, reading what is asked for. Returns the result and how many messages were read.
fn run(source: &[Message], target: &[Message]) -> (Vec<Adoption>, Vec<u32>, usize) {
    run_in(Tail::Whole, source, target)
}

fn run_in(tail: Tail, source: &[Message], target: &[Message]) -> (Vec<Adoption>, Vec<u32>, usize) {
    let mut sides = [source, target].map(|side| side.iter().map(candidate).collect::<Vec<_>>());
    let mut reads = 0;
    for _ in 0..2 {
        match reconcile(&sides[0], &sides[1], tail) {
            Reconciliation::Done { adopted } => {
                let is_open = |uid: &u32| adopted.iter().all(|pair| pair.uid != *uid);
                let mut append: Vec<u32> = source.iter().map(|message| message.uid).filter(is_open).collect();
                append.sort_unstable();
                return (adopted, append, reads);
            }
            Reconciliation::NeedsDigests { source: wanted, target: wanted_target } => {
                for (side, messages, wanted) in [(0, source, wanted), (1, target, wanted_target)] {
                    reads += wanted.len();
                    for (place, message) in messages.iter().enumerate() {
                        if wanted.contains(&message.uid) {
                            sides[side][place].digest = digest(message.body);
                        }
                    }
                }
            }
        }
    }
    panic!("digests are asked for twice");
}

fn message(uid: u32, body: u8, received: i64) -> Message {
    Message { uid, body, received }
}

fn pair(uid: u32, target_uid: u32) -> Adoption {
    Adoption { uid, target_uid }
}

#[test]
fn a_unique_message_is_adopted_without_reading_it() {
    let found = run(&[message(1, 0, 5), message(2, 4, 6)], &[message(90, 4, 6)]);
    assert_eq!(found, (vec![pair(2, 90)], vec![1], 0));
}

#[test]
fn messages_that_are_merely_alike_are_read_and_only_equal_ones_adopted() {
    let (adopted, append, reads) = run(&[message(1, 0, 5), message(2, 1, 5)], &[message(90, 1, 5)]);
    assert_eq!((adopted, append, reads), (vec![pair(2, 90)], vec![1], 3));
}

/// O16, O23, A8
#[test]
fn another_date_or_size_is_no_match_until_the_bytes_are() {
    assert_eq!(run(&[message(1, 0, 5)], &[message(90, 0, 6)]), (vec![pair(1, 90)], vec![], 2));
    assert_eq!(run(&[message(1, 0, 5)], &[message(90, 2, 5)]), (vec![], vec![1], 2));
}

/// A4, A10, N2: the OK of a message was lost that the server has rewritten, and 2 is 0 with another size and bytes.
#[test]
fn in_what_came_since_the_ledgers_last_word_message_id_and_date_tell_a_rewritten_copy() {
    let since = |source: &[Message], target: &[Message]| run_in(Tail::SinceLedger, source, target);
    assert_eq!(since(&[message(1, 0, 5)], &[message(90, 2, 5)]), (vec![pair(1, 90)], vec![], 2));
    // The copy of the bytes comes first, and where it matters which of two was rewritten, neither was.
    let two = [message(1, 0, 5), message(2, 1, 5)];
    assert_eq!(since(&two, &[message(90, 1, 5), message(91, 2, 5)]).0, [pair(1, 91), pair(2, 90)]);
    assert_eq!(since(&two, &[message(90, 2, 5)]).1, [1, 2]);
    assert_eq!(since(&[message(1, 0, 5)], &[message(90, 2, 6)]).1, [1]);
    assert_eq!(since(&[message(1, 3, 5)], &[message(90, 7, 5)]).1, [1]);
    // Equal messages, or as many as there are.
    assert_eq!(since(&[message(1, 0, 5), message(2, 0, 5)], &[message(90, 2, 5)]).1, [2]);
    assert_eq!(since(&two, &[message(90, 2, 5), message(91, 2, 5)]).1, Vec::<u32>::new());
}

/// One of two equal messages has left, whose copy nobody knew; 2 is 0 with another body.
#[test]
fn a_copy_that_has_the_bytes_of_one_message_is_not_taken_for_another_that_was_rewritten() {
    let source = [message(1, 0, 5), message(6, 2, 5)];
    let target = [message(90, 0, 5), message(91, 0, 5)];
    assert_eq!(run_in(Tail::SinceLedger, &source, &target), (vec![pair(1, 90)], vec![6], 4));
}

/// peers 2.3-9
#[test]
fn a_message_without_message_id_is_adopted_by_its_bytes_only() {
    assert_eq!(run(&[message(1, 3, 5)], &[message(90, 3, 5)]), (vec![pair(1, 90)], vec![], 2));
    assert_eq!(run(&[message(1, 3, 5)], &[message(90, 7, 5)]), (vec![], vec![1], 2));
}

#[test]
fn equal_messages_are_paired_in_order_and_the_rest_is_appended() {
    let source = [message(3, 0, 5), message(1, 0, 5), message(2, 0, 5)];
    let (adopted, append, _) = run(&source, &[message(91, 0, 5), message(90, 0, 5)]);
    assert_eq!((adopted, append), (vec![pair(1, 90), pair(2, 91)], vec![3]));
}

#[test]
fn more_copies_than_the_source_has_are_left_alone() {
    let (adopted, append, _) = run(&[message(1, 0, 5)], &[message(90, 0, 5), message(91, 0, 5)]);
    assert_eq!((adopted, append), (vec![pair(1, 90)], vec![]));
}

#[test]
fn a_message_that_cannot_be_read_is_never_adopted_by_guess() {
    let unreadable = |uid| Candidate { uid, digest: Digest::Unreadable, ..Candidate::default() };
    let done = Reconciliation::Done { adopted: vec![] };
    assert_eq!(reconcile(&[unreadable(1)], &[unreadable(90)], Tail::Whole), done);
}

/// A2, A3, A23, peers 2.3-9
#[test]
fn a_missing_size_or_date_or_a_blank_message_id_is_no_mark() {
    let whole = candidate(&message(1, 0, 5));
    let lacking = [
        Candidate { size: None, ..whole.clone() },
        Candidate { received: None, ..whole.clone() },
        Candidate { identity: None, ..whole },
    ];
    for candidate in lacking {
        let found =
            reconcile(std::slice::from_ref(&candidate), std::slice::from_ref(&candidate), Tail::Whole);
        assert!(matches!(found, Reconciliation::NeedsDigests { .. }));
    }
}

#[test]
fn digests_that_are_known_to_differ_beat_message_id_size_and_date() {
    let own = Candidate { digest: digest(1), ..candidate(&message(1, 0, 5)) };
    let other = Candidate { digest: digest(2), ..candidate(&message(90, 0, 5)) };
    assert_eq!(reconcile(&[own], &[other], Tail::Whole), Reconciliation::Done { adopted: vec![] });
}

#[test]
fn mail_that_is_nobodys_copy_is_not_read() {
    assert_eq!(run(&[message(1, 0, 5)], &[message(90, 4, 6)]), (vec![], vec![1], 0));
}

#[test]
fn only_what_was_not_read_is_asked_for() {
    let (own, other) = (candidate(&message(1, 0, 5)), candidate(&message(90, 0, 6)));
    let asked = |source: Vec<u32>, target: Vec<u32>| Reconciliation::NeedsDigests { source, target };
    let read_other = Candidate { digest: digest(0), ..other.clone() };
    assert_eq!(reconcile(std::slice::from_ref(&own), &[read_other], Tail::Whole), asked(vec![1], vec![]));
    let read_own = Candidate { digest: digest(0), ..own };
    assert_eq!(reconcile(&[read_own], &[other], Tail::Whole), asked(vec![], vec![90]));
}

#[test]
fn of_messages_that_cannot_be_read_none_is_taken_for_the_rewritten_one() {
    let unreadable = |uid| Candidate { digest: Digest::Unreadable, ..candidate(&message(uid, 0, 5)) };
    let nothing = Reconciliation::Done { adopted: vec![] };
    assert_eq!(reconcile(&[unreadable(1), unreadable(2)], &[read(90, 2)], Tail::SinceLedger), nothing);
}

/// A source message with these bytes, which are repaired to those.
fn repairable(uid: u32, body: u8, repaired: u8) -> Candidate {
    Candidate {
        digest: digest(body),
        repaired: Some(Box::new([repaired; 32])),
        ..candidate(&message(uid, body, 5))
    }
}

fn read(uid: u32, body: u8) -> Candidate {
    Candidate { digest: digest(body), ..candidate(&message(uid, body, 5)) }
}

#[test]
fn a_repaired_copy_is_adopted_after_copies_of_the_bytes_themselves_and_only_once() {
    let source = [repairable(1, 0, 2), repairable(2, 0, 2), read(3, 2)];
    let target = [read(90, 2), read(91, 2)];
    let adopted = vec![pair(1, 91), pair(3, 90)];
    assert_eq!(reconcile(&source, &target, Tail::Whole), Reconciliation::Done { adopted });
}

/// A header that is repaired may come to another Message-ID.
#[test]
fn the_repaired_copy_of_a_refused_message_is_found_under_any_message_id() {
    let refused = |digest| Candidate { was_refused: true, digest, ..repairable(1, 0, 4) };
    let target = [candidate(&message(90, 4, 5)), candidate(&message(91, 8, 5))];
    let unread = Reconciliation::NeedsDigests { source: vec![1], target: vec![90, 91] };
    assert_eq!(reconcile(&[refused(Digest::NotRead)], &target, Tail::Whole), unread);
    let done = Reconciliation::Done { adopted: vec![pair(1, 90)] };
    assert_eq!(reconcile(&[refused(digest(0))], &[read(90, 4), read(91, 8)], Tail::Whole), done);
}

/// The same size and date do not tell whether the copy is a repaired one.
#[test]
fn a_refused_message_is_adopted_by_its_bytes_only() {
    let refused = |digest| Candidate { was_refused: true, digest, ..candidate(&message(1, 0, 5)) };
    let unread = Reconciliation::NeedsDigests { source: vec![1], target: vec![90] };
    assert_eq!(reconcile(&[refused(Digest::NotRead)], &[candidate(&message(90, 0, 5))], Tail::Whole), unread);
    let nothing = Reconciliation::Done { adopted: vec![] };
    assert_eq!(reconcile(&[refused(digest(0))], &[read(90, 2)], Tail::SinceLedger), nothing);
    assert_eq!(
        reconcile(&[refused(Digest::NotRead)], &[], Tail::Whole),
        nothing,
        "there is nothing to compare"
    );
}

/// Its owner has moved a copy away and back, and a draft was revised meanwhile.
#[test]
fn where_a_row_that_lost_its_copy_is_known_by_the_same_only_bytes_tell_whose_a_copy_is() {
    let contested = |digest| Candidate { is_contested: true, digest, ..candidate(&message(1, 0, 5)) };
    let there = [candidate(&message(90, 0, 5))];
    let unread = Reconciliation::NeedsDigests { source: vec![1], target: vec![90] };
    assert_eq!(reconcile(&[contested(Digest::NotRead)], &there, Tail::SinceLedger), unread);
    let nothing = Reconciliation::Done { adopted: vec![] };
    assert_eq!(reconcile(&[contested(digest(0))], &[read(90, 2)], Tail::SinceLedger), nothing);
}

fn per_body(messages: &[Message]) -> BTreeMap<u8, usize> {
    let mut counts = BTreeMap::new();
    for message in messages {
        *counts.entry(message.body).or_default() += 1;
    }
    counts
}

/// A source; on the target some copies of it, with or without their date, in any order, and mail of others.
fn mailboxes() -> impl Strategy<Value = (Vec<Message>, Vec<Message>)> {
    let source = prop::collection::vec((0_u8..12, 0_i64..3), 0..14);
    let copies = prop::collection::vec((any::<prop::sample::Index>(), prop::bool::weighted(0.8)), 0..14);
    let foreign = prop::collection::vec((0_u8..24, 100_i64..103), 0..4);
    (source, copies, foreign).prop_map(|(source, copies, foreign)| {
        let source: Vec<_> = (1..).zip(source).map(|(uid, (body, date))| message(uid, body, date)).collect();
        let mut used = BTreeSet::new();
        let copied = copies.iter().filter(|_| !source.is_empty()).filter_map(|(index, dated)| {
            let original = index.get(&source);
            let received = if *dated { original.received } else { 50 };
            used.insert(original.uid).then_some((original.body, received))
        });
        let target = (1_000..).zip(copied.chain(foreign)).map(|(uid, (body, date))| message(uid, body, date));
        let target = target.collect();
        (source, target)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_adopted_twice_and_never_two_different_bodies((source, target) in mailboxes()) {
        let (adopted, append, _) = run(&source, &target);
        let body = |side: &[Message], uid| side.iter().find(|message| message.uid == uid).unwrap().body;
        for pair in &adopted {
            prop_assert_eq!(body(&source, pair.uid), body(&target, pair.target_uid));
        }
        let uids: BTreeSet<_> = adopted.iter().map(|pair| pair.uid).chain(append.iter().copied()).collect();
        prop_assert_eq!(uids.len(), source.len());
        prop_assert_eq!(adopted.len() + append.len(), source.len());
        let targets: BTreeSet<_> = adopted.iter().map(|pair| pair.target_uid).collect();
        prop_assert_eq!(targets.len(), adopted.len());
    }

    #[test]
    fn the_target_ends_with_as_many_of_each_body_as_the_source_has((source, target) in mailboxes()) {
        let (_, append, _) = run(&source, &target);
        let appended: Vec<_> = source.iter().filter(|message| append.contains(&message.uid)).copied().collect();
        let (had, has, added) = (per_body(&target), per_body(&source), per_body(&appended));
        for (body, wanted) in has {
            let there = had.get(&body).copied().unwrap_or_default();
            prop_assert_eq!(added.get(&body).copied().unwrap_or_default(), wanted.saturating_sub(there));
        }
    }

    #[test]
    fn a_second_run_appends_nothing((source, target) in mailboxes()) {
        let (_, append, _) = run(&source, &target);
        let appended = source.iter().filter(|message| append.contains(&message.uid));
        let target: Vec<_> =
            target.iter().copied().chain((5_000..).zip(appended).map(|(uid, copy)| Message { uid, ..*copy })).collect();
        prop_assert_eq!(run(&source, &target).1, Vec::<u32>::new());
    }
}
