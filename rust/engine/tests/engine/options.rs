//! What a batch can be told.

use jiff::{SignedDuration, Timestamp};
use model::contract::{BatchIdentity, Operation, SetBatch};
use model::status::{BatchStatus, UserStatus};
use model::{ErrorKind, SkippedKind};
use testkit::mail::{self, Message, Plan};
use testkit::sample::{Options, Sample};

use crate::common::lab::{BATCH, batch_from};
use crate::common::{Lab, Mailbox, batch_of, message, put};

fn servers() -> (Sample, Sample) {
    (Sample::start(Options::default()).unwrap(), Sample::start(Options::default()).unwrap())
}

/// A1, N3: the server is not asked to search by date.
#[test]
fn a_content_filter_copies_only_what_was_received_then() {
    let (from, to) = servers();
    let dated = |subject: &str, date: &str| Message { internal_date: date.to_owned(), ..message(subject) };
    let dates = ["17-Jul-2018 00:00:00 +0000", "01-Jan-2020 00:30:00 +0100", "01-Jan-2020 00:00:00 +0000"];
    put(from.address(), "ada", "INBOX", dates.map(|date| dated(date.split(' ').next().unwrap(), date)));
    let mut batch = batch_of(&["ada"]);
    batch.options.content_filter = Some("Received -ge '2020/1/1'".to_owned());
    let lab = Lab::between(from.address(), to.address());
    assert_eq!(lab.migrate_batch(batch).synced_items, 1);
    assert_eq!(to.messages("ada", "INBOX").len(), 1);
}

#[test]
fn an_analysis_counts_and_measures_and_copies_nothing() {
    let (from, to) = servers();
    mail::fill(from.address(), "ada", Plan { seed: 31, messages: 30 }).unwrap();
    let lab = Lab::between(from.address(), to.address());
    let mut batch = batch_of(&["ada"]);
    batch.options.analyze = true;
    lab.start(batch);
    let batch = lab.wait();
    assert_eq!((batch.status, batch.source_items, to.appended()), (BatchStatus::Completed, 30, 0));
    let statistics = lab.statistics("ada");
    assert_eq!(statistics.user.status, UserStatus::Completed);
    assert!(statistics.progress.source_bytes > 0);
    assert_eq!(statistics.user.data_consistency_score, None, "nothing was copied");
    assert!(
        statistics.report.iter().any(|entry| entry.text.contains("INBOX") && entry.text.contains("largest"))
    );
}

#[test]
fn an_analysis_names_a_folder_that_may_not_be_opened_and_measures_the_others() {
    let opening_refusal = |name: &str| (name == "Locked").then_some("NO [NOPERM] Not yours");
    let from = Sample::start(Options { opening_refusal, ..Options::default() }).unwrap();
    for folder in ["INBOX", "Locked", "Zoo"] {
        put(from.address(), "ada", folder, [message("one")]);
    }
    let lab = Lab::between(from.address(), from.address());
    let mut batch = batch_of(&["ada"]);
    batch.options.analyze = true;
    lab.start(batch);
    let batch = lab.wait();
    assert_eq!((batch.status, batch.source_items), (BatchStatus::Completed, 2));
    let [item] = lab.skipped("ada").try_into().unwrap();
    assert_eq!((item.kind, item.folder_name.as_str()), (SkippedKind::SourceReadError, "Locked"));
    assert_eq!(lab.user().skipped_item_count, 1);
}

#[test]
fn a_batch_waits_for_its_start_time_and_then_runs() {
    let (from, to) = servers();
    put(from.address(), "ada", "INBOX", [message("one")]);
    let lab = Lab::between(from.address(), to.address());
    let mut batch = batch_of(&["ada"]);
    batch.options.start_after = Some(Timestamp::now() + SignedDuration::from_millis(1500));
    lab.start(batch);
    assert_eq!(lab.batch().unwrap().status, BatchStatus::Waiting);
    assert_eq!(to.appended(), 0);
    lab.synced();
    assert_eq!(to.appended(), 1);
}

#[test]
fn without_incremental_syncs_a_batch_is_stopped_and_nothing_is_due() {
    let (from, to) = servers();
    put(from.address(), "ada", "INBOX", [message("one")]);
    let lab = Lab::between(from.address(), to.address());
    let mut batch = batch_of(&["ada"]);
    batch.options.allow_incremental_syncs = false;
    lab.start(batch);
    assert_eq!(lab.wait().status, BatchStatus::Stopped);
    assert_eq!((lab.statistics("ada").next_sync_at, to.appended()), (None, 1));
}

#[test]
fn users_that_are_added_later_are_migrated_and_the_others_left_alone() {
    let (from, to) = servers();
    for user in ["ada", "bob"] {
        put(from.address(), user, "INBOX", [message(user)]);
    }
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    let more = batch_of(&["ada", "bob"]).csv;
    let change = SetBatch { identity: BATCH.to_owned(), add_users: true, csv: more, ..SetBatch::default() };
    lab.ask(Operation::SetBatch(Box::new(change))).unwrap();
    assert_eq!(lab.synced().counts.synced, 2);
    assert_eq!(to.appended(), 2);
}

#[test]
fn a_new_batch_takes_users_over_with_what_is_known_of_their_mail() {
    let (from, to) = servers();
    mail::fill(from.address(), "ada", Plan { seed: 32, messages: 20 }).unwrap();
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    let identity = lab.user().guid.to_string();
    let mut again = batch_from("");
    again.name = "again".to_owned();
    again.csv = None;
    again.user_ids = vec![identity];
    lab.ask(Operation::NewBatch(Box::new(again))).unwrap();
    lab.ask(Operation::StartBatch(BatchIdentity { identity: Some("again".to_owned()) })).unwrap();
    lab.until(UserStatus::Synced);
    assert_eq!((lab.user().batch.as_str(), to.appended()), ("again", 20));
    Mailbox::read(to.address(), "ada").assert_is(&Mailbox::read(from.address(), "ada"));
}

#[test]
fn an_address_of_another_batch_is_refused_and_nothing_is_made() {
    let (from, to) = servers();
    let lab = Lab::between(from.address(), to.address());
    lab.ask(Operation::NewBatch(Box::new(batch_of(&["ada"])))).unwrap();
    let mut second = batch_of(&["ada", "bob"]);
    second.name = "second".to_owned();
    let error = lab.ask(Operation::NewBatch(Box::new(second))).unwrap_err();
    assert_eq!(error.kind, ErrorKind::UserExists);
    assert!(error.message.contains("ada@new.example") && error.message.contains(BATCH), "{error}");
    assert_eq!(lab.users().len(), 1);
}
