//! What sources do not deliver, and what they tell wrong.

use model::status::DataConsistencyScore;
use model::{ErrorKind, SkippedKind};
use testkit::dovecot;
use testkit::sample::{Options, Poison, Sample, Stored};

use crate::common::lab::eventually;
use crate::common::{Lab, Mailbox, batch_of, fresh_dovecot, message, message_with, put};

/// Ten messages of which the fourth and the last cannot be read, and a server that takes them all.
fn unreadable(answer: &str) -> (Sample, Sample, Lab) {
    let unreadable = vec![Poison { bytes: b"unreadable".to_vec(), response: answer.to_owned() }];
    let from = Sample::start(Options { unreadable, ..Options::default() }).unwrap();
    let to = Sample::start(Options::default()).unwrap();
    let body = |n| if n == 4 || n == 10 { "unreadable" } else { "fine" };
    put(from.address(), "ada", "Work", (1..=10).map(|n| message_with(&format!("number {n}"), body(n))));
    let lab = Lab::between(from.address(), to.address());
    (from, to, lab)
}

fn costs_only_itself(answer: &str, kind: SkippedKind) {
    let (from, to, lab) = unreadable(answer);
    lab.migrate(&["ada"]);
    assert_eq!(to.messages("ada", "Work").len(), 8);
    let skipped = lab.skipped("ada");
    let told: Vec<_> = skipped.iter().map(|item| (item.kind, item.uid)).collect();
    assert_eq!(told, [(kind, Some(4)), (kind, Some(10))]);
    assert!(skipped[0].error_message.contains(answer), "{}", skipped[0].error_message);
    assert_eq!(skipped[0].subject.as_deref(), Some("number 4"));
    assert_eq!(lab.user().data_consistency_score, Some(DataConsistencyScore::Investigate));

    from.forgive();
    lab.pass();
    assert_eq!(to.appended(), 10);
    lab.assert_perfect("ada");
}

/// I1, A7, Y2, peers 2.3-2: what was promised is counted against what came, and tried again in the next pass.
#[test]
fn a_message_that_is_listed_and_does_not_come_is_named() {
    costs_only_itself("", SkippedKind::MissingItem);
}

/// peers 2.2: a refused FETCH is no empty message, and no reason to do without the others.
#[test]
fn a_message_that_the_source_refuses_to_deliver_is_named() {
    costs_only_itself("NO [SERVERBUG] Internal error occurred", SkippedKind::SourceReadError);
}

/// I5, and what peers G8, A22, O5 are on the other side: a source that hangs up at a message may say why, never at
/// which.
fn breaks_at_one_message(answer: &str) {
    let unreadable = vec![Poison { bytes: b"unreadable".to_vec(), response: answer.to_owned() }];
    let from = Sample::start(Options { unreadable, ..Options::default() }).unwrap();
    let to = Sample::start(Options::default()).unwrap();
    let body = |n| if n == 23 { "unreadable" } else { "fine" };
    put(from.address(), "ada", "Work", (1..=40).map(|n| message_with(&format!("number {n}"), body(n))));
    put(from.address(), "ada", "Zoo", [message("after")]);
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    let others = from.messages("ada", "Work").into_iter().filter(|message| message.uid != 23);
    let bytes = |message: Stored| message.bytes;
    assert!(
        others.map(bytes).eq(to.messages("ada", "Work").into_iter().map(bytes)),
        "in order, and as they are"
    );
    assert_eq!((to.appended(), to.messages("ada", "Zoo").len()), (40, 1), "nothing was doubled on the way");
    let [item] = lab.skipped("ada").try_into().unwrap();
    assert_eq!(
        (item.kind, item.uid, item.folder_name.as_str()),
        (SkippedKind::SourceReadError, Some(23), "Work")
    );
    assert!(item.error_message.contains("breaks whenever this message"), "{}", item.error_message);
    assert_eq!(lab.user().data_consistency_score, Some(DataConsistencyScore::Investigate));
}

#[test]
fn a_message_at_which_the_source_hangs_up_is_found_by_halving_and_the_rest_arrives() {
    breaks_at_one_message("* BYE Internal error occurred\r\n");
}

#[test]
fn a_message_within_which_the_source_hangs_up_is_found_and_no_half_of_it_arrives() {
    breaks_at_one_message(&half_of_23("{4000}\r\nFrom: ada@old.example\r\n"));
}

#[test]
fn a_message_at_which_the_source_answers_garbage_is_found_and_no_wrong_copy_arrives() {
    breaks_at_one_message(&half_of_23("{5}\r\nFrom: ada@old.example\r\n\0\0\0 of no list\r\n"));
}

