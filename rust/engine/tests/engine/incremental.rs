//! What later passes bring over, and what they leave alone.

use model::contract::{Item, Operation, UserIdentity};
use testkit::client::Client;
use testkit::dovecot;
use testkit::mail::{self, Message};
use testkit::sample::{Options, Sample};
use testkit::{Address, PASSWORD};

use crate::common::lab::address_of;
use crate::common::{Lab, Mailbox, batch_of, fresh_dovecot, message, put};

/// Two sample servers, with messages `one`, `two` and `three` copied from one to the other.
fn synced() -> (Sample, Sample, Lab) {
    let (from, to) = (Sample::start(Options::default()).unwrap(), Sample::start(Options::default()).unwrap());
    put(from.address(), "ada", "INBOX", ["one", "two", "three"].map(message));
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    (from, to, lab)
}

fn flag(address: &Address, message: u32, change: &str) {
    let mut client = Client::login(address, "ada", PASSWORD).unwrap();
    client.command("SELECT INBOX").unwrap();
    client.command(&format!("STORE {message} {change}")).unwrap();
}

fn flags(address: &Address, message: usize) -> Vec<String> {
    let mailbox = Mailbox::read(address, "ada");
    mailbox.folder("INBOX")[message - 1].flags.iter().cloned().collect()
}

#[test]
fn new_messages_and_new_folders_follow_and_nothing_else_is_appended() {
    let (from, to, lab) = synced();
    put(from.address(), "ada", "INBOX", [message("four")]);
    put(from.address(), "ada", "Later", [message("five")]);
    lab.pass();
    assert_eq!(to.appended(), 5);
    Mailbox::read(to.address(), "ada").assert_is(&Mailbox::read(from.address(), "ada"));
}

#[test]
fn flags_that_the_source_sets_and_takes_away_follow() {
    let (from, to, lab) = synced();
    flag(from.address(), 1, "+FLAGS (\\Seen $Label1)");
    lab.pass();
    assert_eq!(flags(to.address(), 1), ["$Label1", "\\Seen"]);
    flag(from.address(), 1, "-FLAGS (\\Seen)");
    lab.pass();
    assert_eq!(flags(to.address(), 1), ["$Label1"]);
    assert_eq!(to.appended(), 3);
}

/// O9: what it means is the users' affair.
#[test]
fn keywords_of_programs_go_over_with_a_new_message_and_with_an_old_one() {
    let (from, to, lab) = synced();
    put(
        from.address(),
        "ada",
        "INBOX",
        [Message { flags: vec!["$MDNSent", "$Forwarded"], ..message("four") }],
    );
    flag(from.address(), 1, "+FLAGS ($MDNSent)");
    lab.pass();
    assert_eq!(flags(to.address(), 4), ["$Forwarded", "$MDNSent"]);
    assert_eq!(flags(to.address(), 1), ["$MDNSent"]);
    lab.assert_perfect("ada");
}

/// A1, I6, N3, U4, O22, peers 2.3-9: searches find too little or too much, GNU's server writes into messages of folders that
/// are selected, MOVE tells wrong UIDs, and EXPUNGE destroys.
#[test]
fn a_migration_reads_appends_and_sets_flags_and_nothing_else() {
    let (from, to) = (Sample::start(Options::default()).unwrap(), Sample::start(Options::default()).unwrap());
    put(from.address(), "ada", "INBOX", ["one", "two", "three"].map(message));
    put(to.address(), "ada", "INBOX", [message("two"), message("other")]);
    let lab = Lab::between(from.address(), to.address());
    let mut batch = batch_of(&["ada"]);
    batch.options.content_filter = Some("Received -ge '2020/1/1'".to_owned());
    lab.migrate_batch(batch);
    flag(from.address(), 1, "+FLAGS (\\Seen $Label1)");
    put(from.address(), "ada", "Later", [message("four")]);
    lab.pass();
    assert_eq!(to.messages("ada", "INBOX").len(), 4);
    let words = ["SEARCH", "MOVE", "COPY", "EXPUNGE", "CLOSE", "DELETE", "RENAME"];
    for (server, command) in [(&from, "UID FETCH"), (&to, "UID STORE")] {
        let commands = server.commands();
        assert!(commands.contains(command), "{commands:?}");
        let forbidden = |command: &&String| words.iter().any(|word| command.contains(word));
        assert_eq!(commands.iter().filter(forbidden).count(), 0, "{commands:?}");
    }
}

