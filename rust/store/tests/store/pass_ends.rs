//! What the end of a pass leaves behind.

use model::status::{PassKind, UserFacts, Wish};
use model::{Error, ErrorKind};
use store::{Adopt, Attempts, PassEnd};

use crate::common::{DAY, at, batch, fixture, rows};

fn error() -> Error {
    Error::new(ErrorKind::ConnectionLost, "the connection ended").server("* BYE")
}

fn failed() -> PassEnd {
    PassEnd::Failed { error: error() }
}

#[test]
fn a_good_pass_is_due_again_after_a_day() {
    let fixture = fixture();
    fixture.run("wave", &["ann@x"]);
    fixture.finish(&fixture.lease(0), &failed(), 1);
    fixture.store.start(fixture.store.batch("wave").unwrap().guid, at(2)).unwrap();
    fixture.finish(&fixture.lease(2), &PassEnd::Done, 3);
    let user = fixture.user("ann@x");
    assert_eq!(user.facts, UserFacts { seeded: true, ..UserFacts::default() });
    assert_eq!((user.seeded_at, user.synced_at, user.due_at), (Some(at(3)), Some(at(3)), Some(at(3 + DAY))));
    assert_eq!((user.error, user.failed_at), (None, None));

    fixture.finish(&fixture.lease(3 + DAY), &PassEnd::Done, 4 + DAY);
    let user = fixture.user("ann@x");
    assert_eq!((user.seeded_at, user.synced_at), (Some(at(3)), Some(at(4 + DAY))));
}

#[test]
fn an_analysis_and_a_batch_without_incremental_syncs_are_done_after_one_pass() {
    for analyze in [true, false] {
        let fixture = fixture();
        let mut once = batch("once");
        once.options.analyze = analyze;
        once.options.allow_incremental_syncs = analyze;
        fixture.store.insert_batch(&once, &rows(&["ann@x"]), Adopt::Refuse).unwrap();
        fixture.store.start(once.guid, at(0)).unwrap();
        fixture.finish(&fixture.lease(0), &PassEnd::Done, 1);
        assert_eq!(fixture.user("ann@x").due_at, None);
        assert!(fixture.store.is_idle().unwrap());
    }
}

#[test]
fn a_failed_initial_pass_waits_for_start() {
    let fixture = fixture();
    let batch = fixture.run("wave", &["ann@x"]);
    fixture.finish(&fixture.lease(0), &failed(), 1);
    let user = fixture.user("ann@x");
    assert!(user.facts.failed && !user.facts.seeded);
    assert_eq!((user.error, user.failed_at, user.due_at), (Some(error()), Some(at(1)), None));
    fixture.store.start(batch.guid, at(2)).unwrap();
    assert_eq!(fixture.user("ann@x").due_at, Some(at(2)));
    assert!(!fixture.user("ann@x").facts.failed);
}

#[test]
fn only_a_pass_that_went_through_everything_leaves_a_score() {
    use model::status::DataConsistencyScore::{Good, Perfect};
    let fixture = fixture();
    let batch = fixture.run("wave", &["ann@x", "bob@x"]);
    let scores = || {
        let summary = fixture.store.batch_summary("wave", at(0)).unwrap();
        (fixture.user("ann@x").score, fixture.user("bob@x").score, summary.score)
    };
    assert_eq!(scores(), (None, None, None));
    let (ann, bob) = (fixture.lease(0), fixture.lease(0));
    fixture.store.save_progress(&ann, &ann.user.progress, Some(Good), at(1)).unwrap();
    fixture.finish(&ann, &PassEnd::Done, 1);
    fixture.finish(&bob, &failed(), 1);
    assert_eq!(scores(), (Some(Good), None, None), "what was not checked may be worse");
    fixture.store.start(batch.guid, at(2)).unwrap();
    let bob = fixture.lease(2);
    fixture.store.save_progress(&bob, &bob.user.progress, Some(Perfect), at(2)).unwrap();
    fixture.finish(&bob, &PassEnd::Done, 2);
    assert_eq!(scores(), (Some(Good), Some(Perfect), Some(Good)));
    let ann = fixture.lease(DAY + 1);
    fixture.finish(&ann, &failed(), DAY + 2);
    assert_eq!(scores(), (None, Some(Perfect), None));
}

#[test]
fn a_failed_incremental_pass_is_tried_again_after_a_day() {
    let fixture = fixture();
    fixture.run("wave", &["ann@x"]);
    fixture.seed_all(0);
    fixture.finish(&fixture.lease(DAY), &failed(), DAY + 1);
    let user = fixture.user("ann@x");
    assert_eq!(user.facts, UserFacts { seeded: true, failed: true, ..UserFacts::default() });
    assert_eq!((user.due_at, user.synced_at), (Some(at(2 * DAY + 1)), Some(at(0))));
    fixture.finish(&fixture.lease(2 * DAY + 1), &PassEnd::Done, 2 * DAY + 2);
    assert!(!fixture.user("ann@x").facts.failed);
}

