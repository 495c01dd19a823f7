//! The ledger of a user's folders and messages.

use std::num::NonZeroU32;

use model::{Lease, Numbers, UidValidity};
use store::{FolderRecord, LedgerFolder, LedgerMessage};

use crate::common::{Fixture, fixture};

fn folder(name: &[u8]) -> LedgerFolder {
    LedgerFolder {
        source_name: name.to_vec(),
        source_uid_validity: UidValidity::new(u64::MAX),
        target_name: String::from_utf8_lossy(name).into_owned(),
        target_uid_validity: UidValidity::new(1 << 63),
        frontier: Some(1),
        target_messages: Some(3),
        made: true,
        source_mailbox_id: Some("F1".to_owned()),
        target_mailbox_id: Some("F2".to_owned()),
        in_step_at: Some(Numbers {
            uid_validity: UidValidity::new(u64::MAX),
            uid_next: NonZeroU32::new(u32::MAX),
            messages: Some(3),
            highest_modseq: Some(u64::MAX),
        }),
    }
}

fn message(uid: u32) -> LedgerMessage {
    LedgerMessage {
        source_uid: uid,
        target_uid: Some(uid + 1000),
        size: u64::from(u32::MAX) + 1,
        digest: Some([uid.to_le_bytes()[0]; 16]),
        received: Some(-i64::from(uid)),
        identity: Some([uid.to_be_bytes()[0]; 16]),
        flags: "\\Seen $Label1".to_owned(),
    }
}

fn record(folder: i64, next: u32, messages: Vec<LedgerMessage>) -> FolderRecord {
    FolderRecord { folder, frontier: Some(next), messages, ..FolderRecord::default() }
}

fn messages(fixture: &Fixture, folder: i64) -> Vec<LedgerMessage> {
    let mut messages = Vec::new();
    fixture.store.ledger_messages(folder, |message| messages.push(message)).unwrap();
    messages
}

/// A leased user with a folder of the messages 1 to 3.
fn ledger() -> (Fixture, Lease, i64) {
    let fixture = fixture();
    fixture.run("wave", &["ann@x"]);
    let lease = fixture.lease(0);
    let inbox = fixture.store.save_folders(&lease, &[folder(b"INBOX")]).unwrap()[0];
    fixture.store.record(&lease, &[record(inbox, 2000, (1..=3).map(message).collect())]).unwrap();
    (fixture, lease, inbox)
}

#[test]
fn folders_keep_their_key_and_the_bytes_of_their_name() {
    let (fixture, lease, inbox) = ledger();
    let latin = fixture.store.save_folders_durably(&lease, &[folder(b"Entw\xfcrfe")]).unwrap()[0];
    let changed = LedgerFolder { in_step_at: None, frontier: Some(2000), ..folder(b"INBOX") };
    assert_eq!(fixture.store.save_folders(&lease, std::slice::from_ref(&changed)).unwrap(), [inbox]);
    let folders = fixture.store.ledger_folders(lease.user.id).unwrap();
    assert_eq!(folders, [(inbox, changed), (latin, folder(b"Entw\xfcrfe"))]);
    assert_eq!(messages(&fixture, inbox).len(), 3);
}

#[test]
fn a_renamed_folder_keeps_its_messages_under_the_names_that_it_has_now() {
    let (fixture, lease, inbox) = ledger();
    let other = fixture.store.save_folders(&lease, &[folder(b"Plans")]).unwrap()[0];
    let renamed = LedgerFolder { target_name: "Old".to_owned(), ..folder(b"Plans") };
    let back = folder(b"INBOX");
    fixture.store.rename_folders(&lease, &[(inbox, renamed.clone()), (other, back.clone())]).unwrap();
    let expected = LedgerFolder { frontier: Some(2000), ..renamed };
    assert_eq!(fixture.store.ledger_folders(lease.user.id).unwrap(), [(inbox, expected), (other, back)]);
    assert_eq!(messages(&fixture, inbox).len(), 3);
}

