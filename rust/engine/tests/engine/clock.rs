//! A wall clock that steps starts nothing, doubles nothing and ends nothing.

use jiff::SignedDuration;
use model::status::UserStatus;
use testkit::mail;
use testkit::proxy::{Proxy, Way};
use testkit::sample::{Options, Sample};

use crate::common::lab::eventually;
use crate::common::{Lab, Mailbox, batch_of};

const DAY: i64 = 86_400;
const COUNT: usize = 30;

#[test]
fn a_step_of_the_clock_starts_no_second_pass_of_a_user() {
    let (from, to) = (
        Sample::start(Options::default()).unwrap(),
        Sample::start(Options::without(&["MULTIAPPEND"])).unwrap(),
    );
    mail::append(from.address(), "ada", "INBOX", 9, COUNT).unwrap();
    let proxy = Proxy::start(to.address()).unwrap();
    let lab = Lab::between(from.address(), &proxy.address(to.address()));
    proxy.set(Way { bandwidth: Some(20_000), ..Way::default() });
    lab.start(batch_of(&["ada"]));
    eventually("some messages arrive", || to.appended() > 0);
    for seconds in [120, 2 * DAY, -3 * DAY] {
        lab.step_the_clock(seconds);
        lab.until(UserStatus::Syncing);
    }
    proxy.set(Way::default());
    lab.synced();
    Mailbox::read(to.address(), "ada").assert_is(&Mailbox::read(from.address(), "ada"));
    assert_eq!((to.appended(), proxy.counts().connections), (COUNT, 1));
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
