//! Limits of endpoints are kept by all batches together.

use model::contract::{NewEndpoint, Operation};
use model::{Limit, Security};
use testkit::mail::{self, Plan};
use testkit::sample::{Options, Refusal, Sample};

use crate::common::lab::{imap, source, target};
use crate::common::{Lab, batch_of};

/// A server that hangs up on a second connection would fail the users if there ever were one.
#[test]
fn two_batches_share_the_one_connection_that_their_endpoint_allows() {
    let narrow = Options { max_connections: Some(1), refusal: Refusal::No, ..Options::default() };
    let (from, to) = (Sample::start(narrow).unwrap(), Sample::start(Options::default()).unwrap());
    for user in ["ada", "bob", "cid"] {
        mail::fill(from.address(), user, Plan { seed: 41, messages: 12 }).unwrap();
    }
    let one = Some(Limit::Count(1));
    let limited = NewEndpoint {
        max_concurrent_migrations: one,
        max_concurrent_incremental_syncs: one,
        ..source(imap(from.address(), Security::None))
    };
    let lab = Lab::with(limited, target(imap(to.address(), Security::None)));
    let batch = |name: &str, users: &[&str]| {
        let mut batch = batch_of(users);
        batch.name = name.to_owned();
        batch.options.auto_retry_count = 0;
        batch.auto_start = true;
        Operation::NewBatch(Box::new(batch))
    };
    lab.ask(batch("one", &["ada", "bob"])).unwrap();
    lab.ask(batch("two", &["cid"])).unwrap();
    lab.until(model::status::UserStatus::Synced);
    assert_eq!(to.appended(), 36);
}

/// D9, G10, A12, A16, peers 2.3-8, peers 2.4: who is one connection too many waits for its turn.
#[test]
fn users_take_turns_at_a_server_that_refuses_connections_beyond_a_limit_it_did_not_tell() {
    for refusal in [Refusal::No, Refusal::Bye, Refusal::HangUp] {
        let narrow = Options { max_connections: Some(2), refusal, ..Options::default() };
        let (from, to) = (Sample::start(narrow).unwrap(), Sample::start(Options::default()).unwrap());
        let users = ["ada", "bob", "cid", "dan"];
        for user in users {
            mail::fill(from.address(), user, Plan { seed: 41, messages: 12 }).unwrap();
        }
        let lab = Lab::between(from.address(), to.address());
        let mut batch = batch_of(&users);
        batch.options.auto_retry_count = 0;
        lab.migrate_batch(batch);
        assert_eq!(to.appended(), 48);
    }
}
