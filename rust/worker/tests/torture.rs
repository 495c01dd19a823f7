//! A short torture: the same as `./build.sh Torture`, small enough for every day.

#![cfg(unix)]
#![allow(missing_docs)]

#[path = "../examples/torture/campaign/mod.rs"]
mod campaign;

use campaign::{Campaign, Plan};
use testkit::dovecot;

#[test]
fn a_worker_that_is_killed_and_cut_off_again_and_again_loses_doubles_and_alters_nothing() {
    if dovecot::find().is_none() {
        eprintln!("SKIPPED: dovecot is not installed, so that nothing was tested");
        return;
    }
    let plan = Plan { seed: 3, kills: 6, cuts: 12, users: 2, messages: 120 };
    assert!(Campaign::new(plan, env!("CARGO_BIN_EXE_imap-migration-worker").into()).survives(false));
}
