//! Which messages rows find again, and which never.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::collections::BTreeMap;

use model::plan::{Bytes, Claims, Present, Proof, Remembered, claim, follow, place, recognize};

fn row(key: u32, identity: u8, received: i64, body: Option<u8>) -> Remembered {
    let digest = body.map(|body| [body; 16]);
    Remembered {
        key,
        identity: (identity != 0).then_some([identity; 16]),
        received: Some(received),
        size: Some(100),
        digest,
    }
}

fn message(uid: u32, identity: u8, received: i64) -> Present {
    let identity = (identity != 0).then_some([identity; 16]);
    Present { uid, identity, received: Some(received), size: Some(100), bytes: Bytes::NotRead }
}

/// Claims, reading from these bodies what is asked for. Says what was found, and what was read.
fn run(rows: &[Remembered], messages: &[(Present, u8)], proof: Proof) -> (BTreeMap<u32, u32>, Vec<u32>) {
    let mut present: Vec<Present> = messages.iter().map(|(message, _)| *message).collect();
    let mut read = Vec::new();
    for _ in 0..2 {
        match claim(rows, &present, proof) {
            Claims::Done(pairs) => return (pairs, read),
            Claims::NeedDigests(uids) => {
                for (place, (message, body)) in messages.iter().enumerate() {
                    if uids.contains(&message.uid) {
                        present[place].bytes = Bytes::Are([*body; 16]);
                    }
                }
                read = uids;
            }
        }
    }
    panic!("digests are asked for twice");
}

fn pairs<const N: usize>(pairs: [(u32, u32); N]) -> BTreeMap<u32, u32> {
    BTreeMap::from(pairs)
}

/// A15, peers 2.3-5, peers 2.4
#[test]
fn after_a_new_uidvalidity_identity_and_date_tell_a_message_that_is_the_only_one_of_them() {
    let rows = [row(1, 1, 10, Some(1)), row(2, 2, 20, Some(2))];
    let now = [(message(7, 2, 20), 2), (message(8, 3, 30), 3)];
    assert_eq!(run(&rows, &now, Proof::Mark), (pairs([(2, 7)]), vec![]));
}

#[test]
fn messages_that_share_identity_and_date_are_told_apart_by_their_bytes() {
    let rows = [row(1, 1, 10, Some(1)), row(2, 1, 10, Some(2))];
    let now = [(message(7, 1, 10), 2), (message(8, 1, 10), 3), (message(9, 1, 10), 1)];
    assert_eq!(run(&rows, &now, Proof::Mark), (pairs([(1, 9), (2, 7)]), vec![7, 8, 9]));
}

#[test]
fn of_versions_of_one_letter_none_is_taken_for_another_one_of_its_size_and_date_that_has_left() {
    let gone = [row(1, 1, 10, Some(1))];
    let now = [(message(7, 1, 10), 2), (message(8, 1, 70), 2)];
    assert_eq!(run(&gone, &now, Proof::Mark), (pairs([]), vec![7, 8]));
    let rows = [row(1, 1, 10, Some(1)), row(2, 1, 20, Some(2))];
    assert_eq!(run(&rows, &[(message(7, 1, 10), 2)], Proof::Mark), (pairs([(2, 7)]), vec![7]));
}

#[test]
fn of_equal_messages_as_many_are_claimed_as_there_are_rows() {
    let rows = [row(1, 1, 10, Some(1)), row(2, 1, 10, Some(1))];
    let now = [(message(7, 1, 10), 1), (message(8, 1, 10), 1), (message(9, 1, 10), 1)];
    assert_eq!(run(&rows, &now, Proof::Mark).0, pairs([(1, 7), (2, 8)]));
}

#[test]
fn of_equal_messages_each_row_claims_one_of_its_own_date() {
    let rows = [row(1, 1, 20, Some(1)), row(2, 1, 20, Some(1)), row(3, 1, 10, None), row(4, 1, 10, None)];
    let now =
        [(message(6, 1, 10), 1), (message(7, 1, 10), 1), (message(8, 1, 20), 1), (message(9, 1, 20), 1)];
    assert_eq!(run(&rows, &now, Proof::Mark).0, pairs([(1, 8), (2, 9), (3, 6), (4, 7)]));
}

