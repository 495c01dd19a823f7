//! Each kind of fault by itself, so that one that comes back is told by its name.

#![allow(clippy::unwrap_used)]

use simulation::{Climate, run};

/// A kind, and what it needs to show.
const KINDS: [&str; 32] = [
    "no_uid_next",
    "wide_validity",
    "wrong_sizes",
    "inbox_twice",
    "phantoms",
    "rewriting,kills",
    "rewriting,power_cuts",
    "rewriting,cuts,lost_oks",
    "late_validity",
    "mbox,kills",
    "late_commits,kills",
    "renumbering",
    "forgotten_appenduid,cuts",
    "swallowed",
    "lying",
    "lying,meddling,target_deletes,target_moves,true_names",
    "refusals",
    "byes",
    "clock_steps,cuts",
    "outages",
    "store_locks",
    "full_disks",
    "full_disks,kills,cuts",
    "meddling,source_flags,source_deletes",
    "source_moves",
    "source_folder_deletes",
    "source_renames",
    "source_renames,target_renames",
    "target_deletes,renumbering",
    "target_flags",
    "target_moves",
    "target_renames,target_folder_deletes",
];

#[test]
fn every_kind_of_fault_is_borne_by_itself() {
    for kinds in KINDS {
        let mut climate = Climate::named("calm").unwrap();
        for kind in ["servers_differ", "twins", "target_is_used"].into_iter().chain(kinds.split(',')) {
            assert!(climate.set(kind, 2), "there is no kind {kind}");
        }
        for seed in 1..4 {
            let outcome = run(seed, &climate);
            assert!(outcome.faults.is_empty(), "{kinds}, seed {seed}: {}", outcome.faults.join("\n"));
        }
    }
}
