//! What happened can be read in the reports, line by line.

use std::collections::BTreeSet;

use jiff::Timestamp;
use model::contract::{BatchQuery, Item, Operation, SetBatch};
use store::Store;
use testkit::sample::{Fault, Options, Sample};

use crate::common::lab::{BATCH, batch_from, eventually};
use crate::common::{Lab, batch_of, message, put};

fn servers() -> (Sample, Sample, Lab) {
    let (from, to) = (Sample::start(Options::default()).unwrap(), Sample::start(Options::default()).unwrap());
    let lab = Lab::between(from.address(), to.address());
    (from, to, lab)
}

fn of_user(lab: &Lab, user: &str) -> Vec<String> {
    lab.statistics(user).report.into_iter().map(|entry| entry.text).collect()
}

fn of_batch(lab: &Lab) -> Vec<String> {
    let query = BatchQuery { include_report: true, ..BatchQuery::default() };
    let answer = lab.ask(Operation::GetBatches(query)).unwrap();
    let [Item::Batch(batch)] = answer.as_slice() else { panic!("{answer:?}") };
    batch.report.iter().map(|entry| entry.text.clone()).collect()
}

/// Sees to it that each line begins like this, and that there are no others.
fn assert_lines(report: &[String], beginnings: &[&str]) {
    let fits = report.iter().zip(beginnings).all(|(line, beginning)| line.starts_with(beginning));
    assert!(fits && report.len() == beginnings.len(), "{report:#?}");
}

#[test]
fn a_batch_tells_of_its_admin_and_of_its_users() {
    let (from, _to, lab) = servers();
    put(from.address(), "ada", "INBOX", [message("one")]);
    let rows = "EmailAddress,UserName,Password,TargetUserName,TargetPassword\n\
                ada@new.example,ada,test,ada,test\nbob@new.example,bob,wrong,bob,test\n";
    lab.start(batch_from(rows));
    lab.wait();
    eventually("the end is told", || of_batch(&lab).len() == 6);
    let mut report = of_batch(&lab);
    // Who is ready first is chance.
    report[3..5].sort();
    assert_lines(
        &report,
        &[
            "The batch was created: 2 users, from source to target.",
            "The batch was started.",
            "Initial sync of the first user begins: ada@new.example.",
            "ada@new.example: Initial sync has completed. Copy progress: 1/1 messages, ",
            "bob@new.example: Fatal error AuthenticationFailed has occurred: cannot log in to `",
            "The batch is SyncedWithErrors: 1 of 2 users synced, 1 failed. Copy progress: 1/1 messages, ",
        ],
    );
    let change = SetBatch {
        identity: BATCH.to_owned(),
        auto_retry_count: Some(2),
        exclude_folders: Some(vec!["x".to_owned()]),
        ..SetBatch::default()
    };
    lab.ask(Operation::SetBatch(Box::new(change))).unwrap();
    lab.stop();
    assert_lines(
        &of_batch(&lab)[6..],
        &["The batch was changed: ExcludeFolders, AutoRetryCount.", "The batch was stopped."],
    );
}

#[test]
fn a_user_that_cannot_log_in_has_a_report_that_says_so() {
    let (_from, _to, lab) = servers();
    lab.start(batch_from(
        "EmailAddress,UserName,Password,TargetUserName,TargetPassword\nbob@new.example,bob,wrong,bob,test\n",
    ));
    lab.wait();
    assert_lines(&of_user(&lab, "bob"), &["Fatal error AuthenticationFailed has occurred: cannot log in"]);
}

#[test]
fn a_retry_is_told_with_its_time_and_the_finish_with_its_counts() {
    let (from, to, lab) = servers();
    put(from.address(), "ada", "INBOX", ["one", "two"].map(message));
    to.inject(Fault::Refuse { nth: 1, response: "NO [INUSE] Timeout".to_owned() });
    lab.migrate(&["ada"]);
    let report = of_user(&lab, "ada");
    let connected = ["Connected to source mailbox", "Connected to target mailbox"];
    let failed = "Transient error Throttled has occurred: ";
    let finish = "Initial sync has completed. Copy progress: 2/2 messages, ";
    let retry = report.iter().find(|line| line.starts_with(failed)).unwrap();
    assert!(retry.contains(" The system will try again at 20") && retry.ends_with(" UTC."), "{retry}");
    assert!(report[0].starts_with(connected[0]) && report[1].starts_with(connected[1]), "{report:#?}");
    assert!(report.last().unwrap().starts_with(finish), "{report:#?}");
}

#[test]
fn what_was_on_the_target_already_is_told() {
    let (from, to, lab) = servers();
    for server in [&from, &to] {
        put(server.address(), "ada", "Work", ["one", "two"].map(message));
    }
    lab.migrate(&["ada"]);
    let report = of_user(&lab, "ada");
    assert!(report.contains(&"Folder Work: 2 messages were found on the target.".to_owned()), "{report:#?}");
}

#[test]
fn a_batch_says_that_its_worker_is_gone() {
    let (from, _to, lab) = servers();
    put(from.address(), "ada", "INBOX", [message("one")]);
    lab.migrate(&["ada"]);
    eventually("the end is told", || of_batch(&lab).len() == 5);
    lab.stop_serving();
    let store = Store::open(lab.folder()).unwrap();
    store.request_batch_sync(lab.batch().unwrap().guid, Timestamp::now()).unwrap();
    assert_eq!(store.lease_due("dead", Timestamp::now(), 1, &BTreeSet::new()).unwrap().len(), 1);
    let before = of_batch(&lab).len();
    lab.serve();
    eventually("it is told", || of_batch(&lab).len() > before);
    let gone = "The worker is gone that was at work on 1 users. Another one goes on.";
    assert_lines(&of_batch(&lab)[before..=before], &[gone]);
}

#[test]
fn passes_that_copy_nothing_are_no_news_of_the_batch() {
    let (from, _to, lab) = servers();
    put(from.address(), "ada", "INBOX", [message("one")]);
    lab.start(batch_of(&["ada"]));
    lab.synced();
    eventually("the end is told", || of_batch(&lab).len() == 5);
    let before = of_batch(&lab).len();
    lab.pass();
    assert_lines(&of_batch(&lab)[before..], &["A sync was asked for."]);
    assert!(of_user(&lab, "ada").last().unwrap().starts_with("Incremental sync has completed."));
}