#[test]
fn a_message_that_came_back_is_known_by_its_bytes_whatever_its_date_is_now() {
    let rows = [row(1, 1, 10, Some(1))];
    assert_eq!(run(&rows, &[(message(7, 1, 99), 1)], Proof::Bytes).0, pairs([(1, 7)]));
    assert_eq!(
        run(&rows, &[(message(7, 1, 10), 2)], Proof::Bytes).0,
        pairs([]),
        "an edited draft is another one"
    );
    assert_eq!(
        run(&rows, &[(message(7, 2, 10), 1)], Proof::Bytes),
        (pairs([]), vec![]),
        "nothing is read in vain"
    );
}

#[test]
fn a_row_that_never_read_its_message_takes_identity_and_date_for_it() {
    let rows = [row(1, 1, 10, None), row(2, 0, 20, None)];
    let now = [(message(7, 1, 10), 1), (message(8, 0, 20), 2), (message(9, 0, 21), 3)];
    assert_eq!(run(&rows, &now, Proof::Bytes), (pairs([(1, 7), (2, 8)]), vec![]));
}

#[test]
fn a_revised_message_with_the_same_identity_and_date_is_another_one_by_its_size_or_its_bytes() {
    let revised = Present { size: Some(101), ..message(7, 1, 10) };
    assert_eq!(run(&[row(1, 1, 10, None)], &[(revised, 2)], Proof::Mark).0, pairs([]));
    assert_eq!(run(&[row(1, 1, 10, Some(1))], &[(revised, 2)], Proof::Mark), (pairs([]), vec![7]));
}

#[test]
fn a_copy_keeps_its_number_where_the_message_of_that_number_is_still_the_same() {
    let rows = [row(1, 1, 10, None), row(2, 1, 10, None), row(3, 3, 30, None)];
    let now = [message(1, 1, 10), message(2, 1, 10), message(3, 4, 40), message(4, 3, 30)];
    assert_eq!(follow(&rows, &now), pairs([(1, 1), (2, 2), (3, 4)]));
}

#[test]
fn a_copy_is_followed_by_identity_alone_only_where_nobody_else_has_it() {
    let rows = [row(1, 1, 10, None), row(2, 2, 20, None)];
    let now = [message(7, 1, 11), message(8, 2, 21), message(9, 2, 22)];
    assert_eq!(follow(&rows, &now), pairs([(1, 7)]), "and 2 is gone, as far as can be known");
}

#[test]
fn what_was_just_sent_lies_where_identity_and_date_say_or_else_in_its_order() {
    let sent = [row(0, 1, 10, None), row(1, 1, 10, None), row(2, 2, 20, None), row(3, 0, 30, None)];
    let came = [message(7, 0, 99), message(8, 1, 10), message(9, 1, 10), message(10, 2, 99)];
    assert_eq!(place(&sent, &came), pairs([(0, 8), (1, 9), (2, 10), (3, 7)]));
}

#[test]
fn sizes_tell_which_of_several_with_one_identity_and_date_was_stored_or_is_still_there() {
    let sent = [row(0, 1, 10, None), Remembered { size: Some(120), ..row(1, 1, 10, None) }];
    let came = [Present { size: Some(120), ..message(7, 1, 10) }];
    assert_eq!(place(&sent, &came), pairs([(1, 7)]));
    assert_eq!(follow(&sent, &came), pairs([(1, 7)]));
}

#[test]
fn what_was_sent_and_did_not_come_is_not_placed() {
    let sent = [row(0, 1, 10, None), row(1, 2, 20, None), row(2, 0, 30, None)];
    assert_eq!(place(&sent, &[message(7, 1, 10), message(8, 9, 99), message(9, 8, 98)]), pairs([(0, 7)]));
}

#[test]
fn of_messages_with_one_identity_the_date_tells_which_is_which() {
    let rows = [row(1, 1, 10, None), row(2, 1, 20, None)];
    let there = [message(7, 1, 20), message(8, 1, 10)];
    assert_eq!(place(&rows, &there), pairs([(1, 8), (2, 7)]));
    assert_eq!(follow(&rows, &there), pairs([(1, 8), (2, 7)]));
}

#[test]
fn what_was_refused_is_recognized_by_identity_and_date_and_by_no_less() {
    let refused =
        [row(1, 1, 10, Some(1)), row(2, 2, 20, Some(2)), row(3, 0, 30, Some(3)), row(4, 1, 10, Some(4))];
    let came = [message(7, 1, 10), message(8, 2, 21), message(9, 0, 30)];
    assert_eq!(recognize(&refused, &came), pairs([(1, 7)]));
}
