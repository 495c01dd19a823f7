//! What servers refuse: one message, a keyword, a whole mailbox, a login, a connection.

use std::collections::BTreeSet;

use model::status::{BatchStatus, DataConsistencyScore, UserStatus};
use model::{ErrorKind, SkippedKind};
use testkit::client::Client;
use testkit::dovecot;
use testkit::mail::{self, Message};
use testkit::proxy::Proxy;
use testkit::sample::{Fault, Options, Poison, Refusal, Sample};
use testkit::{Address, PASSWORD};

use crate::common::lab::{batch_from, eventually};
use crate::common::{Lab, Mailbox, batch_of, fresh_dovecot, message, message_with, put};

fn poisoned(response: &str, capabilities: &[&str]) -> Sample {
    let poison = Poison { bytes: b"poison".to_vec(), response: response.to_owned() };
    Sample::start(Options { poison: vec![poison], ..Options::without(capabilities) }).unwrap()
}

/// Ten messages of which the fourth and the last are poisonous.
fn fill_with_poison(address: &Address) {
    let body = |n| if n == 4 || n == 10 { "poison" } else { "fine" };
    put(address, "ada", "Work", (1..=10).map(|n| message_with(&format!("number {n}"), body(n))));
}

/// O4, C2, C3, G5, A9, A17, peers 2.4: a refusal in a batch costs only the message that it is about, which is named.
fn costs_only_itself(response: &str, kind: SkippedKind, capabilities: &[&str]) {
    let (from, to) = (Sample::start(Options::default()).unwrap(), poisoned(response, capabilities));
    fill_with_poison(from.address());
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    assert_eq!(to.messages("ada", "Work").len(), 8);
    let skipped = lab.skipped("ada");
    assert_eq!(skipped.iter().map(|item| item.uid).collect::<Vec<_>>(), [Some(4), Some(10)]);
    let item = &skipped[0];
    assert_eq!((item.kind, item.folder_name.as_str()), (kind, "Work"));
    assert_eq!(item.subject.as_deref(), Some("number 4"));
    assert_eq!(item.message_id.as_deref(), Some("<number 4@old.example>"));
    assert_eq!(item.sender.as_deref(), Some("ada@old.example"));
    assert!(item.error_message.contains(response), "{}", item.error_message);
    assert_eq!(lab.user().data_consistency_score, Some(DataConsistencyScore::Investigate));
    assert_eq!((lab.user().synced_item_count, lab.user().skipped_item_count), (8, 2));

    to.forgive();
    lab.pass();
    assert_eq!(to.messages("ada", "Work").len(), 10);
    lab.assert_perfect("ada");
}

#[test]
fn a_poisoned_message_in_a_multiappend_costs_only_itself_and_is_copied_once_the_target_takes_it() {
    costs_only_itself("NO Message contains NUL characters", SkippedKind::CorruptItem, &[]);
}

/// A target that refuses messages and stores so many of each refused command: what is there is not sent again, whole or
/// plainer, in this pass or the next.
fn is_not_sent_again(stores_refused: usize, capabilities: &[&str]) {
    let poison = vec![Poison { bytes: b"poison".to_vec(), response: "NO Not this one".to_owned() }];
    let to = Sample::start(Options { poison, stores_refused, ..Options::without(capabilities) }).unwrap();
    let from = Sample::start(Options::default()).unwrap();
    let body = |n| if n == 4 || n == 10 { "poison" } else { "fine" };
    let marked = |message| Message { flags: vec!["\\Seen", "$Label1"], ..message };
    let messages = (1..=10).map(|n| marked(message_with(&format!("number {n}"), body(n))));
    // Two of the refused ones are equal, and one that is not refused has their name.
    let twins = [("twin", "poison"), ("twin", "poison"), ("twin", "fine")];
    let twins = twins.map(|(subject, body)| marked(message_with(subject, body)));
    put(from.address(), "ada", "Work", messages.chain(twins));
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    assert_eq!(to.appended(), 13);
    Mailbox::read(to.address(), "ada").assert_is(&Mailbox::read(from.address(), "ada"));
    lab.assert_perfect("ada");
    let report = lab.statistics("ada").report;
    let told = |text: &str| text.contains("messages and has them all the same");
    assert!(report.iter().any(|entry| told(&entry.text)), "{report:#?}");
    lab.pass();
    assert_eq!(to.appended(), 13);
}

