//! Wishes: start, stop, sync now.

use model::status::{UserFacts, Wish};
use model::{Error, ErrorKind};
use store::{Attempts, PassEnd};

use crate::common::{DAY, at, fixture};

#[test]
fn a_batch_has_started_when_it_was_first_started() {
    let fixture = fixture();
    let batch = fixture.add("wave", &["ann@x"]);
    for seconds in [3, 5] {
        fixture.store.start(batch.guid, at(seconds)).unwrap();
    }
    let batch = fixture.store.batch("wave").unwrap();
    assert_eq!((batch.wish, batch.started_at), (Wish::Run, Some(at(3))));
}

#[test]
fn starting_a_running_batch_retries_its_failed_users_and_leaves_the_others() {
    let fixture = fixture();
    let batch = fixture.run("wave", &["ann@x", "bob@x", "eve@x"]);
    fixture.finish(&fixture.lease(0), &PassEnd::Done, 1);
    let error = Error::new(ErrorKind::AuthenticationFailed, "no");
    fixture.finish(&fixture.lease(1), &PassEnd::Failed { error }, 1);
    let before = ["ann@x", "eve@x"].map(|address| fixture.user(address));
    fixture.store.start(batch.guid, at(2)).unwrap();
    assert_eq!(["ann@x", "eve@x"].map(|address| fixture.user(address)), before);
    assert_eq!(fixture.user("bob@x").due_at, Some(at(2)));
}

#[test]
fn starting_a_running_batch_lets_nobody_wait_for_a_retry() {
    let fixture = fixture();
    let batch = fixture.run("wave", &["ann@x", "bob@x"]);
    fixture.finish(&fixture.lease(0), &PassEnd::Done, 1);
    for attempts in [Attempts::Count, Attempts::Forgive] {
        let error = Error::new(ErrorKind::Throttled, "come back in an hour");
        fixture.finish(
            &fixture.lease(DAY + 1),
            &PassEnd::Retry { error, at: at(DAY + 3_600), attempts },
            DAY + 1,
        );
    }
    fixture.store.start(batch.guid, at(DAY + 2)).unwrap();
    for address in ["ann@x", "bob@x"] {
        assert_eq!(fixture.user(address).due_at, Some(at(DAY + 2)), "{address}");
    }
}

#[test]
fn resuming_a_stopped_batch_brings_its_synced_users_up_to_date() {
    let fixture = fixture();
    let batch = fixture.run("wave", &["ann@x"]);
    fixture.seed_all(0);
    fixture.store.set_wish(batch.guid, Wish::Stop).unwrap();
    fixture.store.start(batch.guid, at(5)).unwrap();
    let user = fixture.user("ann@x");
    assert_eq!(user.facts, UserFacts { seeded: true, sync_requested: true, ..UserFacts::default() });
    assert_eq!(user.due_at, Some(at(5)));
}

#[test]
fn sync_now_means_synced_users_only() {
    let fixture = fixture();
    let batch = fixture.run("wave", &["ann@x", "bob@x", "eve@x"]);
    fixture.finish(&fixture.lease(0), &PassEnd::Done, 1);
    fixture.finish(&fixture.lease(1), &PassEnd::Done, 1);
    let bob = fixture.user("bob@x").id;
    assert!(fixture.store.request_user_sync(bob, at(2)).unwrap());
    let error = Error::new(ErrorKind::AuthenticationFailed, "no");
    fixture.finish(&fixture.lease(2), &PassEnd::Failed { error }, 2);

    assert_eq!(fixture.store.request_batch_sync(batch.guid, at(3)).unwrap(), 1);
    assert!(fixture.user("ann@x").facts.sync_requested);
    assert!(!fixture.store.request_user_sync(bob, at(3)).unwrap(), "failed");
    assert!(!fixture.store.request_user_sync(fixture.user("eve@x").id, at(3)).unwrap(), "not seeded");
}

#[test]
fn missing_copies_are_wanted_until_a_pass_that_began_after_the_wish_has_succeeded() {
    let fixture = fixture();
    let batch = fixture.run("wave", &["ann@x"]);
    let first = fixture.lease(0);
    assert!(!first.restore);
    assert_eq!(fixture.store.request_batch_restore(batch.guid, at(1)).unwrap(), 0, "in its initial pass");
    fixture.finish(&first, &PassEnd::Done, 2);
    assert!(fixture.user("ann@x").facts.sync_requested, "the pass that ran does not answer it");
    let error = || Error::new(ErrorKind::ConnectionLost, "no");
    for end in [
        PassEnd::Stopped,
        PassEnd::Retry { error: error(), at: at(3), attempts: Attempts::Count },
        PassEnd::Failed { error: error() },
    ] {
        let lease = fixture.lease(3);
        assert!(lease.restore);
        fixture.finish(&lease, &end, 3);
    }
    fixture.store.start(batch.guid, at(4)).unwrap();
    let last = fixture.lease(4);
    assert!(last.restore);
    fixture.finish(&last, &PassEnd::Done, 5);
    assert!(!fixture.user("ann@x").facts.sync_requested);
    fixture.store.request_batch_sync(batch.guid, at(6)).unwrap();
    assert!(!fixture.lease(6).restore);
}

#[test]
fn a_worker_learns_which_passes_must_stop() {
    let fixture = fixture();
    let batch = fixture.run("wave", &["ann@x"]);
    fixture.run("other", &["bob@x"]);
    let [ann, _bob] = [fixture.lease(0).user.id, fixture.lease(0).user.id];
    let to_stop = || fixture.store.users_to_stop().unwrap();
    assert_eq!(to_stop(), [0; 0]);
    for wish in [Wish::Stop, Wish::Remove] {
        fixture.store.set_wish(batch.guid, wish).unwrap();
        assert_eq!(to_stop(), [ann]);
    }
}

#[test]
fn a_synced_user_that_waits_for_its_daily_pass_was_not_asked_for() {
    let fixture = fixture();
    fixture.run("wave", &["ann@x"]);
    fixture.seed_all(0);
    assert!(!fixture.user("ann@x").facts.sync_requested);
}
