//! Removing batches for good.

use model::status::Wish;
use model::{ErrorKind, ReportEntry, SkippedItem, SkippedKind};
use store::{FolderRecord, LedgerFolder, LedgerMessage, PassEnd, Purged, ReportOf};

use crate::common::{at, fixture};

#[test]
fn a_removed_batch_leaves_nothing_behind_and_the_others_alone() {
    let fixture = fixture();
    for (wave, address) in [("first", "ann@x"), ("second", "bob@x")] {
        let batch = fixture.run(wave, &[address]);
        let lease = fixture.lease(0);
        let folder = LedgerFolder { source_name: b"INBOX".to_vec(), ..LedgerFolder::default() };
        let folder = fixture.store.save_folders(&lease, &[folder]).unwrap()[0];
        let messages =
            (1..=25_000).map(|source_uid| LedgerMessage { source_uid, ..LedgerMessage::default() });
        let record = FolderRecord { folder, messages: messages.collect(), ..FolderRecord::default() };
        fixture.store.record(&lease, &[record]).unwrap();
        let line = [ReportEntry { at: at(0), text: "line".to_owned() }];
        fixture.store.add_report(ReportOf::User(lease.user.id), &line).unwrap();
        fixture.store.add_report(ReportOf::Batch(batch.guid), &line).unwrap();
        fixture.store.add_skipped(lease.user.id, &[skipped()]).unwrap();
        fixture.finish(&lease, &PassEnd::Done, 1);
    }
    let raw = fixture.raw();
    let rows = || {
        ["user", "batch", "tally", "folder", "message", "report", "skipped"].map(|table| {
            raw.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0)).unwrap()
        })
    };
    assert_eq!(rows(), [2, 2, 8, 2, 50_000, 4, 2]);
    fixture.store.set_wish(fixture.store.batch("first").unwrap().guid, Wish::Remove).unwrap();
    assert_eq!(fixture.store.purge_removed().unwrap(), 1);
    assert_eq!(rows(), [1, 1, 4, 1, 25_000, 2, 1]);
    assert_eq!(fixture.user("bob@x").batch.as_str(), "second");
}

fn skipped() -> SkippedItem {
    SkippedItem {
        kind: SkippedKind::LargeItem,
        folder_name: "INBOX".to_owned(),
        uid: Some(1),
        size: None,
        subject: None,
        sender: None,
        message_id: None,
        date_received: None,
        date_sent: None,
        error_message: "too large".to_owned(),
    }
}

#[test]
fn a_batch_is_not_removed_from_under_a_running_pass() {
    let fixture = fixture();
    let batch = fixture.run("wave", &["ann@x"]);
    let lease = fixture.lease(0);
    fixture.store.set_wish(batch.guid, Wish::Remove).unwrap();
    assert_eq!(fixture.store.purge_removed().unwrap(), 0);
    fixture.finish(&lease, &PassEnd::Stopped, 2);
    assert_eq!(fixture.store.purge_removed().unwrap(), 1);
    assert_eq!(fixture.store.batch("wave").unwrap_err().kind, ErrorKind::BatchNotFound);
    assert!(!fixture.store.finish(&lease, &PassEnd::Done, at(3)).unwrap());
}

#[test]
fn the_numbers_of_what_is_gone_are_never_used_again() {
    let fixture = fixture();
    let mut used = Vec::new();
    for _ in 0..2 {
        let batch = fixture.run("wave", &["ann@x"]);
        let lease = fixture.lease(0);
        let folder = fixture.store.save_folders(&lease, &[LedgerFolder::default()]).unwrap()[0];
        used.push((lease.user.id, folder));
        fixture.finish(&lease, &PassEnd::Done, 1);
        fixture.store.set_wish(batch.guid, Wish::Remove).unwrap();
        fixture.store.purge_removed().unwrap();
    }
    assert!(used[0].0 < used[1].0 && used[0].1 < used[1].1, "{used:?}");
}

#[test]
fn a_step_removes_little_and_the_batch_comes_before_its_ledgers() {
    let fixture = fixture();
    let batch = fixture.run("wave", &["ann@x"]);
    let lease = fixture.lease(0);
    let folder = fixture.store.save_folders(&lease, &[LedgerFolder::default()]).unwrap()[0];
    let messages = (1..=5_000).map(|source_uid| LedgerMessage { source_uid, ..LedgerMessage::default() });
    let record = FolderRecord { folder, messages: messages.collect(), ..FolderRecord::default() };
    fixture.store.record(&lease, &[record]).unwrap();
    let lines = vec![ReportEntry { at: at(0), text: "line".to_owned() }; 1_200];
    fixture.store.add_report(ReportOf::User(lease.user.id), &lines).unwrap();
    fixture.finish(&lease, &PassEnd::Done, 1);
    fixture.store.set_wish(batch.guid, Wish::Remove).unwrap();

    let raw = fixture.raw();
    let rows = || -> i64 {
        let sql = "SELECT (SELECT count(*) FROM report) + (SELECT count(*) FROM message)";
        raw.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    let mut steps = Vec::new();
    while steps.last() != Some(&Purged::Nothing) {
        let before = rows();
        steps.push(fixture.store.purge_step().unwrap());
        assert!(before - rows() <= 2_000, "{steps:?}");
    }
    steps.dedup();
    assert_eq!(steps, [Purged::Users, Purged::Batch, Purged::Ledger, Purged::Nothing]);
    assert_eq!(rows(), 0);
}
