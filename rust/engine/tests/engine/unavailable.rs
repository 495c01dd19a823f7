//! Folders that a server refuses to open for now.

use std::sync::atomic::{AtomicBool, Ordering};

use model::contract::NewBatch;
use model::status::{BatchStatus, DataConsistencyScore};
use model::{ErrorKind, SkippedKind};
use testkit::sample::{Options, Sample};

use crate::common::{Lab, batch_of, message, put};

/// A server on which folders that this answers for do not open.
fn refusing(opening_refusal: fn(&str) -> Option<&'static str>) -> Sample {
    Sample::start(Options { opening_refusal, ..Options::default() }).unwrap()
}

fn archive(name: &str) -> Option<&'static str> {
    (name == "Archive").then_some("NO [UNAVAILABLE] Try again later")
}

/// A message in each folder of the source.
fn filled(from: &Sample) {
    for folder in ["INBOX", "Archive", "Work"] {
        put(from.address(), "ada", folder, [message(folder)]);
    }
}

/// A batch that is not tried again by itself.
fn of_one_try() -> NewBatch {
    let mut batch = batch_of(&["ada"]);
    batch.options.auto_retry_count = 0;
    batch
}

#[test]
fn a_folder_that_does_not_open_is_tried_again_and_then_left_out_and_the_others_are_copied() {
    let open = || Sample::start(Options::default()).unwrap();
    let sides = [
        (refusing(archive), open(), SkippedKind::SourceReadError),
        (open(), refusing(archive), SkippedKind::TargetRejected),
    ];
    for (from, to, kind) in sides {
        filled(&from);
        let lab = Lab::between(from.address(), to.address());
        let mut batch = batch_of(&["ada"]);
        batch.options.auto_retry_count = 1;
        lab.migrate_batch(batch);
        assert_eq!((to.messages("ada", "Work").len(), to.messages("ada", "Archive").len()), (1, 0));
        let [item] = lab.skipped("ada").try_into().unwrap();
        assert_eq!((item.kind, item.folder_name.as_str(), item.uid), (kind, "Archive", None));
        assert!(item.error_message.contains("NO [UNAVAILABLE] Try again later"), "{}", item.error_message);
        assert_eq!(lab.user().data_consistency_score, Some(DataConsistencyScore::Poor));
        let report = lab.statistics("ada").report;
        let retries = report.iter().filter(|entry| entry.text.starts_with("Transient error"));
        assert_eq!(retries.count(), 2, "the pass that copied the others does not count: {report:?}");

        from.forgive();
        to.forgive();
        lab.pass();
        assert_eq!(to.messages("ada", "Archive").len(), 1);
        lab.assert_perfect("ada");
    }
}

#[test]
fn a_mailbox_of_which_no_folder_opens_fails_and_no_folder_is_left_out() {
    let from = refusing(|_| Some("NO [UNAVAILABLE] Try again later"));
    let to = Sample::start(Options::default()).unwrap();
    filled(&from);
    let lab = Lab::between(from.address(), to.address());
    lab.start(of_one_try());
    assert_eq!(lab.wait().status, BatchStatus::Failed);
    let error = lab.failure("ada");
    assert_eq!((error.kind, error.retryable), (ErrorKind::Throttled, true));
    assert_eq!(lab.skipped("ada"), []);
    from.forgive();
    lab.start_again();
    lab.synced();
    lab.assert_perfect("ada");
}

#[test]
fn what_was_copied_of_a_folder_that_no_longer_opens_still_counts() {
    static IS_AWAY: AtomicBool = AtomicBool::new(false);
    let from = refusing(|name| archive(name).filter(|_| IS_AWAY.load(Ordering::Relaxed)));
    let to = Sample::start(Options::default()).unwrap();
    filled(&from);
    let lab = Lab::between(from.address(), to.address());
    assert_eq!(lab.migrate_batch(of_one_try()).synced_items, 3);
    IS_AWAY.store(true, Ordering::Relaxed);
    put(from.address(), "ada", "Archive", [message("new")]);
    let counts = lab.pass();
    assert_eq!((counts.source_items, counts.synced_items, counts.skipped_items), (4, 3, 1));
}

#[test]
fn a_server_that_says_how_long_to_wait_means_no_folder() {
    let throttled = |name: &str| {
        (name == "Archive").then_some("NO Request is throttled. Suggested Backoff Time: 600000 milliseconds")
    };
    let (from, to) = (refusing(throttled), Sample::start(Options::default()).unwrap());
    filled(&from);
    let lab = Lab::between(from.address(), to.address());
    lab.start(of_one_try());
    assert_eq!(lab.wait().status, BatchStatus::Failed);
    assert_eq!(lab.skipped("ada"), []);
}
