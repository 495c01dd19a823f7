//! Which folders are copied, and where they go.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use model::SkippedKind;
use testkit::dovecot::Options;
use testkit::mail::{self, Plan};
use testkit::sample::{self, Sample};

use crate::common::lab::{address_of, batch_from};
use crate::common::{Lab, Mailbox, batch_of, fresh_dovecot, message, put};

/// U1, A5, C6, D3, D7: everything lies below `INBOX.` on one side, and nothing does on the other.
#[test]
fn a_prefix_and_another_separator_come_and_go() {
    let courier = Options { prefix: "INBOX.".to_owned(), separator: '.', ..Options::default() };
    let (Some(with), Some(without)) = (fresh_dovecot(&courier), fresh_dovecot(&Options::default())) else {
        return;
    };
    for (from, to) in [(&with, &without), (&without, &with)] {
        mail::fill(from.address(), "ada", Plan { seed: 21, messages: 40 }).unwrap();
        let lab = Lab::between(from.address(), to.address());
        lab.migrate_batch(batch_from(&format!(
            "EmailAddress,UserName,Password,TargetUserName,TargetPassword\n{},ada,test,copy,test\n",
            address_of("ada")
        )));
        Mailbox::read(to.address(), "copy").assert_is(&Mailbox::read(from.address(), "ada"));
    }
}

fn names(server: &Sample) -> Vec<String> {
    let mut names = server.folders("ada");
    names.sort();
    names
}

fn three_folders() -> (Sample, Sample) {
    let (from, to) = (
        Sample::start(sample::Options::default()).unwrap(),
        Sample::start(sample::Options::default()).unwrap(),
    );
    for folder in ["INBOX", "Projects", "Projects/Secret", "Trash"] {
        put(from.address(), "ada", folder, [message(&folder.replace('/', "-"))]);
    }
    (from, to)
}

#[test]
fn excluded_folders_stay_behind_with_all_below_them() {
    let (from, to) = three_folders();
    let mut batch = batch_of(&["ada"]);
    batch.options.exclude_folders = vec!["projects".to_owned(), "#DeletedItems#/*".to_owned()];
    Lab::between(from.address(), to.address()).migrate_batch(batch);
    assert_eq!(names(&to), ["INBOX"]);
}

#[test]
fn included_folders_are_the_only_ones() {
    let (from, to) = three_folders();
    let mut batch = batch_of(&["ada"]);
    batch.options.include_folders = vec!["Projects/*".to_owned()];
    Lab::between(from.address(), to.address()).migrate_batch(batch);
    assert_eq!(to.messages("ada", "Projects/Secret").len(), 1);
    assert!(to.messages("ada", "INBOX").is_empty());
}

/// U5: an administrator sees the user's mail below a path.
#[test]
fn a_user_root_becomes_the_mailbox() {
    let (from, to) = (
        Sample::start(sample::Options::default()).unwrap(),
        Sample::start(sample::Options::default()).unwrap(),
    );
    for folder in ["users/ada", "users/ada/Sent", "users/bob", "INBOX"] {
        put(from.address(), "admin", folder, [message(&folder.replace('/', "-"))]);
    }
    let csv = format!(
        "EmailAddress,UserName,Password,UserRoot,TargetUserName,TargetPassword\n{},admin,test,/users/ada,ada,test\n",
        address_of("ada")
    );
    Lab::between(from.address(), to.address()).migrate_batch(batch_from(&csv));
    let sent = to.messages("ada", "Sent");
    assert_eq!((to.messages("ada", "INBOX").len(), sent.len(), names(&to).len()), (1, 1, 2));
}

/// Behind a broken share LIST says OK and nothing else, though there is mail.
#[test]
fn the_inbox_is_copied_though_the_source_does_not_list_it() {
    let from = Sample::start(sample::Options { lists_nothing: true, ..sample::Options::default() }).unwrap();
    let to = Sample::start(sample::Options::default()).unwrap();
    put(from.address(), "ada", "INBOX", [message("one")]);
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    lab.pass();
    assert_eq!((to.messages("ada", "INBOX").len(), to.appended()), (1, 1));
}

/// A name that the target cannot hold is changed, and the report says so.
#[test]
fn a_name_that_the_target_cannot_hold_is_changed_and_noted() {
    let from = Sample::start(sample::Options::default()).unwrap();
    let to = Sample::start(sample::Options { separator: '.', ..sample::Options::default() }).unwrap();
    put(from.address(), "ada", "v1.2", [message("dot")]);
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    assert_eq!(to.messages("ada", "v1_2").len(), 1);
    let report = lab.statistics("ada").report;
    assert!(
        report.iter().any(|entry| entry.text.contains("v1.2") && entry.text.contains("v1_2")),
        "{report:?}"
    );
}

