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
        let [first, second] = [(), ()].map(|()| run(seed, &climate("all")));
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

/// Kinds that came later: a seed is another run with one more.
const LATER: [&str; 3] = ["source_renames", "full_disks", "restoring"];

/// Seeds that failed once, how many of the later kinds there were already, and what was wrong then.
const MENDED: [(u64, usize, &str); 16] = [
    (16, 0, "a copy that was appended to a folder with new numbers was not found, named, and appended again"),
    (149, 0, "one copy stood for two equal messages after a lost OK"),
    (311, 0, "another body below an equal Message-ID was appended again after a lost OK"),
    (712, 0, "a row whose copy had vanished claimed a copy of other bytes by Message-ID and date"),
    (1201, 0, "the frontier stayed above the UIDNEXT of a folder with new numbers"),
    (1239, 0, "one of ten equal messages was appended again when both sides had new numbers"),
    (30260, 0, "a row whose folder was renamed on the target claimed a copy of other bytes"),
    (
        201163,
        2,
        "a retry that became due between a step back of the clock and the worker's next look waited for as long as the step",
    ),
    (51000, 2, "a pause was as long as the step where the clock was set back when the worker was killed"),
    (
        400664,
        2,
        "another body below an equal Message-ID passed for one copy too many of a message that had left",
    ),
    (
        501369,
        2,
        "a folder with other numbers was taken for another one when half of its messages had left it",
    ),
    (
        501437,
        2,
        "of two versions of a letter the row of one that had left claimed the other by size and date",
    ),
    (
        700426,
        2,
        "a folder with other numbers was taken for another one when one of its two messages had left it",
    ),
    (
        911638,
        3,
        "copies without a told place were forgotten when the source failed while a refused message was sent again",
    ),
    (
        900164,
        3,
        "another version of a letter, moved by people into a folder that was never filled, passed for a new message",
    ),
    (50066, 1, "another body below an equal Message-ID passed for the copy that its owner had moved there"),
];

#[test]
fn what_was_mended_stays_so() {
    for (seed, later, was_wrong) in MENDED {
        let mut climate = climate("all");
        for kind in LATER.iter().skip(later) {
            assert!(climate.set(kind, 0));
        }
        let outcome = run(seed, &climate);
        assert!(outcome.faults.is_empty(), "seed {seed}, as when {was_wrong}: {}", outcome.faults.join("\n"));
    }
}