#[test]
fn a_message_that_the_target_refuses_and_stores_is_copied_once() {
    is_not_sent_again(1, &["MULTIAPPEND"]);
}

#[test]
fn a_message_that_the_target_refuses_and_stores_is_copied_once_where_it_tells_no_places() {
    is_not_sent_again(1, &["MULTIAPPEND", "UIDPLUS"]);
}

#[test]
fn of_a_refused_command_what_the_target_has_stored_is_not_sent_again() {
    is_not_sent_again(3, &[]);
}

/// The messages of a target folder, as places in the source's.
fn order(from: &Sample, to: &Sample) -> Vec<usize> {
    let (from, to) = (from.messages("ada", "Work"), to.messages("ada", "Work"));
    to.iter().map(|copy| from.iter().position(|m| m.bytes == copy.bytes).unwrap() + 1).collect()
}

#[test]
fn a_refusal_in_a_command_of_several_messages_changes_nothing_of_their_order() {
    let (from, to) = (Sample::start(Options::default()).unwrap(), poisoned("NO Not this one", &[]));
    let body = |n| if n == 70 || n == 71 || n == 199 { "poison" } else { "fine" };
    put(from.address(), "ada", "Work", (1..=200).map(|n| message_with(&format!("number {n}"), body(n))));
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    assert_eq!(order(&from, &to), (1..=200).filter(|n| body(*n) == "fine").collect::<Vec<_>>());
    let report = lab.statistics("ada").report;
    assert!(!report.iter().any(|entry| entry.text.contains("lie behind")), "{report:#?}");
}

/// No more than 32 MiB are under way when the refusal comes, and the rest is more than the source may deliver in vain.
#[test]
fn nothing_is_sent_past_a_refusal_although_the_source_still_delivers() {
    fn refuse_the_first(message: &[u8]) -> Option<&'static str> {
        message.ends_with(b"poison\r\n").then_some("NO Not this one")
    }
    let options = Options { message_refusal: refuse_the_first, ..Options::default() };
    let (from, to) = (Sample::start(Options::default()).unwrap(), Sample::start(options).unwrap());
    let large = "x".repeat(2 << 20);
    let end = |n| if n == 1 { "poison" } else { "fine" };
    let message = |n| message_with(&format!("number {n}"), &format!("{large}\r\n{}", end(n)));
    put(from.address(), "ada", "Work", (1..=24).map(message));
    let way = Proxy::start(from.address()).unwrap();
    let lab = Lab::between(&way.address(from.address()), to.address());
    lab.migrate(&["ada"]);
    let order = order(&from, &to);
    assert_eq!(order.iter().copied().collect::<BTreeSet<_>>(), (2..=24).collect());
    let second = order.iter().position(|n| *n == 2).unwrap();
    assert!(order[second..].is_sorted() && order.ends_with(&[17, 18, 19, 20, 21, 22, 23, 24]), "{order:?}");
    assert_eq!((to.appended(), way.counts().connections), (23, 2));
}

#[test]
fn a_message_that_is_too_big_costs_only_itself_where_each_has_its_own_command() {
    costs_only_itself("NO [TOOBIG] Message too large", SkippedKind::LargeItem, &["MULTIAPPEND"]);
}

#[test]
fn a_bad_for_one_message_costs_only_itself_where_the_client_waits_for_leave() {
    costs_only_itself("BAD Go away", SkippedKind::TargetRejected, &["MULTIAPPEND", "LITERAL+"]);
}

