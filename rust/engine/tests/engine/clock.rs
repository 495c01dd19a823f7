//! A wall clock that steps starts nothing, doubles nothing and ends nothing.

use jiff::SignedDuration;
use model::status::UserStatus;
use testkit::sample::{Options, Sample};

use crate::common::lab::eventually;
use crate::common::{Lab, Slow, batch_of};

const DAY: i64 = 86_400;

#[test]
fn a_step_of_the_clock_starts_no_second_pass_of_a_user() {
    let slow = Slow::start(batch_of(&["ada"]));
    for seconds in [120, 2 * DAY, -3 * DAY] {
        slow.lab.step_the_clock(seconds);
        slow.lab.until(UserStatus::Syncing);
    }
    slow.widen();
    assert_eq!(slow.finish(), 1);
}

#[test]
fn what_is_put_off_is_put_off_as_long_when_the_clock_steps() {
    let (from, to) = (Sample::start(Options::default()).unwrap(), Sample::start(Options::default()).unwrap());
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    let next = || lab.statistics("ada").next_sync_at.unwrap();
    for seconds in [2 * DAY, -5 * DAY] {
        let before = next();
        lab.step_the_clock(seconds);
        let moved = next().duration_since(before) - SignedDuration::from_secs(seconds);
        assert!(moved.abs() < SignedDuration::from_secs(5), "{moved}");
    }
    lab.pass();
}

/// A kill and a step back at one moment would have made a pause of seconds one of hours.
#[test]
fn what_a_dead_worker_put_off_moves_with_a_clock_that_was_set_back_since() {
    let (from, to) = (Sample::start(Options::default()).unwrap(), Sample::start(Options::default()).unwrap());
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    let next = || lab.statistics("ada").next_sync_at.unwrap();
    let before = next();
    lab.stop_serving();
    lab.set_the_clock(-3_600);
    lab.serve();
    eventually("what was put off has moved", || {
        let moved = next().duration_since(before) + SignedDuration::from_secs(3_600);
        moved.abs() < SignedDuration::from_secs(30)
    });
    lab.pass();
}