#[test]
fn a_retry_counts_attempts_until_a_pass_succeeds() {
    let fixture = fixture();
    fixture.run("wave", &["ann@x"]);
    for attempt in 0..2 {
        let lease = fixture.lease(attempt * 10);
        assert_eq!(i64::from(lease.attempts), attempt);
        fixture.finish(
            &lease,
            &PassEnd::Retry { error: error(), at: at(attempt * 10 + 10), attempts: Attempts::Count },
            attempt * 10 + 1,
        );
        assert!(fixture.next(attempt * 10 + 9).is_none());
    }
    let user = fixture.user("ann@x");
    assert_eq!((user.error, user.facts.failed, user.due_at), (Some(error()), false, Some(at(20))));
    fixture.finish(&fixture.lease(20), &PassEnd::Done, 21);
    assert_eq!(fixture.lease(21 + DAY).attempts, 0);
}

#[test]
fn a_retry_that_was_not_in_vain_forgives_the_attempts_before() {
    let fixture = fixture();
    fixture.run("wave", &["ann@x"]);
    for (step, attempts) in
        [(0, Attempts::Count), (1, Attempts::Keep), (2, Attempts::Forgive), (3, Attempts::Count)]
    {
        let end = PassEnd::Retry { error: error(), at: at(step * 10 + 10), attempts };
        let lease = fixture.lease(step * 10);
        fixture.finish(&lease, &end, step * 10 + 1);
    }
    assert_eq!(fixture.lease(40).attempts, 1);
}

#[test]
fn an_incremental_pass_to_be_retried_still_counts_as_asked_for() {
    let fixture = fixture();
    fixture.run("wave", &["ann@x"]);
    fixture.seed_all(0);
    let lease = fixture.lease(DAY);
    fixture.finish(
        &lease,
        &PassEnd::Retry { error: error(), at: at(DAY + 9), attempts: Attempts::Count },
        DAY + 1,
    );
    assert!(fixture.user("ann@x").facts.sync_requested);
    fixture.finish(&fixture.lease(DAY + 9), &PassEnd::Done, DAY + 10);
    assert!(!fixture.user("ann@x").facts.sync_requested);
}

#[test]
fn a_stopped_pass_changes_nothing_and_is_due_when_the_batch_runs_again() {
    let fixture = fixture();
    let batch = fixture.run("wave", &["ann@x"]);
    let lease = fixture.lease(0);
    fixture.store.set_wish(batch.guid, Wish::Stop).unwrap();
    fixture.finish(&lease, &PassEnd::Stopped, 1);
    let user = fixture.user("ann@x");
    assert_eq!((user.facts, user.error), (UserFacts::default(), None));
    assert!(fixture.next(1).is_none());
    fixture.store.start(batch.guid, at(2)).unwrap();
    assert_eq!(fixture.next_pass(2), Some(("ann@x".to_owned(), PassKind::Initial)));
}

#[test]
fn a_request_during_a_pass_is_kept_for_one_more() {
    for end in [PassEnd::Done, failed()] {
        let fixture = fixture();
        fixture.run("wave", &["ann@x"]);
        fixture.seed_all(0);
        let lease = fixture.lease(DAY);
        assert!(fixture.store.request_user_sync(lease.user.id, at(DAY)).unwrap());
        fixture.finish(&lease, &end, DAY + 1);
        let user = fixture.user("ann@x");
        assert_eq!(user.facts, UserFacts { seeded: true, sync_requested: true, ..UserFacts::default() });
        fixture.finish(&fixture.lease(DAY + 1), &PassEnd::Done, DAY + 2);
        assert!(fixture.next(DAY + 2).is_none(), "one more, not two");
    }
}

#[test]
fn nothing_of_a_running_pass_shows_after_its_end() {
    let fixture = fixture();
    fixture.run("wave", &["ann@x"]);
    let lease = fixture.lease(0);
    let progress = model::Progress {
        source_items: 3,
        bytes_per_second: 100,
        current_folder: Some("INBOX".to_owned()),
        status_detail: "CopyingMessages".to_owned(),
        ..model::Progress::default()
    };
    let score = model::status::DataConsistencyScore::Investigate;
    fixture.store.save_progress(&lease, &progress, Some(score), at(1)).unwrap();
    let user = fixture.user("ann@x");
    assert_eq!((user.progress, user.score, user.facts.leased), (progress.clone(), Some(score), true));
    fixture.finish(&lease, &PassEnd::Done, 2);
    let after = model::Progress { bytes_per_second: 0, current_folder: None, ..progress };
    assert_eq!(fixture.user("ann@x").progress, after);
}
