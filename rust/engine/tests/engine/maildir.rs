//! Maildir trees as targets, opened by a real server afterwards.

use std::path::Path;

use model::Place;
use model::contract::NewBatch;
use testkit::dovecot::{Layout, Options};
use testkit::mail::{self, Plan};
use testkit::sample::{self, Sample};

use crate::common::lab::{address_of, source, target};
use crate::common::{Lab, Mailbox, batch_of, fresh_dovecot, message, put};

fn lab(from: &testkit::Address, trees: &Path) -> Lab {
    let path = trees.display().to_string();
    Lab::with(source(crate::common::lab::imap(from, model::Security::None)), target(Place::Maildir { path }))
}

/// Without a TargetUserName a tree is named after the address.
fn batch() -> NewBatch {
    let csv = format!("EmailAddress,UserName,Password\n{},ada,test\n", address_of("ada"));
    crate::common::lab::batch_from(&csv)
}

#[test]
fn a_tree_opens_in_dovecot_with_the_same_bytes_dates_flags_order_and_subscriptions() {
    let options = Options { layout: Layout::MaildirPlusPlus, separator: '.', ..Options::default() };
    let Some(server) = fresh_dovecot(&options) else { return };
    mail::fill(server.address(), "ada", Plan { seed: 11, messages: 200 }).unwrap();
    let trees = tempfile::tempdir().unwrap();
    let lab = lab(server.address(), trees.path());
    lab.migrate_batch(batch());
    server.place_maildir("reader", &trees.path().join(address_of("ada"))).unwrap();
    Mailbox::read(server.address(), "reader").assert_is(&Mailbox::read(server.address(), "ada"));
}

#[test]
fn a_tree_is_kept_in_step_and_nothing_is_written_twice() {
    let from = Sample::start(sample::Options::default()).unwrap();
    mail::fill(from.address(), "ada", Plan { seed: 12, messages: 40 }).unwrap();
    let trees = tempfile::tempdir().unwrap();
    let lab = lab(from.address(), trees.path());
    lab.migrate(&["ada"]);
    let tree = trees.path().join("ada");
    let before = files(&tree);

    put(from.address(), "ada", "INBOX", [message("late")]);
    mail::add_flags(from.address(), "ada", "INBOX", "1", &["\\Flagged".to_owned()]).unwrap();
    lab.pass();
    let after = files(&tree);
    assert_eq!(after.len(), before.len() + 1);
    assert_eq!(
        after.iter().filter(|name| !before.contains(name)).count(),
        2,
        "the new one, and the one flagged"
    );
}

#[test]
fn a_tree_that_is_there_already_is_recognised_by_a_store_that_knows_nothing() {
    let from = Sample::start(sample::Options::default()).unwrap();
    mail::fill(from.address(), "ada", Plan { seed: 13, messages: 40 }).unwrap();
    let trees = tempfile::tempdir().unwrap();
    lab(from.address(), trees.path()).migrate_batch(batch_of(&["ada"]));
    let before = files(&trees.path().join("ada"));
    let second = lab(from.address(), trees.path());
    second.migrate(&["ada"]);
    assert_eq!(files(&trees.path().join("ada")), before);
    assert_eq!(second.statistics("ada").progress.transferred_items, 0);
}

/// The messages of a tree, by their paths.
fn files(tree: &Path) -> Vec<String> {
    let folders = std::fs::read_dir(tree).unwrap().map(|entry| entry.unwrap().path());
    let folders = folders.filter(|path| path.join("cur").is_dir()).map(|path| path.join("cur"));
    let mut files: Vec<String> = folders
        .chain([tree.join("cur")])
        .flat_map(|folder| std::fs::read_dir(folder).unwrap())
        .map(|entry| entry.unwrap().path().display().to_string())
        .collect();
    files.sort();
    files
}