#[test]
fn a_message_at_which_the_source_hangs_up_is_found_while_it_is_looked_for_on_the_target() {
    let unreadable =
        vec![Poison { bytes: b"unreadable".to_vec(), response: "* BYE Internal error".to_owned() }];
    let from = Sample::start(Options { unreadable, ..Options::default() }).unwrap();
    let to = Sample::start(Options::default()).unwrap();
    let body = |n| if n == 5 { "unreadable" } else { "fine" };
    let numbered = |n| message_with(&format!("number {n}"), body(n));
    put(from.address(), "ada", "INBOX", (1..=8).map(numbered));
    put(to.address(), "ada", "INBOX", (1..=6).filter(|n| *n != 5).map(numbered));
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    assert_eq!(to.messages("ada", "INBOX").len(), 7, "five were there, and two came");
    let [item] = lab.skipped("ada").try_into().unwrap();
    assert_eq!((item.kind, item.uid), (SkippedKind::SourceReadError, Some(5)));
}

#[test]
fn a_source_that_breaks_off_once_costs_no_message_and_what_it_had_delivered_is_stored_already() {
    let (from, to, lab) = unreadable("* BYE Going down\r\n");
    lab.start(batch_of(&["ada"]));
    eventually("what was delivered is stored", || to.appended() == 3);
    from.forgive();
    lab.synced();
    assert_eq!(to.appended(), 10);
    lab.assert_perfect("ada");
}

/// The answer for message 23 up to its body, and this in place of that.
fn half_of_23(body: &str) -> String {
    format!("* 23 FETCH (UID 23 FLAGS () INTERNALDATE \"17-Jul-2021 02:44:25 +0000\" BODY[] {body}")
}

/// O3
#[test]
fn a_source_that_says_how_long_to_wait_is_not_asked_for_each_message_alone() {
    let (from, to, lab) = unreadable("NO Request is throttled. Suggested Backoff Time: 300 milliseconds");
    lab.start(batch_of(&["ada"]));
    eventually("the source asks to wait", || {
        lab.statistics("ada").progress.status_detail.starts_with("StalledDueToSource_Throttled until ")
    });
    assert_eq!(lab.skipped("ada"), []);
    from.forgive();
    lab.synced();
    assert_eq!(to.appended(), 10);
    lab.assert_perfect("ada");
}

/// G9: until the day is over, or the administrator knows better.
#[test]
fn a_source_that_has_sent_all_that_it_sends_in_a_day_is_left_alone_until_then_or_start() {
    let words = "NO [OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)";
    let (from, to, lab) = unreadable(words);
    lab.start(batch_of(&["ada"]));
    eventually("the source locks the account out", || {
        lab.statistics("ada").progress.status_detail.starts_with("StalledDueToSource_Throttled until ")
    });
    let error = lab.failure("ada");
    assert_eq!((error.kind, error.server.as_deref()), (ErrorKind::Throttled, Some(words)));
    assert_eq!(lab.skipped("ada"), []);
    from.forgive();
    lab.start_again();
    lab.synced();
    assert_eq!(to.appended(), 10);
    lab.assert_perfect("ada");
}

/// A24, G11, Y2: SELECT and STATUS count what is not shown, and the report says so.
#[test]
fn messages_that_a_folder_counts_and_never_lists_are_named_and_lower_the_score() {
    for options in
        [Options { phantoms: 5, ..Options::default() }, Options { hidden: 5, ..Options::default() }]
    {
        counts_five_that_it_never_lists(options);
    }
}

fn counts_five_that_it_never_lists(options: Options) {
    let from = Sample::start(options).unwrap();
    let to = Sample::start(Options::default()).unwrap();
    put(from.address(), "ada", "INBOX", ["one", "two", "three"].map(message));
    let lab = Lab::between(from.address(), to.address());
    let batch = lab.migrate(&["ada"]);
    assert_eq!((batch.source_items, batch.synced_items, batch.skipped_items), (8, 3, 1));
    let report = lab.statistics("ada").report;
    let warns = |entry: &str| entry.contains("Folder INBOX: the source counts 8 messages and shows 3");
    assert!(report.iter().any(|entry| warns(&entry.text)), "{report:?}");
    lab.pass();
    assert_eq!(to.appended(), 3);
    let [item] = lab.skipped("ada").try_into().unwrap();
    assert_eq!((item.kind, item.uid), (SkippedKind::MissingItem, None));
    assert_eq!(item.error_message, "the source counts 5 more messages in the folder than it lists");
    assert_ne!(lab.user().data_consistency_score, Some(DataConsistencyScore::Perfect));
}

/// peers 2.3-5: a folder counts as in step, and is passed over, only after a pass that left nothing of it behind.
#[test]
fn a_folder_that_was_left_incomplete_is_not_passed_over_because_the_source_says_that_nothing_changed() {
    let Some(server) = fresh_dovecot(&dovecot::Options::default()) else { return };
    let poison = Poison { bytes: b"poison".to_vec(), response: "NO Not today".to_owned() };
    let to = Sample::start(Options { poison: vec![poison], ..Options::default() }).unwrap();
    put(server.address(), "ada", "INBOX", [message("one"), message_with("two", "poison")]);
    let lab = Lab::between(server.address(), to.address());
    lab.migrate(&["ada"]);
    lab.pass();
    assert_eq!(to.appended(), 1);
    to.forgive();
    lab.pass();
    Mailbox::read(to.address(), "ada").assert_is(&Mailbox::read(server.address(), "ada"));
}
