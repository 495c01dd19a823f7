//! What an initial pass brings over, and that a second one has nothing to do.

use model::SkippedKind;
use model::status::DataConsistencyScore;
use testkit::PASSWORD;
use testkit::client::Client;
use testkit::mail::{self, Message, Plan, Shape};
use testkit::sample::{Options, Sample};

use crate::common::{Lab, Mailbox, dovecot, message, put};

#[test]
fn mail_of_every_shape_arrives_with_its_bytes_dates_flags_order_and_subscriptions() {
    let Some(server) = dovecot() else { return };
    let (address, plan) = (server.address(), Plan { seed: 3, messages: 20 * Shape::ALL.len() });
    mail::fill(address, "shapes", plan).unwrap();
    let lab = Lab::between(address, address);
    let rows = "EmailAddress,UserName,Password,TargetUserName,TargetPassword\n\
                shapes@new.example,shapes,test,shapes-new,test\n";
    let batch = lab.migrate_batch(crate::common::lab::batch_from(rows));
    assert_eq!((batch.source_items, batch.synced_items, batch.skipped_items), (340, 340, 0));
    Mailbox::read(address, "shapes-new").assert_is(&Mailbox::read(address, "shapes"));
    lab.assert_perfect("shapes");
}

/// peers 2.3-10
#[test]
fn a_second_pass_appends_nothing() {
    let (from, to) = (Sample::start(Options::default()).unwrap(), Sample::start(Options::default()).unwrap());
    mail::fill(from.address(), "ada", Plan { seed: 1, messages: 60 }).unwrap();
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    assert_eq!(to.appended(), 60);
    let progress = lab.statistics("ada").progress;
    lab.pass();
    assert_eq!(to.appended(), 60);
    assert_eq!(lab.statistics("ada").progress.transferred_items, progress.transferred_items);
    Mailbox::read(to.address(), "ada").assert_is(&Mailbox::read(from.address(), "ada"));
}

#[test]
fn equal_messages_are_kept_as_often_as_the_source_has_them() {
    let (from, to) = (Sample::start(Options::default()).unwrap(), Sample::start(Options::default()).unwrap());
    let twin = message("twin");
    put(from.address(), "ada", "INBOX", [twin.clone(), message("other"), twin.clone(), twin]);
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    lab.pass();
    Mailbox::read(to.address(), "ada").assert_is(&Mailbox::read(from.address(), "ada"));
}

#[test]
fn users_are_kept_apart_and_none_is_forgotten() {
    let Some(server) = dovecot() else { return };
    let target = Sample::start(Options::default()).unwrap();
    let users = ["several1", "several2", "several3", "several4"];
    for (seed, user) in (50..).zip(users) {
        mail::fill(server.address(), user, Plan { seed, messages: 30 }).unwrap();
    }
    let lab = Lab::between(server.address(), target.address());
    assert_eq!(lab.migrate(&users).synced_items, 120);
    for user in users {
        Mailbox::read(target.address(), user).assert_is(&Mailbox::read(server.address(), user));
    }
}

/// O11, A4: what APPEND does not take, STORE may.
#[test]
fn flags_that_the_target_ignores_with_a_new_message_are_set_afterwards() {
    let flagged = |subject: &str, flags| Message { flags, ..message(subject) };
    let both = || vec!["\\Flagged", "\\Seen"];
    for (ignored, folder) in [(vec!["\\Flagged"], "INBOX"), (both(), "Work")] {
        let from = Sample::start(Options::default()).unwrap();
        let ignored_by_append = ignored.into_iter().map(str::to_owned).collect();
        let to = Sample::start(Options { ignored_by_append, ..Options::default() }).unwrap();
        put(
            from.address(),
            "ada",
            "INBOX",
            [flagged("one", both()), message("two"), flagged("three", both())],
        );
        put(from.address(), "ada", folder, [flagged("four", vec!["\\Seen"]), flagged("five", both())]);
        let lab = Lab::between(from.address(), to.address());
        lab.migrate(&["ada"]);
        Mailbox::read(to.address(), "ada").assert_is(&Mailbox::read(from.address(), "ada"));
        put(from.address(), "ada", folder, [flagged("six", both())]);
        lab.pass();
        Mailbox::read(to.address(), "ada").assert_is(&Mailbox::read(from.address(), "ada"));
        assert_eq!(to.appended(), 6);
    }
}

/// It says OK to whatever is to be set or taken away.
#[test]
fn flags_that_the_target_neither_keeps_nor_changes_are_named() {
    let flagged = |subject: &str, flags| Message { flags, ..message(subject) };
    for without in [&[][..], &["UIDPLUS"]] {
        let from = Sample::start(Options::default()).unwrap();
        let ignored_by_append = vec!["\\Flagged".to_owned()];
        let options = Options { ignored_by_append, ignores_store: true, ..Options::without(without) };
        let to = Sample::start(options).unwrap();
        put(from.address(), "ada", "Work", [flagged("one", vec!["\\Flagged", "\\Seen"]), message("two")]);
        let lab = Lab::between(from.address(), to.address());
        lab.migrate(&["ada"]);
        let named = |lab: &Lab| {
            let items = lab.skipped("ada").into_iter().filter(|item| item.kind == SkippedKind::FlagDropped);
            items.map(|item| item.error_message).collect::<Vec<_>>()
        };
        assert_eq!(named(&lab), ["the target folder does not keep the flags \\Flagged"]);
        let mut client = Client::login(from.address(), "ada", PASSWORD).unwrap();
        client.command("SELECT Work").unwrap();
        client.command("STORE 1 -FLAGS (\\Seen)").unwrap();
        client.command("STORE 2 +FLAGS (\\Answered)").unwrap();
        lab.pass();
        let [words] = named(&lab).try_into().unwrap();
        assert!(words.contains("\\Answered"), "{words}");
        let told = "does not take flags away that the source has not any more: \\Seen.";
        assert!(lab.statistics("ada").report.iter().any(|entry| entry.text.contains(told)));
        assert_eq!(lab.user().data_consistency_score, Some(DataConsistencyScore::Good));
    }
}
