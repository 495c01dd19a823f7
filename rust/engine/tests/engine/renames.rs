//! Folders that were renamed, on either side: nothing is copied again, and what comes later goes where they are now.

use testkit::client::Client;
use testkit::mail;
use testkit::sample::{Options, Sample};
use testkit::{Address, PASSWORD};

use crate::common::{Lab, Mailbox, message, put};

/// Servers that tell folders apart by numbers, by identifiers, and by neither.
fn kinds() -> [Options; 3] {
    let mut with_ids = Options::default();
    with_ids.capabilities.push("OBJECTID".to_owned());
    let of_one_number = Options { one_uid_validity: Some(1), ..Options::default() };
    [Options::default(), with_ids, of_one_number]
}

/// These folders with two messages each, migrated.
fn synced(options: &Options, folders: &[&str]) -> (Sample, Sample, Lab) {
    let (from, to) = (Sample::start(options.clone()).unwrap(), Sample::start(options.clone()).unwrap());
    fill(&from, folders);
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    (from, to, lab)
}

fn fill(server: &Sample, folders: &[&str]) {
    for folder in folders {
        let name = folder.replace('/', "-");
        put(server.address(), "ada", folder, ["1", "2"].map(|n| message(&format!("{name}-{n}"))));
    }
}

fn command(address: &Address, command: &str) {
    Client::login(address, "ada", PASSWORD).unwrap().command(command).unwrap();
}

fn rename(server: &Sample, from: &str, to: &str) {
    command(server.address(), &format!("RENAME \"{from}\" \"{to}\""));
}

/// How many lines of the report hold all of these.
fn told(lab: &Lab, words: &[&str]) -> usize {
    let report = lab.statistics("ada").report;
    report.iter().filter(|entry| words.iter().all(|word| entry.text.contains(word))).count()
}

/// New mail and flags of a folder reach its copy, and no more is copied than that.
fn assert_follows(from: &Sample, to: &Sample, lab: &Lab, folder: &str, copy: &str) {
    let (appended, before) = (to.appended(), to.messages("ada", copy).len());
    put(from.address(), "ada", folder, [message("later")]);
    mail::add_flags(from.address(), "ada", folder, "1", &["\\Flagged".to_owned()]).unwrap();
    lab.pass();
    let after = to.messages("ada", copy);
    assert_eq!((to.appended(), after.len()), (appended + 1, before + 1));
    assert!(after[before - 2].flags.contains("\\Flagged"), "{after:?}");
}

#[test]
fn a_folder_that_is_renamed_on_the_source_is_renamed_on_the_target() {
    for options in kinds() {
        let (from, to, lab) = synced(&options, &["Plans", "Work", "Work/Old"]);
        rename(&from, "Work", "Job");
        lab.pass();
        assert_eq!(to.folders("ada"), ["INBOX", "Job", "Job/Old", "Plans"]);
        assert_eq!(to.appended(), 6);
        assert_eq!(
            told(&lab, &["Folder Job: it was renamed on the source, where it was Work", "in Job now"]),
            1
        );
        assert_eq!(told(&lab, &["Folder Job/Old: it was renamed", "in Job/Old now"]), 1);
        lab.assert_perfect("ada");
        assert_follows(&from, &to, &lab, "Job/Old", "Job/Old");
        assert_eq!(told(&lab, &["renamed"]), 2);
    }
}

#[test]
fn the_copy_of_a_renamed_folder_stays_where_it_was_not_made_by_us() {
    let (from, to) = (Sample::start(Options::default()).unwrap(), Sample::start(Options::default()).unwrap());
    fill(&from, &["Work", "Work/Old"]);
    fill(&to, &["Work"]);
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    rename(&from, "Work", "Job");
    lab.pass();
    assert_eq!(
        (to.folders("ada"), to.appended()),
        (["INBOX", "Work", "Work/Old"].map(str::to_owned).to_vec(), 4)
    );
    assert_eq!(told(&lab, &["Folder Job:", "stays in Work, as that folder was there before"]), 1);
    assert_follows(&from, &to, &lab, "Job", "Work");
}

#[test]
fn the_copy_of_a_renamed_folder_stays_where_its_new_name_is_taken() {
    let (from, to, lab) = synced(&Options::default(), &["Work"]);
    put(to.address(), "ada", "Job", [message("of the target's own")]);
    rename(&from, "Work", "Job");
    lab.pass();
    assert_eq!((to.messages("ada", "Job").len(), to.messages("ada", "Work").len(), to.appended()), (1, 2, 3));
    assert_eq!(told(&lab, &["Folder Job:", "stays in Work, as the target has another folder Job"]), 1);
    assert_follows(&from, &to, &lab, "Job", "Work");
}

