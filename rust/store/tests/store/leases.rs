//! Who is taken up next, and when nobody is.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use model::status::{PassKind, Wish};
use model::{Endpoint, Error, ErrorKind, Limit, Progress};
use store::{Adopt, Attempts, Heartbeat, PassEnd, PassProgress};

use crate::common::{DAY, Fixture, at, batch, fixture, rows};

fn limit(fixture: &Fixture, identity: &str, migrations: u32, syncs: u32) {
    let endpoint = fixture.store.endpoint(identity).unwrap();
    let limits = Endpoint {
        max_concurrent_migrations: Limit::Count(migrations),
        max_concurrent_incremental_syncs: Limit::Count(syncs),
        ..endpoint
    };
    fixture.store.update_endpoint(&limits).unwrap();
}

fn addresses(fixture: &Fixture, seconds: i64) -> Vec<String> {
    std::iter::from_fn(|| fixture.next_pass(seconds)).map(|(address, _)| address).collect()
}

#[test]
fn users_of_a_started_batch_are_taken_up_in_the_order_of_their_lines() {
    let fixture = fixture();
    let held = fixture.add("held", &["eve@x"]);
    assert!(fixture.next(0).is_none());
    fixture.run("wave", &["cid@x", "ann@x", "bob@x"]);
    assert_eq!(addresses(&fixture, 1), ["cid@x", "ann@x", "bob@x"]);
    fixture.store.start(held.guid, at(2)).unwrap();
    assert_eq!(addresses(&fixture, 2), ["eve@x"]);
}

#[test]
fn nobody_is_taken_up_before_start_after() {
    let fixture = fixture();
    let mut waiting = batch("wave");
    waiting.options.start_after = Some(at(10));
    fixture.store.insert_batch(&waiting, &rows(&["ann@x"]), Adopt::Refuse).unwrap();
    fixture.store.start(waiting.guid, at(0)).unwrap();
    assert!(fixture.next(9).is_none());
    assert!(fixture.next(10).is_some());
}

#[test]
fn the_pass_follows_from_what_was_done_before() {
    let fixture = fixture();
    fixture.run("wave", &["ann@x"]);
    let initial = fixture.lease(0);
    assert_eq!((initial.pass, initial.epoch, initial.attempts), (PassKind::Initial, 1, 0));
    fixture.finish(&initial, &PassEnd::Done, 1);
    let incremental = fixture.lease(1 + DAY);
    assert_eq!((incremental.pass, incremental.epoch), (PassKind::Incremental, 2));

    let mut analysis = batch("analysis");
    analysis.options.analyze = true;
    analysis.target_endpoint = None;
    fixture.store.insert_batch(&analysis, &rows(&["ann@x"]), Adopt::Refuse).unwrap();
    fixture.store.start(analysis.guid, at(0)).unwrap();
    assert_eq!(fixture.lease(1).pass, PassKind::Analyze);
}

#[test]
fn requests_come_before_initial_passes_and_these_before_daily_ones() {
    let fixture = fixture();
    fixture.run("seeded", &["ann@x", "bob@x"]);
    fixture.seed_all(0);
    fixture.run("new", &["eve@x"]);
    let bob = fixture.user("bob@x");
    assert!(fixture.store.request_user_sync(bob.id, at(DAY)).unwrap());
    assert_eq!(addresses(&fixture, DAY), ["bob@x", "eve@x", "ann@x"]);
}

#[test]
fn a_large_batch_does_not_starve_a_small_one() {
    let fixture = fixture();
    fixture.run("large", &["a@x", "b@x", "c@x", "d@x"]);
    let small = fixture.add("small", &["y@x", "z@x"]);
    fixture.store.start(small.guid, at(5)).unwrap();
    assert_eq!(addresses(&fixture, 6), ["a@x", "y@x", "b@x", "z@x", "c@x", "d@x"]);
}

#[test]
fn either_endpoint_limits_passes_of_all_batches_by_kind() {
    for full in ["source", "target"] {
        let fixture = fixture();
        limit(&fixture, full, 2, 1);
        fixture.run("first", &["a@x", "b@x"]);
        fixture.seed_all(0);
        fixture.store.request_batch_sync(fixture.store.batch("first").unwrap().guid, at(1)).unwrap();
        fixture.run("second", &["c@x", "d@x", "e@x"]);

        let sync = fixture.lease(1);
        assert_eq!(addresses(&fixture, 1), ["c@x", "d@x"], "one sync and two migrations at once");
        fixture.finish(&sync, &PassEnd::Done, 2);
        assert_eq!(addresses(&fixture, 2), ["b@x"]);
    }
}

