//! What a verification says, and of what it says nothing.

use model::BatchOptions;
use model::contract::{FolderVerificationView, Item, NewBatch, Operation, UserIdentity};
use testkit::client::Client;
use testkit::sample::{Options, Poison, Sample};
use testkit::{Address, PASSWORD};

use crate::common::lab::{address_of, batch_of};
use crate::common::{Lab, message, message_with, put};

/// Three messages in a folder.
fn filled(options: Options) -> Sample {
    let server = Sample::start(options).unwrap();
    put(server.address(), "ada", "Work", ["one", "two", "three"].map(message));
    server
}

/// The folder as it is compared after a migration.
fn compared(from: &Address, to: &Address) -> FolderVerificationView {
    let lab = Lab::between(from, to);
    lab.migrate(&["ada"]);
    verified(&lab)
}

fn verified(lab: &Lab) -> FolderVerificationView {
    let answer = lab.ask(Operation::VerifyUser(UserIdentity { identity: address_of("ada") })).unwrap();
    let folder = answer.into_iter().find_map(|item| match item {
        Item::FolderVerification(folder) if folder.source_folder == "Work" => Some(*folder),
        _ => None,
    });
    folder.unwrap()
}

#[test]
fn messages_that_a_side_counts_and_does_not_list_are_a_difference() {
    let short = || Options { phantoms: 2, ..Options::default() };
    let hiding = Options { hidden: 2, ..Options::default() };
    for (from, to, side) in [
        (short(), Options::default(), "source"),
        (hiding, Options::default(), "source"),
        (Options::default(), short(), "target"),
    ] {
        let (from, to) = (filled(from), Sample::start(to).unwrap());
        let folder = compared(from.address(), to.address());
        let told =
            format!("the {side} counts 5 messages and lists 3: what it does not list was not compared");
        assert_eq!((folder.identical, folder.differences), (false, vec![told]));
    }
}

#[test]
fn a_message_that_is_listed_and_does_not_come_is_a_difference() {
    for (answer, words) in [("", ""), ("NO [SERVERBUG] Oh", ": NO [SERVERBUG] Oh")] {
        let to = Sample::start(Options::default()).unwrap();
        let unreadable = vec![Poison { bytes: b"unreadable".to_vec(), response: answer.to_owned() }];
        let from = Sample::start(Options { unreadable, ..Options::default() }).unwrap();
        put(from.address(), "ada", "Work", [message("one"), message_with("two", "unreadable")]);
        let folder = compared(from.address(), to.address());
        let told = format!("the source lists its message 2 and delivers nothing of it{words}");
        assert_eq!((folder.source_items, folder.differences), (1, vec![told]));
    }
}

#[test]
fn a_size_that_is_told_wrong_is_none() {
    let from = filled(Options { size_error: 7, ..Options::default() });
    let to = Sample::start(Options { size_error: 9, ..Options::default() }).unwrap();
    assert!(compared(from.address(), to.address()).identical);
}

#[test]
fn a_folder_that_the_target_does_not_have_is_a_difference_though_it_is_empty() {
    let from = Sample::start(Options::default()).unwrap();
    let to = Sample::start(Options::default()).unwrap();
    put(from.address(), "ada", "Work", []);
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    assert!(verified(&lab).identical);
    Client::login(to.address(), "ada", PASSWORD).unwrap().command("DELETE Work").unwrap();
    assert_eq!(verified(&lab).differences, ["the target has no such folder"]);
}

#[test]
fn an_analysis_of_the_same_user_hides_no_copy() {
    let (from, to) = (filled(Options::default()), Sample::start(Options::default()).unwrap());
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    let options = BatchOptions { analyze: true, ..BatchOptions::default() };
    let analysis =
        NewBatch { name: "look".to_owned(), target_endpoint: None, options, ..batch_of(&["ada", "bob"]) };
    lab.ask(Operation::NewBatch(Box::new(analysis))).unwrap();
    assert!(verified(&lab).identical);
    let error = lab.ask(Operation::VerifyUser(UserIdentity { identity: address_of("bob") })).unwrap_err();
    assert!(error.message.contains("batch `look` only analyzes"), "{error}");
}

#[test]
fn a_message_of_which_the_source_delivers_less_than_it_tells_is_a_difference() {
    fn keeps_the_first_100(message: &[u8]) -> &[u8] {
        if message.ends_with(b"cut\r\n") { message.get(..100).unwrap_or(message) } else { message }
    }
    let from = Sample::start(Options { delivers_of: keeps_the_first_100, ..Options::default() }).unwrap();
    let to = Sample::start(Options::default()).unwrap();
    let bodies = ["whole", "cut", "whole"];
    put(from.address(), "ada", "Work", bodies.map(|body| message_with(&"subject ".repeat(20), body)));
    let folder = compared(from.address(), to.address());
    let size = from.messages("ada", "Work")[1].bytes.len();
    let told = format!("the source delivers 100 of the {size} bytes that it says its message 2 has");
    assert_eq!((folder.identical, folder.differences), (false, vec![told]));
}