#[test]
fn a_folder_that_is_renamed_on_the_target_is_followed() {
    for options in kinds() {
        let (from, to, lab) = synced(&options, &["Plans", "Work", "Work/Old"]);
        rename(&to, "Work", "Job");
        put(from.address(), "ada", "Work", [message("new")]);
        lab.pass();
        assert_eq!(to.folders("ada"), ["INBOX", "Job", "Job/Old", "Plans"]);
        assert_eq!((to.appended(), to.messages("ada", "Job").len()), (7, 3));
        assert_eq!(
            told(&lab, &["Folder Work:", "renamed on the target from Work to Job, and is followed"]),
            1
        );
        assert_follows(&from, &to, &lab, "Work/Old", "Job/Old");
        assert_eq!(told(&lab, &["renamed"]), 2);
    }
}

#[test]
fn a_folder_that_is_renamed_on_both_sides_is_followed_on_both() {
    for (on_target, copy) in [("Job", "Job"), ("Mine", "Job")] {
        let (from, to, lab) = synced(&Options::default(), &["Plans", "Work"]);
        rename(&from, "Work", "Job");
        rename(&to, "Work", on_target);
        lab.pass();
        assert_eq!(to.appended(), 4);
        assert_follows(&from, &to, &lab, "Job", copy);
    }
}

#[test]
fn a_new_folder_under_the_name_of_a_renamed_one_is_another() {
    let (from, to, lab) = synced(&Options::default(), &["Work", "Zoo"]);
    rename(&from, "Work", "Job");
    rename(&from, "Zoo", "Work");
    put(from.address(), "ada", "Zoo", [message("new")]);
    lab.pass();
    assert_eq!(to.appended(), 5);
    assert_eq!(["Job", "Zoo"].map(|name| to.messages("ada", name).len()), [2, 1]);
    assert_follows(&from, &to, &lab, "Job", "Job");
    assert_eq!(Mailbox::read(to.address(), "ada").folder("Work").len(), 2);
}

#[test]
fn a_renamed_folder_that_was_numbered_anew_is_known_by_its_messages() {
    let (from, to, lab) = synced(&Options::default(), &["Plans", "Work"]);
    rename(&from, "Work", "Job");
    from.renumber("ada", "Job");
    rename(&to, "Plans", "Mine");
    to.renumber("ada", "Mine");
    lab.pass();
    assert_eq!((to.folders("ada"), to.appended()), (["INBOX", "Job", "Mine"].map(str::to_owned).to_vec(), 4));
    assert_follows(&from, &to, &lab, "Job", "Job");
    assert_follows(&from, &to, &lab, "Plans", "Mine");
}

/// Where all folders have one UIDVALIDITY, a new folder has the numbers of one that was deleted.
#[test]
fn another_folder_is_not_taken_for_one_that_is_gone() {
    let (from, to, lab) = synced(&Options { one_uid_validity: Some(1), ..Options::default() }, &["Work"]);
    command(from.address(), "DELETE Work");
    fill(&from, &["Job"]);
    lab.pass();
    assert_eq!((to.messages("ada", "Work").len(), to.messages("ada", "Job").len()), (2, 2));
    command(to.address(), "DELETE Job");
    put(to.address(), "ada", "Mine", ["a", "b"].map(message));
    put(from.address(), "ada", "Job", [message("new")]);
    lab.pass();
    assert_eq!(to.messages("ada", "Mine").len(), 2);
    assert_eq!(told(&lab, &["renamed"]), 0);
}

#[test]
fn what_was_left_behind_of_a_renamed_folder_is_told_under_its_new_name() {
    let refusal =
        |bytes: &[u8]| bytes.windows(6).any(|at| at == b"Work-2").then_some("NO [CANNOT] Not this one");
    let from = Sample::start(Options::default()).unwrap();
    let to = Sample::start(Options { message_refusal: refusal, ..Options::default() }).unwrap();
    fill(&from, &["Work"]);
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    rename(&from, "Work", "Job");
    lab.pass();
    let [item] = lab.skipped("ada").try_into().unwrap();
    assert_eq!((item.folder_name.as_str(), item.uid), ("Job", Some(2)));
}
