//! What vanished from the target comes back when an admin asks for it; what its user has moved stays where it is.

use std::fs;
use std::path::Path;

use model::{Place, Security};
use testkit::PASSWORD;
use testkit::client::Client;
use testkit::mail;
use testkit::sample::{Fault, Moment, Options, Sample};

use crate::common::lab::{imap, source, target};
use crate::common::{Lab, message, put};

/// Two sample servers: `one`, `two` and `three` in INBOX, `four` and `five` in Work, copied from one to the other.
fn synced() -> (Sample, Sample, Lab) {
    let (from, to) = (Sample::start(Options::default()).unwrap(), Sample::start(Options::default()).unwrap());
    put(from.address(), "ada", "INBOX", ["one", "two", "three"].map(message));
    put(from.address(), "ada", "Work", ["four", "five"].map(message));
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    (from, to, lab)
}

fn subjects(server: &Sample, folder: &str) -> Vec<String> {
    let subject = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        text.split_once("Subject: ").unwrap().1.lines().next().unwrap().to_owned()
    };
    server.messages("ada", folder).iter().map(|message| subject(&message.bytes)).collect()
}

/// The lines of the user's report that tell of missing copies.
fn told(lab: &Lab) -> Vec<String> {
    let lines = lab.statistics("ada").report.into_iter().map(|entry| entry.text);
    lines.filter(|text| text.contains("missing on the target")).collect()
}

#[test]
fn missing_copies_are_copied_again_and_those_that_were_moved_stay_where_they_are() {
    let (_from, to, lab) = synced();
    mail::delete(to.address(), "ada", "INBOX", "1:2").unwrap();
    put(to.address(), "ada", "Kept", [message("one")]);
    lab.restore();
    assert_eq!((subjects(&to, "INBOX"), subjects(&to, "Kept")), (words("three two"), words("one")));
    let line = "Folder INBOX: 2 copies were missing on the target; 1 was copied again, 1 was found in another folder.";
    assert_eq!(told(&lab), [line]);
    lab.assert_perfect("ada");
    lab.pass();
    mail::delete(to.address(), "ada", "INBOX", "2").unwrap();
    lab.pass();
    assert_eq!(subjects(&to, "INBOX"), words("three"), "asked for once");
}

#[test]
fn a_copy_is_missed_also_where_other_mail_makes_up_for_it_in_the_count() {
    let (_from, to, lab) = synced();
    mail::delete(to.address(), "ada", "INBOX", "2").unwrap();
    put(to.address(), "ada", "INBOX", [message("arrived")]);
    lab.restore();
    assert_eq!(subjects(&to, "INBOX"), words("one three arrived two"));
}

#[test]
fn a_message_that_was_moved_into_a_folder_of_the_migration_stays_there() {
    let (_from, to, lab) = synced();
    mail::delete(to.address(), "ada", "INBOX", "3").unwrap();
    put(to.address(), "ada", "Work", [message("three")]);
    lab.restore();
    assert_eq!((subjects(&to, "INBOX"), subjects(&to, "Work")), (words("one two"), words("four five three")));
}

#[test]
fn the_copy_of_an_equal_message_is_not_taken_for_one_that_was_moved() {
    let (from, to, lab) = synced();
    put(from.address(), "ada", "Work", [message("one")]);
    lab.pass();
    mail::delete(to.address(), "ada", "INBOX", "1").unwrap();
    lab.restore();
    assert_eq!(
        (subjects(&to, "INBOX"), subjects(&to, "Work")),
        (words("two three one"), words("four five one"))
    );
}

#[test]
fn a_folder_that_was_deleted_is_made_and_filled_again() {
    let (_from, to, lab) = synced();
    Client::login(to.address(), "ada", PASSWORD).unwrap().command("DELETE Work").unwrap();
    lab.pass();
    lab.restore();
    assert_eq!(subjects(&to, "Work"), words("four five"));
    assert_eq!(told(&lab), ["Folder Work: 2 copies were missing on the target; 2 were copied again."]);
}

#[test]
fn an_ok_that_was_lost_while_copies_were_restored_doubles_nothing() {
    let (from, to, lab) = synced();
    put(from.address(), "ada", "Work", [message("one")]);
    lab.pass();
    mail::delete(to.address(), "ada", "INBOX", "1:3").unwrap();
    mail::delete(to.address(), "ada", "Work", "1,3").unwrap();
    to.inject(Fault::Close { nth: 1, moment: Moment::BeforeOk });
    lab.restore();
    assert_eq!(subjects(&to, "INBOX"), words("one two three"));
    assert_eq!(
        subjects(&to, "Work"),
        words("five four one"),
        "an equal copy that was restored is nobody else's"
    );
    lab.assert_perfect("ada");
}

#[test]
fn a_folder_that_came_back_from_a_backup_gets_what_the_backup_lacks() {
    let (_from, to, lab) = synced();
    to.set_back("ada", "INBOX", 2);
    // It has the UID of a copy that is missing.
    put(to.address(), "ada", "INBOX", [message("new")]);
    lab.restore();
    assert_eq!(subjects(&to, "INBOX"), words("one new two three"));
    assert_eq!(told(&lab), ["Folder INBOX: 2 copies were missing on the target; 2 were copied again."]);
}

#[test]
fn nothing_is_missing_where_all_is_there_and_that_is_said() {
    let (_from, to, lab) = synced();
    lab.restore();
    assert_eq!(told(&lab), ["No copies were found to be missing on the target."]);
    assert_eq!(to.appended(), 5);
}

#[test]
fn files_of_a_tree_come_back_unless_they_lie_in_another_folder() {
    let from = Sample::start(Options::default()).unwrap();
    put(from.address(), "ada", "INBOX", ["one", "two", "three"].map(message));
    put(from.address(), "ada", "Work", ["four", "five"].map(message));
    let trees = tempfile::tempdir().unwrap();
    let path = trees.path().display().to_string();
    let lab = Lab::with(source(imap(from.address(), Security::None)), target(Place::Maildir { path }));
    lab.migrate(&["ada"]);
    let tree = trees.path().join("ada");
    let inbox = files(&tree);
    fs::remove_file(&inbox[0]).unwrap();
    fs::create_dir_all(tree.join(".Kept/cur")).unwrap();
    fs::create_dir_all(tree.join(".Kept/new")).unwrap();
    fs::rename(&inbox[1], tree.join(".Kept/cur").join(inbox[1].file_name().unwrap())).unwrap();
    fs::remove_dir_all(tree.join(".Work")).unwrap();
    lab.restore();
    assert_eq!(
        (files(&tree).len(), files(&tree.join(".Work")).len(), files(&tree.join(".Kept")).len()),
        (2, 2, 1)
    );
    let lines = [
        "Folder INBOX: 2 copies were missing on the target; 1 was copied again, 1 was found in another folder.",
        "Folder Work: 2 copies were missing on the target; 2 were copied again.",
    ];
    assert_eq!(told(&lab), lines);
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files: Vec<_> =
        fs::read_dir(folder.join("cur")).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}
