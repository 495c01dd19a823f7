//! Times: each lies where it must beside the others, whatever the batch and its users went through.

use jiff::Timestamp;
use model::contract::{BatchIdentity, BatchQuery, BatchView, Item, NewBatch, Operation};
use model::status::BatchStatus;
use testkit::sample::{Options, Sample};

use crate::common::lab::BATCH;
use crate::common::{Lab, batch_of, message, put};

/// That times follow one another, where there are any; now comes last.
fn assert_in_order(what: &str, times: &[Option<Timestamp>]) {
    let known: Vec<_> = times.iter().flatten().copied().chain([Timestamp::now()]).collect();
    assert!(known.is_sorted(), "{what}: {times:?}");
}

fn batches(lab: &Lab) -> Vec<BatchView> {
    let batch = |item| match item {
        Item::Batch(batch) => *batch,
        other => panic!("batches brought {other:?}"),
    };
    lab.ask(Operation::GetBatches(BatchQuery::default())).unwrap().into_iter().map(batch).collect()
}

/// Looks at all times that there are, and returns the batches.
fn assert_all_in_order(lab: &Lab, when: &str) -> Vec<BatchView> {
    let batches = batches(lab);
    for it in &batches {
        let times = [Some(it.created_at), it.started_at, it.initial_sync_at, it.last_synced_at];
        assert_in_order(&format!("{when}, batch {}", it.name), &times);
    }
    let user = lab.statistics("ada");
    let times =
        [user.initial_seeding_completed_at, user.user.last_successful_sync_at, Some(user.last_updated_at)];
    assert_in_order(&format!("{when}, user"), &times);
    let worker = lab.worker_view();
    assert_in_order(&format!("{when}, worker"), &[worker.started_at, worker.last_seen_at]);
    batches
}

#[test]
fn times_are_in_order_also_of_a_batch_that_took_its_users_over() {
    let (from, to) = (Sample::start(Options::default()).unwrap(), Sample::start(Options::default()).unwrap());
    put(from.address(), "ada", "INBOX", [message("Hello")]);
    let lab = Lab::between(from.address(), to.address());
    lab.ask(Operation::NewBatch(Box::new(batch_of(&["ada"])))).unwrap();
    assert_eq!(lab.statistics("ada").next_sync_at, None, "nobody has started it");
    lab.start_again();
    lab.synced();
    let first = assert_all_in_order(&lab, "synced");
    assert!(lab.statistics("ada").next_sync_at > first[0].last_synced_at);

    let second = NewBatch { name: "second".to_owned(), adopt_preexisting: true, ..batch_of(&["ada"]) };
    lab.ask(Operation::NewBatch(Box::new(second))).unwrap();
    let emptied = assert_all_in_order(&lab, "taken over").remove(0);
    assert_eq!((emptied.name.as_str(), emptied.status), (BATCH, BatchStatus::Completed));
    let named = || BatchIdentity { identity: Some("second".to_owned()) };
    lab.ask(Operation::StartBatch(named())).unwrap();
    let second = lab.wait_for("second");
    assert!(second.last_synced_at >= second.initial_sync_at && second.initial_sync_at.is_some());
    assert_all_in_order(&lab, "synced again");
    lab.ask(Operation::StopBatch(named())).unwrap();
    assert_eq!(lab.statistics("ada").next_sync_at, None, "it is stopped");
}
