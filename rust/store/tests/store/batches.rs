//! Batches: making, adding to, changing and taking over from.

use crate::common::{at, batch, endpoint, fixture, name, rows};
use model::contract::{BatchQuery, UserQuery};
use model::status::{BatchStatus, Wish};
use model::{ErrorKind, Limit, Role, UserRow};
use store::{Adopt, FolderRecord, LedgerFolder, LedgerMessage, PassEnd};

#[test]
fn a_batch_comes_back_as_it_was_given() {
    let fixture = fixture();
    let mut given = batch("Wave 1");
    given.options.include_folders = vec!["INBOX".to_owned()];
    given.options.start_after = Some(at(9));
    fixture.store.insert_batch(&given, &rows(&["ann@x"]), Adopt::Refuse).unwrap();
    assert_eq!(fixture.store.batch("wave 1").unwrap(), given);
    assert_eq!(fixture.store.batch(&given.guid.to_string()).unwrap(), given);
    assert_eq!(fixture.user("ANN@x").row.user_name, "login-ann@x");
    assert_eq!(fixture.store.batch("wave 2").unwrap_err().kind, ErrorKind::BatchNotFound);
}

#[test]
fn a_batch_is_made_whole_or_not_at_all() {
    let fixture = fixture();
    fixture.add("first", &["ann@x"]);
    let error =
        fixture.store.insert_batch(&batch("second"), &rows(&["bob@x", "ANN@X"]), Adopt::Refuse).unwrap_err();
    assert_eq!((error.kind, error.object.as_deref()), (ErrorKind::UserExists, Some("first")));
    assert!(error.message.contains("line 3: `ANN@X`"), "{error}");
    assert_eq!(fixture.store.batch("second").unwrap_err().kind, ErrorKind::BatchNotFound);
    assert_eq!(fixture.store.user("bob@x").unwrap_err().kind, ErrorKind::UserNotFound);
}

#[test]
fn a_name_is_free_again_when_its_batch_is_gone() {
    let fixture = fixture();
    let first = fixture.add("wave", &["ann@x"]);
    let insert = || fixture.store.insert_batch(&batch("WAVE"), &rows(&["ann@x"]), Adopt::Refuse);
    assert_eq!(insert().unwrap_err().kind, ErrorKind::BatchExists);
    fixture.store.set_wish(first.guid, Wish::Remove).unwrap();
    assert!(insert().unwrap_err().message.contains("still being removed"));
    fixture.store.purge_removed().unwrap();
    insert().unwrap();
}

#[test]
fn a_mailbox_is_listed_once() {
    let fixture = fixture();
    let error =
        fixture.store.insert_batch(&batch("wave"), &rows(&["ann@x", "Ann@x"]), Adopt::Refuse).unwrap_err();
    assert_eq!(error.kind, ErrorKind::UserExists);
    assert!(error.message.contains("line 3"), "{error}");
}

#[test]
fn an_analysis_does_not_stand_in_the_way_of_a_migration() {
    let fixture = fixture();
    fixture.add("real", &["ann@x"]);
    let mut analysis = batch("analysis");
    analysis.options.analyze = true;
    analysis.target_endpoint = None;
    fixture.store.insert_batch(&analysis, &rows(&["ann@x"]), Adopt::Refuse).unwrap();
    let mut another = batch("another analysis");
    another.options.analyze = true;
    let error = fixture.store.insert_batch(&another, &rows(&["ann@x"]), Adopt::Refuse).unwrap_err();
    assert_eq!(error.object.as_deref(), Some("analysis"));
}

#[test]
fn added_users_are_new_ones_and_those_there_stay_as_they_are() {
    let fixture = fixture();
    let batch = fixture.run("wave", &["ann@x"]);
    let mut more = rows(&["ann@x", "bob@x"]);
    more[0].user_name = "other".to_owned();
    assert_eq!(fixture.store.add_users(batch.guid, &more, Adopt::Refuse, at(1)).unwrap(), 1);
    assert_eq!(fixture.user("ann@x").row.user_name, "login-ann@x");
    assert_eq!(fixture.user("bob@x").due_at, Some(at(1)));
}

