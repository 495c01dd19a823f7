//! A short torture: the same as `./build.sh Torture`, small enough for every day.

#![cfg(unix)]
#![allow(missing_docs)]

#[path = "../examples/torture/campaign/mod.rs"]
mod campaign;

use campaign::{Campaign, Plan};
use testkit::dovecot;

fn survives(plan: Plan) -> bool {
    Campaign::new(plan, env!("CARGO_BIN_EXE_imap-migration-worker").into()).survives(false)
}

#[test]
fn a_worker_that_is_killed_and_cut_off_again_and_again_loses_doubles_and_alters_nothing() {
    if has_dovecot() {
        assert!(survives(Plan { seed: 3, kills: 6, cuts: 12, users: 2, messages: 120, people: false }));
    }
}

#[test]
fn what_people_do_on_the_target_meanwhile_stays_done() {
    if has_dovecot() {
        assert!(survives(Plan { seed: 4, kills: 3, cuts: 12, users: 2, messages: 120, people: true }));
    }
}

#[allow(clippy::print_stderr, reason = "whoever runs the tests must know what was left out")]
fn has_dovecot() -> bool {
    let found = dovecot::find().is_some();
    if !found {
        eprintln!("SKIPPED: dovecot is not installed, so that nothing was tested");
    }
    found
}