#[test]
fn a_lease_is_held_until_it_is_given_back_whatever_the_clock_says() {
    let fixture = fixture();
    limit(&fixture, "source", 1, 1);
    fixture.run("wave", &["ann@x", "bob@x"]);
    let lease = fixture.lease(0);
    for seconds in [1_000 * DAY, -1_000 * DAY] {
        assert!(fixture.next(seconds).is_none());
        assert!(fixture.user("ann@x").facts.leased);
    }
    fixture.finish(&lease, &PassEnd::Done, 1);
    assert_eq!(fixture.next_pass(1), Some(("bob@x".to_owned(), PassKind::Initial)));
}

#[test]
fn a_worker_that_lost_its_lease_writes_nothing() {
    let fixture = fixture();
    fixture.run("wave", &["ann@x"]);
    let lost = fixture.lease(0);
    fixture.release_all();
    let held = fixture.lease(60);
    let before = fixture.user("ann@x");
    assert!(!fixture.store.finish(&lost, &PassEnd::Done, at(61)).unwrap());
    let progress = model::Progress { synced_items: 7, ..model::Progress::default() };
    assert!(!fixture.store.save_progress(&lost, &progress, None, at(61)).unwrap());
    assert_eq!(fixture.user("ann@x"), before);

    assert!(fixture.store.save_progress(&held, &progress, None, at(61)).unwrap());
    assert_eq!(fixture.user("ann@x").progress.synced_items, 7);
}

#[test]
fn what_a_dead_worker_left_is_due_again() {
    let fixture = fixture();
    fixture.run("wave", &["ann@x", "bob@x"]);
    fixture.seed_all(0);
    fixture.store.request_batch_sync(fixture.store.batch("wave").unwrap().guid, at(1)).unwrap();
    let _dead = fixture.lease(1);
    assert_eq!(fixture.release_all(), 1);
    assert_eq!(fixture.store.batch_summary("wave", at(2)).unwrap().counts.incremental_queued, 2);
    assert_eq!(addresses(&fixture, 2), ["ann@x", "bob@x"]);
}

#[test]
fn many_are_taken_up_at_once_in_the_order_in_which_one_by_one_would_be() {
    let take = |most: usize| {
        let fixture = fixture();
        limit(&fixture, "source", 5, 2);
        for (wave, address) in [("a", "a"), ("b", "b"), ("c", "c")] {
            let addresses: Vec<String> = (0..3).map(|n| format!("{address}{n}@x")).collect();
            fixture.run(wave, &addresses.iter().map(String::as_str).collect::<Vec<_>>());
        }
        fixture.finish(&fixture.lease(0), &PassEnd::Done, 0);
        fixture.store.request_user_sync(fixture.user("a0@x").id, at(1)).unwrap();
        let next = || fixture.store.lease_due("test", at(2), most, &BTreeSet::new()).unwrap();
        let leases = std::iter::from_fn(|| Some(next()).filter(|leases| !leases.is_empty()));
        leases.flatten().map(|lease| lease.user.row.email_address).collect::<Vec<_>>()
    };
    assert_eq!(take(100), ["a0@x", "b0@x", "c0@x", "a1@x", "b1@x", "c1@x"]);
    assert_eq!(take(1), take(100));
    assert_eq!(take(4), take(100));
}

#[test]
fn a_user_that_the_worker_runs_is_not_taken_up_whatever_the_store_says() {
    let fixture = fixture();
    fixture.run("wave", &["ann@x", "bob@x"]);
    let ann = fixture.lease(0).user.id;
    fixture.release_all();
    let leases = fixture.store.lease_due("test", at(1), 9, &BTreeSet::from([ann])).unwrap();
    assert_eq!(leases.into_iter().map(|lease| lease.user.row.email_address).collect::<Vec<_>>(), ["bob@x"]);
}