/// A user whose ledger has one message.
fn migrated(fixture: &crate::common::Fixture) -> model::User {
    fixture.run("first", &["ann@x"]);
    let lease = fixture.lease(1);
    let folder = LedgerFolder { source_name: b"INBOX".to_vec(), ..LedgerFolder::default() };
    let folder = fixture.store.save_folders(&lease, &[folder]).unwrap()[0];
    let message = LedgerMessage { source_uid: 1, ..LedgerMessage::default() };
    let record = FolderRecord { folder, messages: vec![message], ..FolderRecord::default() };
    fixture.store.record(&lease, &[record]).unwrap();
    fixture.finish(&lease, &PassEnd::Done, 2);
    fixture.user("ann@x")
}

#[test]
fn a_user_taken_over_brings_its_history_and_its_ledger() {
    let fixture = fixture();
    let before = migrated(&fixture);
    fixture.store.insert_batch(&batch("second"), &rows(&["x@x", "Ann@X"]), Adopt::TakeOver).unwrap();
    let after = fixture.user("ann@x");
    assert_eq!((after.id, after.guid, after.seeded_at), (before.id, before.guid, Some(at(2))));
    assert_eq!((after.batch.as_str(), after.row.line), ("second", 3));
    assert_eq!(fixture.store.ledger_folders(after.id).unwrap().len(), 1);
    assert_eq!(fixture.store.batch_summary("first", at(3)).unwrap().counts.total, 0);
    let password = fixture.store.users_with_passwords(&["ann@x".to_owned()]).unwrap().remove(0).row.password;
    assert_eq!(password.declassify(), "source-pass-3");
}

