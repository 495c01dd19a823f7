//! Finding users by what they are called and how they are.

use model::contract::UserQuery;
use model::status::{StatusSummary, UserStatus, Wish};
use model::{Error, ErrorKind, Limit};
use store::{Adopt, PassEnd};

use crate::common::{Fixture, batch, fixture, rows};

fn found(fixture: &Fixture, query: &UserQuery) -> Vec<String> {
    let users = fixture.store.users(query).unwrap();
    users.into_iter().map(|user| user.row.email_address).collect()
}

#[test]
fn a_user_is_found_by_address_batch_and_address_or_guid() {
    let fixture = fixture();
    fixture.add("wave", &["ann@x", "bob@x"]);
    let mut analysis = batch("analysis");
    analysis.options.analyze = true;
    fixture.store.insert_batch(&analysis, &rows(&["ann@x"]), Adopt::Refuse).unwrap();

    let ann = fixture.user("WAVE\\Ann@x");
    assert_eq!(fixture.user(&ann.guid.to_string()), ann);
    assert_eq!(fixture.store.user("ann@x").unwrap().len(), 2, "its migration and its analysis");
    let missing = |identity: &str| fixture.store.user(identity).unwrap_err().kind;
    assert_eq!(missing("eve@x"), ErrorKind::UserNotFound);
    assert_eq!(missing("analysis\\bob@x"), ErrorKind::UserNotFound);
    assert_eq!(missing("wive\\ann@x"), ErrorKind::BatchNotFound);
}

#[test]
fn queries_narrow_by_batch_status_and_size() {
    let fixture = fixture();
    fixture.run("wave", &["ann@x", "bob@x", "cid@x", "dot@x"]);
    fixture.add("held", &["eve@x"]);
    fixture.finish(&fixture.lease(0), &PassEnd::Done, 1);
    let error = Error::new(ErrorKind::AuthenticationFailed, "no");
    fixture.finish(&fixture.lease(0), &PassEnd::Failed { error }, 1);
    let _running = fixture.lease(0);

    let by_status = |status| found(&fixture, &UserQuery { status: Some(status), ..UserQuery::default() });
    assert_eq!(by_status(UserStatus::Synced), ["ann@x"]);
    assert_eq!(by_status(UserStatus::Failed), ["bob@x"]);
    assert_eq!(by_status(UserStatus::Syncing), ["cid@x"]);
    assert_eq!(by_status(UserStatus::Queued), ["dot@x", "eve@x"]);
    assert_eq!(by_status(UserStatus::Stopped), [""; 0]);

    let active = UserQuery { status_summary: Some(StatusSummary::Active), ..UserQuery::default() };
    assert_eq!(found(&fixture, &active), ["cid@x", "dot@x", "eve@x"]);
    assert_eq!(
        found(&fixture, &UserQuery { batch: Some("wave".to_owned()), ..active.clone() }),
        ["cid@x", "dot@x"]
    );
    let two = UserQuery { result_size: Some(Limit::Count(2)), ..UserQuery::default() };
    assert_eq!(found(&fixture, &two), ["ann@x", "bob@x"]);
    let held = UserQuery { batch: Some("held".to_owned()), ..UserQuery::default() };
    assert_eq!(found(&fixture, &held), ["eve@x"]);
}

#[test]
fn users_are_found_by_how_their_addresses_begin() {
    let fixture = fixture();
    fixture.run("wave", &["Bob@x", "ann@x", "anna@x", "\u{10fffd}@x"]);
    fixture.add("held", &["Anne@x", "a%@x"]);
    let query = |prefix: &str| UserQuery { prefix: Some(prefix.to_owned()), ..UserQuery::default() };
    assert_eq!(found(&fixture, &query("AN")), ["ann@x", "anna@x", "Anne@x"]);
    assert_eq!(found(&fixture, &query("ann@")), ["ann@x"]);
    assert_eq!(found(&fixture, &query("a%")), ["a%@x"], "it is text, not a pattern");
    assert_eq!(found(&fixture, &query("\u{10fffd}")), ["\u{10fffd}@x"]);
    assert_eq!(found(&fixture, &query("")).len(), 6);
    assert_eq!(found(&fixture, &query("z")), [""; 0]);

    let one = UserQuery { result_size: Some(Limit::Count(1)), ..query("an") };
    assert_eq!(found(&fixture, &one), ["ann@x"]);
    let held = UserQuery { batch: Some("held".to_owned()), ..query("an") };
    assert_eq!(found(&fixture, &held), ["Anne@x"]);
    fixture.finish(&fixture.lease(0), &PassEnd::Done, 1);
    let synced = UserQuery { status: Some(UserStatus::Synced), ..query("b") };
    assert_eq!(found(&fixture, &synced), ["Bob@x"]);
}

#[test]
fn a_name_and_a_status_narrow_together() {
    let fixture = fixture();
    let batch = fixture.run("wave", &["ann@x"]);
    let query =
        |status| UserQuery { email_address: Some("ann@x".to_owned()), status, ..UserQuery::default() };
    assert_eq!(found(&fixture, &query(None)), ["ann@x"]);
    assert_eq!(found(&fixture, &query(Some(UserStatus::Synced))), [""; 0]);
    fixture.store.set_wish(batch.guid, Wish::Stop).unwrap();
    assert_eq!(found(&fixture, &query(Some(UserStatus::Stopped))), ["ann@x"]);
}

#[test]
fn running_users_are_those_that_are_leased() {
    let fixture = fixture();
    let batch = fixture.run("wave", &["ann@x", "bob@x"]);
    fixture.run("other", &["eve@x"]);
    let running = || {
        let users = fixture.store.running_users(batch.guid).unwrap();
        users.into_iter().map(|user| user.row.email_address).collect::<Vec<_>>()
    };
    assert_eq!(running(), [""; 0]);
    while fixture.next(0).is_some() {}
    assert_eq!(running(), ["ann@x", "bob@x"]);
}