#[test]
fn flags_that_the_user_changed_on_the_target_stay() {
    let (from, to, lab) = synced();
    flag(to.address(), 1, "+FLAGS (\\Answered)");
    flag(to.address(), 2, "+FLAGS (\\Seen)");
    flag(from.address(), 1, "+FLAGS (\\Seen)");
    lab.pass();
    assert_eq!(flags(to.address(), 1), ["\\Answered", "\\Seen"]);
    assert_eq!(flags(to.address(), 2), ["\\Seen"]);
}

/// G12, A7
#[test]
fn what_is_deleted_on_the_source_stays_on_the_target() {
    let (from, to, lab) = synced();
    mail::delete(from.address(), "ada", "INBOX", "1:3").unwrap();
    put(from.address(), "ada", "INBOX", [message("four")]);
    lab.pass();
    let subjects = Mailbox::read(to.address(), "ada").folder("INBOX").len();
    assert_eq!((subjects, to.appended()), (4, 4));
}

/// G6
#[test]
fn what_the_user_deleted_on_the_target_does_not_come_back() {
    let (_from, to, lab) = synced();
    mail::delete(to.address(), "ada", "INBOX", "2").unwrap();
    lab.pass();
    assert_eq!(Mailbox::read(to.address(), "ada").folder("INBOX").len(), 2);
    assert_eq!(to.appended(), 3);
}

#[test]
fn mail_that_arrives_on_the_target_stays_and_is_not_taken_for_a_copy() {
    let (from, to, lab) = synced();
    put(to.address(), "ada", "INBOX", [message("arrived")]);
    put(from.address(), "ada", "INBOX", [message("four")]);
    lab.pass();
    assert_eq!(Mailbox::read(to.address(), "ada").folder("INBOX").len(), 5);
}

#[test]
fn a_folder_that_was_deleted_on_the_target_stays_away_until_there_is_new_mail_for_it() {
    let (from, to, lab) = synced();
    put(from.address(), "ada", "Work", ["a", "b"].map(message));
    lab.pass();
    Client::login(to.address(), "ada", PASSWORD).unwrap().command("DELETE Work").unwrap();
    lab.pass();
    assert!(!Mailbox::read(to.address(), "ada").folders.contains_key("Work"));
    put(from.address(), "ada", "Work", ["c"].map(message));
    lab.pass();
    assert_eq!(to.messages("ada", "Work").len(), 1, "what was deleted is not revived");
}

/// peers 2.3-6: nothing changed on the source, and so only a verification looks.
#[test]
fn what_was_lost_on_the_target_shows_when_it_is_verified() {
    let (_from, to, lab) = synced();
    mail::delete(to.address(), "ada", "INBOX", "2").unwrap();
    lab.pass();
    lab.assert_perfect("ada");
    let verification = Operation::VerifyUser(UserIdentity { identity: address_of("ada") });
    let answer = lab.ask(verification).unwrap();
    let [Item::FolderVerification(folder)] = answer.as_slice() else { panic!("{answer:?}") };
    assert_eq!((folder.source_items, folder.target_items, folder.identical), (3, 2, false));
}

/// The source lists changes only, and then all of it, as the count does not fit.
#[test]
fn flags_follow_where_a_listing_of_changes_has_to_be_completed_after_a_deletion() {
    let Some(from) = fresh_dovecot(&dovecot::Options::default()) else { return };
    let to = Sample::start(Options::default()).unwrap();
    let flags_of = [vec!["\\Seen"], vec!["\\Flagged"], vec!["\\Answered"], vec![], vec!["\\Seen", "$Label1"]];
    let mail = flags_of
        .iter()
        .enumerate()
        .map(|(n, flags)| Message { flags: flags.clone(), ..message(&n.to_string()) });
    put(from.address(), "ada", "INBOX", mail.collect::<Vec<_>>());
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    mail::delete(from.address(), "ada", "INBOX", "1").unwrap();
    flag(from.address(), 4, "-FLAGS (\\Seen)");
    lab.pass();
    let now: Vec<_> = [1, 2, 3, 4, 5].map(|uid| flags(to.address(), uid)).into();
    let expected = [vec!["\\Seen"], vec!["\\Flagged"], vec!["\\Answered"], vec![], vec!["$Label1"]];
    assert_eq!(now, expected);
    assert_eq!(to.appended(), 5);
}
