//! Servers that can less: the same result on another way.

use testkit::dovecot;
use testkit::mail::{self, Plan};
use testkit::sample::{Options, Sample};

use crate::common::{Lab, Mailbox, fresh_dovecot, message, put};

/// Migrates to a target without these capabilities, and again with nothing to do.
fn arrives_without(capabilities: &[&str]) {
    let from = Sample::start(Options::without(capabilities)).unwrap();
    let to = Sample::start(Options::without(capabilities)).unwrap();
    mail::fill(from.address(), "ada", Plan { seed: 8, messages: 60 }).unwrap();
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    Mailbox::read(to.address(), "ada").assert_is(&Mailbox::read(from.address(), "ada"));
    mail::append(from.address(), "ada", "INBOX", 80, 5).unwrap();
    mail::add_flags(from.address(), "ada", "INBOX", "1:3", &["$Later".to_owned()]).unwrap();
    lab.pass();
    assert_eq!(to.appended(), 65);
    Mailbox::read(to.address(), "ada").assert_is(&Mailbox::read(from.address(), "ada"));
}

/// A6
#[test]
fn without_uidplus_copies_are_found_in_the_tail() {
    arrives_without(&["UIDPLUS"]);
}

/// U2: the folder is selected before anything is appended to it, because something lies in it.
#[test]
fn copies_are_found_in_the_tail_where_the_server_tells_of_them_only_when_asked() {
    let from = Sample::start(Options::default()).unwrap();
    let to = Sample::start(Options { tells_by_noop: true, ..Options::without(&["UIDPLUS"]) }).unwrap();
    put(to.address(), "ada", "INBOX", [message("one")]);
    put(from.address(), "ada", "INBOX", ["one", "two", "three"].map(message));
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    mail::add_flags(from.address(), "ada", "INBOX", "1:3", &["$Later".to_owned()]).unwrap();
    lab.pass();
    Mailbox::read(to.address(), "ada").assert_is(&Mailbox::read(from.address(), "ada"));
    assert_eq!(to.messages("ada", "INBOX").len(), 3);
}

#[test]
fn without_non_synchronizing_literals_each_message_waits_for_leave() {
    arrives_without(&["LITERAL+"]);
}

/// I3
#[test]
fn without_multiappend_each_message_has_its_own_command() {
    arrives_without(&["MULTIAPPEND"]);
}

/// H1
#[test]
fn without_namespace_names_are_taken_as_they_are() {
    arrives_without(&["NAMESPACE"]);
}

/// Y2: by parts.
#[test]
fn a_limit_of_messages_a_command_is_kept_and_everything_arrives() {
    let mut limited = Options::default();
    limited.capabilities.push("MESSAGELIMIT=7".to_owned());
    let (from, to) = (Sample::start(limited.clone()).unwrap(), Sample::start(limited).unwrap());
    mail::fill(from.address(), "ada", Plan { seed: 8, messages: 60 }).unwrap();
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    mail::add_flags(from.address(), "ada", "INBOX", "1:9", &["$Later".to_owned()]).unwrap();
    lab.pass();
    assert_eq!(to.appended(), 60);
    Mailbox::read(to.address(), "ada").assert_is(&Mailbox::read(from.address(), "ada"));
}

/// C4, I2, peers 2.3-3, peers 2.4: what is offered and refused is done in the old way, and an APPENDLIMIT in another
/// unit keeps nobody from trying.
#[test]
fn capabilities_that_the_server_lies_about_are_done_without() {
    let mut lying = Options::default();
    lying
        .capabilities
        .extend(["LIST-EXTENDED", "LIST-STATUS", "STATUS=SIZE", "APPENDLIMIT=35"].map(str::to_owned));
    let (from, to) = (Sample::start(lying.clone()).unwrap(), Sample::start(lying).unwrap());
    mail::fill(from.address(), "ada", Plan { seed: 8, messages: 30 }).unwrap();
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    Mailbox::read(to.address(), "ada").assert_is(&Mailbox::read(from.address(), "ada"));
    lab.pass();
    assert_eq!(to.appended(), 30);
}

#[test]
fn with_bare_imap4rev1_everything_arrives() {
    arrives_without(&[
        "UIDPLUS",
        "LITERAL+",
        "MULTIAPPEND",
        "NAMESPACE",
        "UNSELECT",
        "SPECIAL-USE",
        "CHILDREN",
        "ID",
        "SASL-IR",
        "AUTH=PLAIN",
    ]);
}

#[test]
fn a_real_server_that_hides_what_it_can_is_believed() {
    let bare = dovecot::Options { capability: Some("IMAP4rev1".to_owned()), ..Default::default() };
    let Some(server) = fresh_dovecot(&bare) else { return };
    let from = Sample::start(Options::default()).unwrap();
    mail::fill(from.address(), "ada", Plan { seed: 4, messages: 60 }).unwrap();
    let lab = Lab::between(from.address(), server.address());
    lab.migrate(&["ada"]);
    lab.pass();
    Mailbox::read(server.address(), "ada").assert_is(&Mailbox::read(from.address(), "ada"));
}