/// G8, A22, O5: a server that hangs up at a message says at most why, never at which.
fn hangs_up_at_one_message(response: &str, capabilities: &[&str]) {
    let (from, to) = (Sample::start(Options::default()).unwrap(), poisoned(response, capabilities));
    let body = |n| if n == 23 { "poison" } else { "fine" };
    put(from.address(), "ada", "Work", (1..=40).map(|n| message_with(&format!("number {n}"), body(n))));
    put(from.address(), "ada", "Zoo", [message("after")]);
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    assert_eq!((to.messages("ada", "Work").len(), to.messages("ada", "Zoo").len()), (39, 1));
    assert_eq!(to.appended(), 40, "nothing was doubled on the way");
    let [item] = lab.skipped("ada").try_into().unwrap();
    assert_eq!((item.kind, item.uid), (SkippedKind::TargetRejected, Some(23)));
    assert_eq!(item.subject.as_deref(), Some("number 23"));
    assert!(item.error_message.contains("breaks whenever this message"), "{}", item.error_message);
}

#[test]
fn a_message_that_makes_the_server_hang_up_is_found_by_halving_and_the_rest_arrives() {
    hangs_up_at_one_message("", &[]);
}

#[test]
fn a_message_that_makes_the_server_say_goodbye_is_found_by_halving_and_the_rest_arrives() {
    hangs_up_at_one_message("BYE Invalid character in literal", &[]);
}

#[test]
fn a_message_that_makes_the_server_say_goodbye_is_found_where_each_has_its_own_command() {
    hangs_up_at_one_message("BYE Invalid character in literal", &["MULTIAPPEND"]);
}

/// O3, D8, A20: a server that asks to wait is waited for, and means no message.
#[test]
fn a_target_that_asks_to_wait_gets_all_messages_later() {
    for response in [
        "BAD Request is throttled. Suggested Backoff Time: 150 milliseconds",
        "NO [INUSE] Timeout while waiting for lock",
        "NO Temporary unavailable",
    ] {
        for capabilities in [&[][..], &["MULTIAPPEND"]] {
            let from = Sample::start(Options::default()).unwrap();
            let to = Sample::start(Options::without(capabilities)).unwrap();
            put(from.address(), "ada", "Work", (1..=10).map(|n| message(&format!("number {n}"))));
            let lab = Lab::between(from.address(), to.address());
            to.inject(Fault::Refuse { nth: 4, response: response.to_owned() });
            let mut batch = batch_of(&["ada"]);
            batch.options.auto_retry_count = 0;
            lab.start(batch);
            assert_eq!(lab.wait().status, BatchStatus::Failed);
            let error = lab.failure("ada");
            assert!(error.retryable && error.server.unwrap().contains(response), "{response}");
            lab.start_again();
            lab.synced();
            assert_eq!(to.appended(), 10);
            lab.assert_perfect("ada");
        }
    }
}

/// O3
#[test]
fn a_target_that_says_how_long_to_wait_is_believed_as_often_as_it_does() {
    let (from, to) = (Sample::start(Options::default()).unwrap(), Sample::start(Options::default()).unwrap());
    put(from.address(), "ada", "Work", [message("one")]);
    let lab = Lab::between(from.address(), to.address());
    let response = "NO Request is throttled. Suggested Backoff Time: 20 milliseconds";
    for nth in 1..=4 {
        to.inject(Fault::Refuse { nth, response: response.to_owned() });
    }
    let mut batch = batch_of(&["ada"]);
    batch.options.auto_retry_count = 1;
    lab.migrate_batch(batch);
    assert_eq!(to.appended(), 1);
    lab.assert_perfect("ada");
}