#[test]
fn messages_come_back_as_they_were_written_and_in_order() {
    let (fixture, lease, inbox) = ledger();
    let plain = LedgerMessage { source_uid: u32::MAX, ..LedgerMessage::default() };
    let many: Vec<LedgerMessage> = (4..=9000).rev().map(message).chain([plain.clone()]).collect();
    fixture.store.record(&lease, &[record(inbox, 1, many)]).unwrap();
    let expected: Vec<LedgerMessage> = (1..=9000).map(message).chain([plain]).collect();
    assert_eq!(messages(&fixture, inbox), expected);
}

#[test]
fn one_transaction_covers_many_folders_or_none() {
    let (fixture, lease, inbox) = ledger();
    let sent = fixture.store.save_folders(&lease, &[folder(b"Sent")]).unwrap()[0];
    fixture
        .store
        .record(&lease, &[record(inbox, 2001, vec![message(4)]), record(sent, 5, vec![message(1)])])
        .unwrap();
    assert_eq!((messages(&fixture, inbox).len(), messages(&fixture, sent).len()), (4, 1));
    let unknown = record(999, 1, vec![message(1)]);
    fixture.store.record(&lease, &[record(inbox, 2002, vec![message(5)]), unknown]).unwrap_err();
    assert_eq!(messages(&fixture, inbox).len(), 4);
}

#[test]
fn the_frontier_only_goes_up() {
    let (fixture, lease, inbox) = ledger();
    let next = |given| {
        let record = FolderRecord { folder: inbox, frontier: given, ..FolderRecord::default() };
        fixture.store.record(&lease, &[record]).unwrap();
        fixture.store.ledger_folders(lease.user.id).unwrap()[0].1.frontier
    };
    assert_eq!([next(Some(10)), next(None), next(Some(2001))], [Some(2000), Some(2000), Some(2001)]);
}

#[test]
fn flags_change_one_by_one() {
    let (fixture, lease, inbox) = ledger();
    fixture.store.update_flags(&lease, inbox, &[(2, "\\Deleted".to_owned()), (99, String::new())]).unwrap();
    let changed = LedgerMessage { flags: "\\Deleted".to_owned(), ..message(2) };
    assert_eq!(messages(&fixture, inbox), [message(1), changed, message(3)]);
}

#[test]
fn a_folders_numbers_and_its_messages_are_written_together() {
    let (fixture, lease, inbox) = ledger();
    let numbers = LedgerFolder { in_step_at: None, frontier: Some(2001), ..folder(b"INBOX") };
    let written = FolderRecord { numbers: Some(numbers.clone()), ..record(inbox, 2001, vec![message(4)]) };
    fixture.store.record(&lease, &[written]).unwrap();
    assert_eq!(fixture.store.ledger_folders(lease.user.id).unwrap(), [(inbox, numbers)]);
    assert_eq!(messages(&fixture, inbox).len(), 4);
    assert_eq!(fixture.store.ledger_bytes(lease.user.id).unwrap(), 4 * (u64::from(u32::MAX) + 1));
}

#[test]
fn copies_of_another_folder_are_the_smallest_of_those_whose_bytes_were_read() {
    let (fixture, lease, inbox) = ledger();
    let [empty, sent] = fixture.store.save_folders(&lease, &[folder(b"Empty"), folder(b"Sent")]).unwrap()[..]
    else {
        panic!("two folders")
    };
    let sized = |uid, size| LedgerMessage { size, ..message(uid) };
    let unread = LedgerMessage { digest: None, ..sized(4, 1) };
    let gone = LedgerMessage { target_uid: None, ..sized(5, 1) };
    let rows = vec![sized(1, 30), sized(2, 10), sized(3, 20), unread, gone];
    fixture.store.record(&lease, &[record(sent, 2000, rows)]).unwrap();
    let elsewhere = |but| fixture.store.copies_elsewhere(lease.user.id, but, 2).unwrap();
    let (page, copies) = elsewhere(inbox).unwrap();
    assert_eq!((page.source_name.as_slice(), copies), (&b"Sent"[..], vec![sized(2, 10), sized(3, 20)]));
    assert_eq!(elsewhere(empty).unwrap().0.source_name, b"INBOX");
}

fn orphans(fixture: &Fixture, folder: i64) -> Vec<LedgerMessage> {
    fixture.store.orphans(folder).unwrap().into_iter().map(|orphan| orphan.message).collect()
}

