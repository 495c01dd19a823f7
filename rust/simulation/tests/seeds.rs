//! Seeds of every climate, and that a seed is one run and no other. `./build.sh Simulate` runs more of them.

#![allow(clippy::unwrap_used)]

use simulation::{Climate, run};

fn climate(name: &str) -> Climate {
    Climate::named(name).unwrap()
}

#[track_caller]
fn all_is_well(climate: &Climate, seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let outcome = run(seed, climate);
        let from = outcome.trace.len().saturating_sub(60);
        assert!(
            outcome.faults.is_empty(),
            "seed {seed}:\n{}\n{}",
            outcome.trace.split_at(from).1.join("\n"),
            outcome.faults.join("\n")
        );
    }
}

#[test]
fn a_seed_gives_the_same_trace_twice() {
    for seed in 1..5 {
        let [first, second] = [(), ()].map(|()| run(seed, &climate("everything")));
        assert_eq!(first.trace, second.trace, "seed {seed}");
    }
}

#[test]
fn nothing_is_lost_or_doubled_where_nothing_goes_wrong() {
    all_is_well(&climate("calm"), 1..10);
}

#[test]
fn nothing_is_lost_or_doubled_between_servers_of_any_kind() {
    all_is_well(&climate("servers"), 1..20);
}

#[test]
fn nothing_is_lost_or_doubled_by_a_bad_network() {
    all_is_well(&climate("network"), 1..12);
}

#[test]
fn nothing_is_lost_or_doubled_while_people_work() {
    all_is_well(&climate("people"), 1..20);
}

#[test]
fn nothing_is_lost_or_doubled_by_kills_power_cuts_and_clocks() {
    all_is_well(&climate("machine"), 1..20);
}

#[test]
fn nothing_is_lost_or_doubled_by_all_of_it_together() {
    all_is_well(&climate("all"), 1..12);
}
