//! What a batch shows of its users.

use jiff::Timestamp;
use model::contract::{BatchQuery, UserQuery};
use model::status::{DataConsistencyScore, UserCounts, Wish};
use model::{Error, ErrorKind, Lease, Limit, Progress, User};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use store::{Adopt, Attempts, BatchSummary, PassEnd, Totals};

use crate::common::{DAY, Fixture, at, batch, fixture, rows};

#[test]
fn a_batch_is_seeded_when_its_last_user_is() {
    let fixture = fixture();
    fixture.run("wave", &["ann@x", "bob@x"]);
    let summary = |seconds| fixture.store.batch_summary("wave", at(seconds)).unwrap();
    assert_eq!((summary(0).initial_sync_at, summary(0).last_synced_at), (None, None));
    fixture.finish(&fixture.lease(0), &PassEnd::Done, 5);
    assert_eq!((summary(5).initial_sync_at, summary(5).last_synced_at), (None, Some(at(5))));
    fixture.finish(&fixture.lease(5), &PassEnd::Done, 7);
    fixture.finish(&fixture.lease(5 + DAY), &PassEnd::Done, 6 + DAY);
    let summary = summary(6 + DAY);
    assert_eq!((summary.initial_sync_at, summary.last_synced_at), (Some(at(7)), Some(at(6 + DAY))));
}

#[test]
fn a_batch_without_users_is_there() {
    let fixture = fixture();
    fixture.add("empty", &[]);
    let summary = fixture.store.batch_summary("empty", at(0)).unwrap();
    assert_eq!((summary.counts, summary.totals), (UserCounts::default(), Totals::default()));
    assert_eq!((summary.score, summary.initial_sync_at), (None, None));
}

/// What the summary must say, counted user by user.
fn recount(summary: &BatchSummary, users: &[User]) -> BatchSummary {
    let mut counts = UserCounts::default();
    let mut totals = Totals::default();
    for user in users {
        counts.add(summary.batch.wish, user.facts, 1);
        totals.opened_users += u32::from(user.seeded_at.is_some() || user.progress.source_items > 0);
        totals.thousandths += u64::from(user.thousandths);
        totals.source_items += user.progress.source_items;
        totals.source_bytes += user.progress.source_bytes;
        totals.synced_items += user.progress.synced_items;
        totals.skipped_items += user.progress.skipped_items;
        totals.transferred_bytes += user.progress.transferred_bytes;
    }
    let seeded: Option<Vec<Timestamp>> = users.iter().map(|user| user.seeded_at).collect();
    BatchSummary {
        batch: summary.batch.clone(),
        counts,
        totals,
        score: DataConsistencyScore::of_batch(users.iter().map(|user| user.score)),
        initial_sync_at: seeded.and_then(|times| times.into_iter().max()),
        last_synced_at: users.iter().filter_map(|user| user.synced_at).max(),
        wants_a_worker: match summary.batch.wish {
            Wish::Hold => false,
            Wish::Run => users.iter().any(|user| user.facts.leased || user.due_at.is_some()),
            Wish::Stop => users.iter().any(|user| user.facts.leased),
            Wish::Remove => true,
        },
    }
}

fn assert_exact(fixture: &Fixture, seconds: i64) {
    for summary in fixture.store.batch_summaries(&BatchQuery::default(), at(seconds)).unwrap() {
        let query = UserQuery {
            batch: Some(summary.batch.name.to_string()),
            result_size: Some(Limit::Unlimited),
            ..UserQuery::default()
        };
        let users = fixture.store.users(&query).unwrap();
        assert_eq!(summary, recount(&summary, &users), "after {seconds} seconds");
    }
}

fn random_end(random: &mut StdRng, seconds: i64) -> PassEnd {
    let error = Error::new(ErrorKind::TimedOut, "the server did not answer");
    match random.random_range(0..4) {
        0 => PassEnd::Stopped,
        1 => PassEnd::Retry { error, at: at(seconds + 7), attempts: Attempts::Count },
        2 => PassEnd::Failed { error },
        _ => PassEnd::Done,
    }
}

fn random_progress(random: &mut StdRng) -> (Progress, DataConsistencyScore) {
    let progress = Progress {
        source_items: random.random_range(0..1000),
        source_bytes: random.random_range(0..1 << 40),
        synced_items: random.random_range(0..1000),
        skipped_items: random.random_range(0..10),
        transferred_bytes: random.random_range(0..1 << 40),
        ..Progress::default()
    };
    (progress, DataConsistencyScore::of(random.random_range(0..2), random.random_range(0..20), 0, 1000))
}

/// One random thing that an admin or a worker does.
fn act(fixture: &Fixture, leases: &mut Vec<Lease>, random: &mut StdRng, seconds: i64) {
    let wave = ["a", "b", "c"].choose(random).unwrap();
    let batch = fixture.store.batch(wave).unwrap().guid;
    match random.random_range(0..10) {
        0..4 => leases.extend(fixture.next(seconds)),
        9 if random.random_ratio(1, 10) => drop(fixture.release_all()),
        4..7 if !leases.is_empty() => {
            let lease = leases.swap_remove(random.random_range(0..leases.len()));
            let (progress, score) = random_progress(random);
            // The lease may be lost by now: then neither call may change anything.
            let saved = fixture.store.save_progress(&lease, &progress, Some(score), at(seconds)).unwrap();
            let finished = fixture.store.finish(&lease, &random_end(random, seconds), at(seconds)).unwrap();
            assert_eq!(saved, finished);
        }
        7 => fixture.store.set_wish(batch, Wish::Stop).unwrap(),
        8 => fixture.store.request_batch_sync(batch, at(seconds)).map(drop).unwrap(),
        _ => fixture.store.start(batch, at(seconds)).unwrap(),
    }
}

#[test]
fn aggregates_equal_a_recount_after_random_changes() {
    let fixture = fixture();
    let mut random = StdRng::seed_from_u64(7);
    for wave in ["a", "b", "c"] {
        let addresses: Vec<String> = (0..12).map(|n| format!("{wave}{n}@x")).collect();
        fixture.run(wave, &addresses.iter().map(String::as_str).collect::<Vec<_>>());
    }
    let mut leases = Vec::new();
    for seconds in 0..400 {
        act(&fixture, &mut leases, &mut random, seconds);
        assert_exact(&fixture, seconds);
    }
    // Then users move, and a batch goes.
    let later = 10_000;
    fixture.release_all();
    let mut adopter = batch("d");
    adopter.created_at = at(later);
    fixture.store.insert_batch(&adopter, &rows(&["a1@x", "b1@x", "new@x"]), Adopt::TakeOver).unwrap();
    fixture.store.set_wish(fixture.store.batch("b").unwrap().guid, Wish::Remove).unwrap();
    fixture.store.purge_removed().unwrap();
    assert_exact(&fixture, later);
    assert_eq!(fixture.store.view().unwrap().users, 12 + 12 + 2);
}

#[test]
fn batches_are_found_by_how_their_names_begin() {
    let fixture = fixture();
    for name in ["Wave 1", "wave 10", "other"] {
        fixture.add(name, &[]);
    }
    let found = |prefix: &str| {
        let query = BatchQuery { prefix: Some(prefix.to_owned()), ..BatchQuery::default() };
        let found = fixture.store.batch_summaries(&query, at(0)).unwrap();
        found.into_iter().map(|summary| summary.batch.name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(found("WAVE"), ["Wave 1", "wave 10"]);
    assert_eq!(found("wave 10"), ["wave 10"]);
    assert_eq!(found("x"), [""; 0]);
}