/// As an orphan: the source's UID is gone.
fn orphaned(uid: u32) -> LedgerMessage {
    LedgerMessage { source_uid: 0, ..message(uid) }
}

#[test]
fn a_message_whose_source_is_gone_is_an_orphan_until_it_is_claimed() {
    let (fixture, lease, inbox) = ledger();
    fixture.store.orphan(&lease, inbox, &[1, 3, 99]).unwrap();
    assert_eq!(
        (messages(&fixture, inbox), orphans(&fixture, inbox)),
        (vec![message(2)], vec![orphaned(1), orphaned(3)])
    );
    let claimed = fixture.store.orphans(inbox).unwrap()[0].id;
    let back = LedgerMessage { source_uid: 7, ..message(1) };
    let record = FolderRecord { claimed: vec![claimed], ..record(inbox, 2000, vec![back.clone()]) };
    fixture.store.record(&lease, &[record]).unwrap();
    assert_eq!(
        (messages(&fixture, inbox), orphans(&fixture, inbox)),
        (vec![message(2), back], vec![orphaned(3)])
    );
}

#[test]
fn what_was_never_stored_is_unknown_again_and_what_has_vanished_has_no_copy() {
    let (fixture, lease, inbox) = ledger();
    let numbers = LedgerFolder { target_messages: Some(1), frontier: Some(1001), ..folder(b"INBOX") };
    fixture.store.take_back(&lease, inbox, &numbers, &[2], &[1, 99]).unwrap();
    assert_eq!(fixture.store.ledger_folders(lease.user.id).unwrap(), [(inbox, numbers)]);
    let vanished = LedgerMessage { target_uid: None, ..message(1) };
    assert_eq!(messages(&fixture, inbox), [vanished, message(3)]);
}

#[test]
fn a_folder_that_is_numbered_anew_is_written_anew() {
    let (fixture, lease, inbox) = ledger();
    fixture.store.orphan(&lease, inbox, &[3]).unwrap();
    let numbers = LedgerFolder { frontier: None, in_step_at: None, ..folder(b"INBOX") };
    let moved = LedgerMessage { source_uid: 9, ..message(1) };
    let lost = [orphaned(2), orphaned(3)];
    fixture.store.renumber(&lease, inbox, &numbers, std::slice::from_ref(&moved), &lost).unwrap();
    assert_eq!(fixture.store.ledger_folders(lease.user.id).unwrap(), [(inbox, numbers)]);
    assert_eq!((messages(&fixture, inbox), orphans(&fixture, inbox)), (vec![moved], lost.to_vec()));
}

#[test]
fn a_worker_that_lost_its_lease_leaves_the_ledger_alone() {
    let (fixture, lost, inbox) = ledger();
    fixture.release_all();
    let _held = fixture.lease(60);
    let before = (fixture.store.ledger_folders(lost.user.id).unwrap(), messages(&fixture, inbox));
    fixture.store.save_folders(&lost, &[folder(b"Sent")]).unwrap_err();
    fixture.store.record(&lost, &[record(inbox, 3000, vec![message(4)])]).unwrap_err();
    fixture.store.update_flags(&lost, inbox, &[(1, String::new())]).unwrap_err();
    fixture.store.orphan(&lost, inbox, &[1]).unwrap_err();
    fixture.store.renumber(&lost, inbox, &folder(b"INBOX"), &[], &[]).unwrap_err();
    fixture.store.take_back(&lost, inbox, &folder(b"INBOX"), &[1], &[2]).unwrap_err();
    assert_eq!((fixture.store.ledger_folders(lost.user.id).unwrap(), messages(&fixture, inbox)), before);
}

#[test]
fn a_worker_cannot_write_into_the_folder_of_another_user() {
    let (fixture, _, inbox) = ledger();
    fixture.run("other", &["bob@x"]);
    let bob = fixture.lease(0);
    fixture.store.record(&bob, &[record(inbox, 3000, vec![message(4)])]).unwrap_err();
    fixture.store.update_flags(&bob, inbox, &[(1, String::new())]).unwrap_err();
    assert_eq!(messages(&fixture, inbox).len(), 3);
}