#[test]
fn a_user_taken_over_to_another_server_begins_anew() {
    let fixture = fixture();
    let user = migrated(&fixture);
    fixture.store.insert_endpoint(&endpoint("elsewhere", Role::Target)).unwrap();
    let mut second = batch("second");
    second.target_endpoint = Some(name("elsewhere"));
    fixture.store.insert_batch(&second, &rows(&["ann@x"]), Adopt::TakeOver).unwrap();
    assert_eq!(fixture.user("ann@x").seeded_at, None);
    assert_eq!(fixture.store.ledger_folders(user.id).unwrap(), []);
    fixture.store.purge_removed().unwrap();
    let left: i64 = fixture.raw().query_row("SELECT count(*) FROM message", [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0);
}

#[test]
fn a_record_is_taken_over_between_the_same_two_mailboxes_only_and_who_drops_one_is_told_before() {
    let ann = || rows(&["ann@x"]).remove(0);
    for (row, same) in [
        (ann(), true),
        (UserRow { user_name: "LOGIN-Ann@x".to_owned(), ..ann() }, true),
        (UserRow { target_user_name: Some("ANN@x".to_owned()), ..ann() }, true),
        (UserRow { user_name: "bob".to_owned(), ..ann() }, false),
        (UserRow { target_user_name: Some("bob".to_owned()), ..ann() }, false),
    ] {
        let fixture = fixture();
        let user = migrated(&fixture);
        let (second, rows) = (batch("second"), [row]);
        let told = fixture.store.records_of_others(&second, &rows).unwrap();
        fixture.store.insert_batch(&second, &rows, Adopt::TakeOver).unwrap();
        let kept = fixture.store.ledger_folders(user.id).unwrap().len() == 1;
        assert_eq!(
            (kept, fixture.user("ann@x").seeded_at.is_some(), told.is_empty()),
            (same, same, same),
            "{rows:?}"
        );
    }
}

#[test]
fn a_user_is_not_taken_over_in_the_middle_of_a_pass() {
    let fixture = fixture();
    fixture.run("first", &["ann@x"]);
    let lease = fixture.lease(0);
    let take_over = || fixture.store.insert_batch(&batch("second"), &rows(&["ann@x"]), Adopt::TakeOver);
    assert_eq!(take_over().unwrap_err().kind, ErrorKind::InvalidState);
    fixture.finish(&lease, &PassEnd::Stopped, 1);
    take_over().unwrap();
}

#[test]
fn incremental_syncs_can_be_switched_off_and_on() {
    let fixture = fixture();
    fixture.run("wave", &["ann@x"]);
    fixture.seed_all(1);
    let set = |allow| {
        let mut batch = fixture.store.batch("wave").unwrap();
        batch.options.allow_incremental_syncs = allow;
        fixture.store.update_batch(&batch).unwrap();
        fixture.user("ann@x").due_at
    };
    assert_eq!(set(false), None);
    assert_eq!(set(true), Some(at(1 + crate::common::DAY)));
}

#[test]
fn other_endpoints_mean_another_copy_unless_they_lead_to_the_same_servers() {
    let fixture = fixture();
    let user = migrated(&fixture);
    let mut twin = endpoint("twin", Role::Target);
    twin.place = fixture.store.endpoint("target").unwrap().place;
    fixture.store.insert_endpoint(&twin).unwrap();
    fixture.store.insert_endpoint(&endpoint("elsewhere", Role::Target)).unwrap();
    let set = |target: &str| {
        let mut batch = fixture.store.batch("first").unwrap();
        batch.target_endpoint = Some(name(target));
        let told = fixture.store.records_dropped(&batch).unwrap();
        fixture.store.update_batch(&batch).unwrap();
        (told, fixture.user("ann@x").seeded_at, fixture.store.ledger_folders(user.id).unwrap().len())
    };
    assert_eq!(set("twin"), (0, Some(at(2)), 1));
    assert_eq!(set("elsewhere"), (1, None, 0));

    let _running = fixture.lease(3);
    let mut batch = fixture.store.batch("first").unwrap();
    batch.target_endpoint = Some(name("target"));
    assert_eq!(fixture.store.update_batch(&batch).unwrap_err().kind, ErrorKind::InvalidState);
}

#[test]
fn batches_are_found_by_name_endpoint_and_status() {
    let fixture = fixture();
    fixture.store.insert_endpoint(&endpoint("elsewhere", Role::Target)).unwrap();
    let mut other = batch("b");
    other.target_endpoint = Some(name("elsewhere"));
    fixture.store.insert_batch(&other, &rows(&["bob@x"]), Adopt::Refuse).unwrap();
    fixture.run("a", &["ann@x"]);
    let names = |query: BatchQuery| -> Vec<String> {
        let found = fixture.store.batch_summaries(&query, at(1)).unwrap();
        found.into_iter().map(|summary| summary.batch.name.to_string()).collect()
    };
    assert_eq!(names(BatchQuery::default()), ["a", "b"]);
    assert_eq!(names(BatchQuery { identity: Some("B".to_owned()), ..BatchQuery::default() }), ["b"]);
    assert_eq!(names(BatchQuery { endpoint: Some("elsewhere".to_owned()), ..BatchQuery::default() }), ["b"]);
    assert_eq!(names(BatchQuery { status: Some(BatchStatus::Starting), ..BatchQuery::default() }), ["a"]);
    assert_eq!(names(BatchQuery { result_size: Some(Limit::Count(1)), ..BatchQuery::default() }), ["a"]);
}

#[test]
fn nothing_but_its_end_follows_the_wish_to_remove_a_batch() {
    let fixture = fixture();
    let batch = fixture.run("wave", &["ann@x"]);
    fixture.store.set_wish(batch.guid, Wish::Remove).unwrap();
    let refused = [
        fixture.store.start(batch.guid, at(1)).unwrap_err(),
        fixture.store.set_wish(batch.guid, Wish::Stop).unwrap_err(),
        fixture.store.update_batch(&batch).unwrap_err(),
        fixture.store.add_users(batch.guid, &rows(&["bob@x"]), Adopt::Refuse, at(1)).unwrap_err(),
    ];
    assert!(refused.iter().all(|error| error.kind == ErrorKind::InvalidState), "{refused:?}");
    let users = fixture.store.users(&UserQuery::default()).unwrap();
    assert_eq!(users.len(), 1);
}