/// O8, G7, D4, N1: what names the target takes shows only when it is asked to.
#[test]
fn a_folder_whose_name_the_target_refuses_gets_another_and_keeps_it() {
    let from = Sample::start(sample::Options::default()).unwrap();
    let refusal = |name: &str| match name {
        "Files" => Some("NO Folder name is reserved"),
        name if name.contains("  ") => Some("NO [CANNOT] Folder contains excess whitespace"),
        name if name.starts_with("INBOX/") => Some("NO Mailbox doesn't allow inferior mailboxes"),
        _ => None,
    };
    let to = Sample::start(sample::Options { name_refusal: refusal, ..sample::Options::default() }).unwrap();
    for folder in ["Files", "Files/x", "two  blanks", "INBOX/Plans", "Plain"] {
        put(from.address(), "ada", folder, [message(&folder.replace('/', "-"))]);
    }
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    let there = || {
        ["Files_2", "Files_2/x", "two _blanks", "Plans", "Plain"].map(|name| to.messages("ada", name).len())
    };
    assert_eq!(there(), [1; 5]);
    lab.assert_perfect("ada");
    let report = lab.statistics("ada").report;
    assert!(report.iter().any(|entry| entry.text.contains("`Files` goes to `Files_2`")), "{report:?}");
    put(from.address(), "ada", "Files", [message("later")]);
    lab.pass();
    assert_eq!((to.appended(), there()), (6, [2, 1, 1, 1, 1]));
}

/// A32, A33: servers have no code for it, and no words (Courier, GNU mailutils).
#[test]
fn a_target_that_says_nothing_of_names_gets_others_and_flat_ones_where_folders_hold_mail_only() {
    let from = Sample::start(sample::Options::default()).unwrap();
    let refusal = |name: &str| match name {
        name if name.contains("&2D3") || name.contains('{') => Some("NO Error in IMAP command"),
        name if name.contains('/') => Some("NO CREATE failed"),
        _ => None,
    };
    let to = Sample::start(sample::Options { name_refusal: refusal, ..sample::Options::default() }).unwrap();
    for folder in ["{5}", "&2D3eAA-", "A", "A/B", "A/B/C", "A/B/C/{5}"] {
        put(from.address(), "ada", folder, [message(&folder.replace('/', "-"))]);
    }
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    let there = ["_5_", "_", "A", "A_B", "A_B_C", "A_B_C__5_"].map(|name| to.messages("ada", name).len());
    assert_eq!(there, [1; 6], "{:?}", names(&to));
    lab.assert_perfect("ada");
    let report = lab.statistics("ada").report;
    assert!(report.iter().any(|entry| entry.text.contains("`A/B/C` goes to `A_B_C`")), "{report:?}");
    lab.pass();
    assert_eq!(to.appended(), 6);
}

/// O12, O27: `Plans` and `plans` are two folders here and one there.
#[test]
fn folders_that_the_target_takes_for_one_are_kept_apart() {
    let from = Sample::start(sample::Options::default()).unwrap();
    let to = Sample::start(sample::Options { ignores_case: true, ..sample::Options::default() }).unwrap();
    for folder in ["Plans", "plans", "plans/x", "archive"] {
        put(from.address(), "ada", folder, [message(&folder.replace('/', "-"))]);
    }
    put(to.address(), "ada", "Archive", [message("of old")]);
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    lab.pass();
    let there = ["Plans", "plans_2", "plans_2/x", "Archive"].map(|name| to.messages("ada", name).len());
    assert_eq!((there, to.appended()), ([1, 1, 1, 2], 5));
}

/// A16: a refusal that is not about the name may pass, and a folder that was renamed would stay so.
#[test]
fn a_folder_that_could_not_be_made_for_now_is_made_by_the_next_pass() {
    static REFUSES: AtomicBool = AtomicBool::new(true);
    let refusal =
        |name: &str| (name == "Work" && REFUSES.load(Relaxed)).then_some("NO [SERVERBUG] Internal error");
    let from = Sample::start(sample::Options::default()).unwrap();
    let to = Sample::start(sample::Options { name_refusal: refusal, ..sample::Options::default() }).unwrap();
    put(from.address(), "ada", "Work", [message("one")]);
    put(from.address(), "ada", "Zoo", [message("two")]);
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    assert_eq!(names(&to), ["INBOX", "Zoo"]);
    let [item] = lab.skipped("ada").try_into().unwrap();
    assert_eq!((item.folder_name.as_str(), item.uid), ("Work", None));
    REFUSES.store(false, Relaxed);
    lab.pass();
    assert_eq!(
        (names(&to), to.messages("ada", "Work").len()),
        (["INBOX", "Work", "Zoo"].map(str::to_owned).to_vec(), 1)
    );
}

#[test]
fn a_folder_at_which_the_target_hangs_up_gets_another_name_or_is_left_out_and_the_others_arrive() {
    let refusal = |name: &str| name.contains("Bad").then_some("BYE");
    let from = Sample::start(sample::Options::default()).unwrap();
    let to = Sample::start(sample::Options { name_refusal: refusal, ..sample::Options::default() }).unwrap();
    for folder in ["A", "Bad", "C"] {
        put(from.address(), "ada", folder, [message(folder)]);
    }
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    let mailbox = Mailbox::read(to.address(), "ada");
    assert_eq!((mailbox.folder("A").len(), mailbox.folder("C").len()), (1, 1));
    let [item] = lab.skipped("ada").try_into().unwrap();
    assert_eq!((item.kind, item.folder_name.as_str()), (SkippedKind::FolderNameInvalid, "Bad"));
    assert!(item.error_message.contains("closes the connection whenever the folder is made"), "{item:?}");
}