/// A19: it is not the messages.
#[test]
fn a_target_that_refuses_everything_for_a_bug_of_its_own_fails_the_pass_and_not_each_message() {
    let response = "NO [SERVERBUG] Internal error".to_owned();
    let poison = Poison { bytes: b"From".to_vec(), response };
    let to = Sample::start(Options { poison: vec![poison], ..Options::default() }).unwrap();
    let from = Sample::start(Options::default()).unwrap();
    put(from.address(), "ada", "Work", (1..=30).map(|n| message(&format!("number {n}"))));
    let lab = Lab::between(from.address(), to.address());
    let mut batch = batch_of(&["ada"]);
    batch.options.auto_retry_count = 0;
    lab.start(batch);
    assert_eq!(lab.wait().status, BatchStatus::Failed);
    let error = lab.failure("ada");
    assert!(error.retryable && error.server.unwrap().contains("SERVERBUG"));
    assert_eq!(lab.skipped("ada"), []);
    to.forgive();
    lab.start_again();
    lab.synced();
    assert_eq!(to.appended(), 30);
}

/// D5
#[test]
fn a_message_beyond_the_size_that_a_real_server_takes_is_named() {
    let options = dovecot::Options { max_message: Some(20_000), ..Default::default() };
    let Some(server) = fresh_dovecot(&options) else { return };
    let from = Sample::start(Options::default()).unwrap();
    put(
        from.address(),
        "ada",
        "INBOX",
        [message("small"), message_with("large", &"x".repeat(40_000)), message("last")],
    );
    let lab = Lab::between(from.address(), server.address());
    lab.migrate(&["ada"]);
    assert_eq!(Mailbox::read(server.address(), "ada").folder("INBOX").len(), 2);
    let [item] = lab.skipped("ada").try_into().unwrap();
    assert_eq!(
        (item.kind, item.uid, item.subject.as_deref()),
        (SkippedKind::LargeItem, Some(2), Some("large"))
    );
}

/// O9, Z4, C5: a keyword that has no place is no reason to lose a message, in a folder that was there, in the first that
/// is made, and in those that are like it.
#[test]
fn keywords_that_the_target_does_not_keep_are_named_and_harmless() {
    let from = Sample::start(Options::default()).unwrap();
    let to = Sample::start(Options { keywords: false, ..Options::default() }).unwrap();
    let labelled = Message { flags: vec!["\\Seen", "$Label1", "$MDNSent"], ..message("labelled") };
    let folders = ["INBOX", "Later", "Work"];
    for folder in folders {
        put(from.address(), "ada", folder, [labelled.clone(), message("plain")]);
    }
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    let mut items = lab.skipped("ada");
    items.sort_by(|a, b| a.folder_name.cmp(&b.folder_name));
    assert_eq!(items.iter().map(|item| item.folder_name.as_str()).collect::<Vec<_>>(), folders);
    for item in items {
        assert_eq!(item.kind, SkippedKind::FlagDropped);
        assert!(
            item.error_message.contains("$Label1") && item.error_message.contains("$MDNSent"),
            "{item:?}"
        );
    }
    assert_eq!(lab.user().data_consistency_score, Some(DataConsistencyScore::Good));
    for folder in folders {
        assert_eq!(to.messages("ada", folder)[0].flags.iter().collect::<Vec<_>>(), ["\\Seen"]);
    }
}

/// D5
#[test]
fn a_full_mailbox_fails_its_user_with_the_servers_words() {
    let options = dovecot::Options { quota: Some(60_000), ..Default::default() };
    let Some(server) = fresh_dovecot(&options) else { return };
    let from = Sample::start(Options::default()).unwrap();
    put(from.address(), "ada", "INBOX", (0..40).map(|n| message_with(&format!("m{n}"), &"y".repeat(4_000))));
    put(from.address(), "bob", "INBOX", [message("small")]);
    let lab = Lab::between(from.address(), server.address());
    lab.start(batch_of(&["ada", "bob"]));
    assert_eq!(lab.wait().status, BatchStatus::SyncedWithErrors);
    let error = lab.failure("ada");
    assert_eq!(error.kind, ErrorKind::QuotaExceeded);
    assert!(error.server.unwrap().contains("OVERQUOTA"));
    assert_eq!(
        lab.users().into_iter().map(|user| user.status).collect::<Vec<_>>(),
        [UserStatus::Failed, UserStatus::Synced]
    );
}