#[test]
fn the_progress_of_all_passes_is_saved_with_the_sign_of_life() {
    let fixture = fixture();
    fixture.run("wave", &["ann@x", "bob@x"]);
    let (lost, held) = (fixture.lease(0), fixture.lease(0));
    fixture.finish(&lost, &PassEnd::Stopped, 1);
    let passes = [&lost, &held].map(|lease| PassProgress {
        user: lease.user.id,
        epoch: lease.epoch,
        progress: Progress { synced_items: 7, ..Progress::default() },
    });
    let beat = Heartbeat { process_id: 1, started_at: at(0), version: "1".to_owned(), active_users: 2 };
    assert_eq!(fixture.store.save(&beat, &passes, at(2)).unwrap(), [lost.user.id]);
    let saved = ["ann@x", "bob@x"].map(|address| fixture.user(address).progress.synced_items);
    assert_eq!((saved, fixture.store.worker_row().unwrap().last_seen_at), ([0, 7], Some(at(2))));
}

#[test]
fn time_spent_waiting_for_a_worker_is_counted() {
    let fixture = fixture();
    fixture.run("wave", &["ann@x"]);
    assert_eq!(fixture.lease(3).user.progress.queued_ms, 3000);
}

#[test]
fn a_store_is_idle_when_nothing_is_left_to_do_or_to_wait_for() {
    let fixture = fixture();
    let idle = || fixture.store.is_idle().unwrap();
    let batch = fixture.add("wave", &["ann@x"]);
    assert!(idle(), "a batch that was not started");
    fixture.store.start(batch.guid, at(0)).unwrap();
    assert!(!idle(), "a user is due");
    let lease = fixture.lease(0);
    assert!(!idle(), "a pass is running");
    fixture.finish(&lease, &PassEnd::Done, 1);
    assert!(!idle(), "the next pass is scheduled");
    fixture.store.set_wish(batch.guid, Wish::Stop).unwrap();
    assert!(idle());
    fixture.store.set_wish(batch.guid, Wish::Remove).unwrap();
    assert!(!idle(), "a batch is to be removed");
}

#[test]
fn what_is_wished_at_once_waits_for_no_clock() {
    let fixture = fixture();
    let batch = fixture.add("wave", &["ann@x"]);
    fixture.store.start(batch.guid, at(0)).unwrap();
    fixture.finish(&fixture.lease(-1_000 * DAY), &PassEnd::Done, 0);
    fixture.store.request_batch_sync(batch.guid, at(1)).unwrap();
    fixture.store.shift_due(at(1), SignedDuration::from_hours(1)).unwrap();
    fixture.lease(-1_000 * DAY);
}

#[test]
fn pauses_last_as_long_as_they_were_meant_to_when_the_clock_steps() {
    let fixture = fixture();
    for step in [-1_000, 1_000] {
        fixture.run(&format!("wave{step}"), &["ann@x"]);
        let lease = fixture.lease(0);
        let error = Error::new(ErrorKind::Throttled, "come back in a minute");
        fixture.finish(&lease, &PassEnd::Retry { error, at: at(60), attempts: Attempts::Count }, 0);
        fixture.store.shift_due(at(20), SignedDuration::from_secs(step)).unwrap();
        assert!(fixture.next(step + 59).is_none());
        let again = fixture.lease(step + 60);
        fixture.finish(&again, &PassEnd::Done, step + 60);
        fixture
            .store
            .set_wish(fixture.store.batch(&format!("wave{step}")).unwrap().guid, Wish::Remove)
            .unwrap();
    }
}

#[test]
fn what_is_due_further_ahead_than_anything_is_put_is_pulled_in() {
    let fixture = fixture();
    fixture.run("wave", &["ann@x", "bob@x"]);
    fixture.finish(&fixture.lease(0), &PassEnd::Done, 0);
    fixture.finish(&fixture.lease(0), &PassEnd::Done, 3 * DAY);
    fixture.store.pull_due_in(at(DAY), at(9)).unwrap();
    let due = ["ann@x", "bob@x"].map(|address| fixture.user(address).due_at);
    assert_eq!(due, [Some(at(DAY)), Some(at(9))]);
}

#[test]
fn a_pass_that_somebody_asked_for_is_told_from_one_whose_time_has_come() {
    let fixture = fixture();
    fixture.run("wave", &["ann@x"]);
    let first = fixture.lease(0);
    assert!(first.asked, "the batch was started");
    fixture.finish(&first, &PassEnd::Done, 1);
    let second = fixture.lease(DAY + 2);
    assert!(!second.asked);
    fixture.finish(&second, &PassEnd::Done, DAY + 3);
    let wave = fixture.store.batch("wave").unwrap().guid;
    fixture.store.request_batch_sync(wave, at(DAY + 4)).unwrap();
    assert!(fixture.lease(DAY + 5).asked);
}