#[test]
fn one_wrong_password_fails_one_user_and_start_tries_only_that_one_again() {
    let (from, to) = (Sample::start(Options::default()).unwrap(), Sample::start(Options::default()).unwrap());
    for user in ["ada", "cid"] {
        mail::append(from.address(), user, "INBOX", 1, 3).unwrap();
    }
    let rows = "EmailAddress,UserName,Password,TargetUserName,TargetPassword\n\
                ada@new.example,ada,test,ada,test\nbob@new.example,bob,wrong,bob,test\ncid@new.example,cid,test,cid,test\n";
    let lab = Lab::between(from.address(), to.address());
    lab.start(batch_from(rows));
    assert_eq!(lab.wait().status, BatchStatus::SyncedWithErrors);
    let error = lab.failure("bob");
    assert_eq!(error.kind, ErrorKind::AuthenticationFailed);
    assert!(error.server.unwrap().contains("[AUTHENTICATIONFAILED]"));
    assert_eq!(error.user.as_deref(), Some("bob@new.example"));
    assert_eq!(lab.statistics("bob").user.data_consistency_score, None, "nothing was checked");

    let times = || {
        ["ada", "bob", "cid"].map(|user| {
            (
                lab.statistics(user).user.last_successful_sync_at,
                lab.statistics(user).error.and_then(|error| error.at),
            )
        })
    };
    let before = times();
    lab.start_again();
    assert_eq!(lab.wait().status, BatchStatus::SyncedWithErrors);
    let after = times();
    assert_eq!([before[0], before[2]], [after[0], after[2]]);
    assert!(after[1].1 > before[1].1);
}

/// D9, G10, I4, A12: a limit of connections is no wrong password, and passes.
fn waits_for_room(refusal: Refusal) {
    let options = Options { max_connections: Some(1), refusal, ..Options::default() };
    let (from, to) = (Sample::start(options).unwrap(), Sample::start(Options::default()).unwrap());
    mail::append(from.address(), "ada", "INBOX", 1, 3).unwrap();
    eventually("the connection that filled it is gone", || {
        Client::login(from.address(), "ada", PASSWORD).is_ok()
    });
    let mut other = Client::login(from.address(), "ada", PASSWORD).unwrap();
    let lab = Lab::between(from.address(), to.address());
    lab.start(batch_of(&["ada"]));
    eventually("the pass meets the limit", || {
        lab.statistics("ada").progress.status_detail == "StalledDueToSource_ConnectionLimit"
    });
    other.command("LOGOUT").unwrap();
    lab.synced();
    assert_eq!(to.appended(), 3);
    let report = lab.statistics("ada").report;
    let waits =
        |text: &str| text.starts_with("Stage: StalledDueToSource_ConnectionLimit. Waiting for room: ");
    assert!(report.iter().any(|entry| waits(&entry.text)), "{report:?}");
}

#[test]
fn a_greeting_of_too_many_connections_is_waited_out() {
    waits_for_room(Refusal::Bye);
}

#[test]
fn a_login_refused_for_too_many_connections_is_waited_out() {
    waits_for_room(Refusal::No);
}

/// G17
#[test]
fn a_folder_that_takes_no_mail_is_left_out_and_the_others_arrive() {
    let options = dovecot::Options { read_only: vec!["Work".to_owned()], ..Default::default() };
    let Some(server) = fresh_dovecot(&options) else { return };
    let from = Sample::start(Options::default()).unwrap();
    put(from.address(), "ada", "Work", [message("one")]);
    put(from.address(), "ada", "Zoo", [message("two")]);
    let lab = Lab::between(from.address(), server.address());
    lab.migrate(&["ada"]);
    let [item] = lab.skipped("ada").try_into().unwrap();
    assert_eq!((item.kind, item.folder_name.as_str(), item.uid), (SkippedKind::TargetRejected, "Work", None));
    assert_eq!(Mailbox::read(server.address(), "ada").folder("Zoo").len(), 1);
    assert_eq!(lab.user().data_consistency_score, Some(DataConsistencyScore::Poor));
}
