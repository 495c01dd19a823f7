//! Numbers that change and folders that are not empty: messages are known by what they are.

use model::SkippedKind;
use model::status::DataConsistencyScore;
use testkit::mail::{self, Plan};
use testkit::sample::{Fault, Moment, Options, Sample};

use crate::common::{Lab, Mailbox, message, message_with, put};

/// Both servers with the same mail: every shape, and three equal messages.
fn synced() -> (Sample, Sample, Lab) {
    let (from, to) = (Sample::start(Options::default()).unwrap(), Sample::start(Options::default()).unwrap());
    mail::append(from.address(), "ada", "INBOX", 5, 30).unwrap();
    put(from.address(), "ada", "INBOX", std::iter::repeat_n(message("twin"), 3));
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    (from, to, lab)
}

/// A15: the source numbers its messages anew.
#[test]
fn a_source_with_a_new_uidvalidity_is_matched_by_content() {
    let (from, to, lab) = synced();
    mail::delete(from.address(), "ada", "INBOX", "1:4").unwrap();
    from.renumber("ada", "INBOX");
    put(from.address(), "ada", "INBOX", [message("new")]);
    lab.pass();
    assert_eq!(to.appended(), 34);
    let (before, after) = (from.messages("ada", "INBOX"), to.messages("ada", "INBOX"));
    assert_eq!((before.len(), after.len()), (30, 34));
    assert!(before.iter().zip(&after[4..]).all(|(ours, theirs)| ours.bytes == theirs.bytes));
}

#[test]
fn a_target_with_a_new_uidvalidity_is_matched_by_content_and_what_was_deleted_there_stays_deleted() {
    let (from, to, lab) = synced();
    mail::delete(to.address(), "ada", "INBOX", "1:4").unwrap();
    to.renumber("ada", "INBOX");
    lab.pass();
    lab.pass();
    assert_eq!((to.appended(), to.messages("ada", "INBOX").len()), (33, 29));
    let report = lab.statistics("ada").report;
    let names = |entry: &str| entry == "Folder INBOX: 4 copies are no longer on the target.";
    assert_eq!(report.iter().filter(|entry| names(&entry.text)).count(), 1, "{report:?}");
    drop(from);
}

#[test]
fn flag_changes_still_follow_after_a_target_was_renumbered() {
    let (from, to, lab) = synced();
    to.renumber("ada", "INBOX");
    lab.pass();
    mail::add_flags(from.address(), "ada", "INBOX", "7", &["\\Flagged".to_owned()]).unwrap();
    lab.pass();
    Mailbox::read(to.address(), "ada").assert_is(&Mailbox::read(from.address(), "ada"));
}

#[test]
fn a_target_that_holds_half_of_the_mail_gets_the_other_half() {
    let (from, to) = (Sample::start(Options::default()).unwrap(), Sample::start(Options::default()).unwrap());
    let plan = Plan { seed: 2, messages: 80 };
    mail::fill(from.address(), "ada", plan).unwrap();
    let there = mail::fill_part(to.address(), "ada", plan, 50).unwrap();
    let lab = Lab::between(from.address(), to.address());
    let batch = lab.migrate(&["ada"]);
    assert_eq!((to.appended(), batch.synced_items), (80, 80));
    assert_eq!(lab.statistics("ada").progress.transferred_items, 80 - there as u64);
    Mailbox::read(to.address(), "ada").assert_is(&Mailbox::read(from.address(), "ada"));
}

#[test]
fn an_adopted_message_gets_the_flags_that_it_lacks_and_keeps_its_own() {
    let (from, to) = (Sample::start(Options::default()).unwrap(), Sample::start(Options::default()).unwrap());
    let ours = mail::Message { flags: vec!["\\Seen", "$Label1"], ..message("one") };
    let theirs = mail::Message { flags: vec!["\\Flagged"], ..message("one") };
    put(from.address(), "ada", "INBOX", [ours]);
    put(to.address(), "ada", "INBOX", [theirs]);
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    let copy = to.messages("ada", "INBOX");
    assert_eq!(
        copy[0].flags.iter().map(String::as_str).collect::<Vec<_>>(),
        ["$Label1", "\\Flagged", "\\Seen"]
    );
    assert_eq!(copy.len(), 1);
}

/// N2, A4: the Message-ID alone says nothing; imapsync loses such a message, or copies it on each run.
#[test]
fn a_message_with_the_message_id_of_another_is_no_copy_of_it() {
    let (from, to) = (Sample::start(Options::default()).unwrap(), Sample::start(Options::default()).unwrap());
    put(from.address(), "ada", "INBOX", [message_with("id", "one"), message_with("id", "another")]);
    put(to.address(), "ada", "INBOX", [message_with("id", "of the target's own")]);
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    lab.pass();
    let (before, after) = (from.messages("ada", "INBOX"), to.messages("ada", "INBOX"));
    assert_eq!(after.len(), 3);
    assert!(before.iter().zip(&after[1..]).all(|(ours, theirs)| ours.bytes == theirs.bytes));
}

/// A4, A10, N2: what a copy looks like by now says nothing about what was copied.
#[test]
fn a_target_that_rewrites_what_it_stores_gets_each_message_once() {
    let from = Sample::start(Options::default()).unwrap();
    let to = Sample::start(Options { rewrites: true, ..Options::default() }).unwrap();
    mail::fill(from.address(), "ada", Plan { seed: 6, messages: 40 }).unwrap();
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    mail::add_flags(from.address(), "ada", "INBOX", "1", &["\\Flagged".to_owned()]).unwrap();
    lab.pass();
    assert_eq!(to.appended(), 40);
    let copy = &to.messages("ada", "INBOX")[0];
    assert!(copy.bytes.starts_with(b"X-Sample") && copy.flags.contains("\\Flagged"));
}

#[test]
fn a_target_that_rewrites_what_it_stores_is_said_to_do_so_and_leaves_nothing_behind() {
    for capabilities in [&[][..], &["UIDPLUS"]] {
        let from = Sample::start(Options::default()).unwrap();
        let to = Sample::start(Options { rewrites: true, ..Options::without(capabilities) }).unwrap();
        put(from.address(), "ada", "Work", (0..5).map(|n| message(&format!("number {n}"))));
        let lab = Lab::between(from.address(), to.address());
        lab.migrate(&["ada"]);
        lab.pass();
        let items = lab.skipped("ada");
        let told: Vec<_> =
            items.iter().map(|item| (item.kind, item.folder_name.as_str(), item.uid)).collect();
        assert_eq!(told, [(SkippedKind::ContentChanged, "Work", None)], "without {capabilities:?}");
        assert_eq!(lab.user().skipped_item_count, 0);
        assert_eq!(lab.user().data_consistency_score, Some(DataConsistencyScore::Good));
    }
}

/// A4, A10, N2: nor does a lost OK make anybody copy a message again.
#[test]
fn a_rewritten_copy_whose_ok_was_lost_is_known_by_message_id_and_date() {
    for capabilities in [vec![], vec!["MULTIAPPEND"], vec!["UIDPLUS"]] {
        let from = Sample::start(Options::default()).unwrap();
        let to = Sample::start(Options { rewrites: true, ..Options::without(&capabilities) }).unwrap();
        for folder in ["INBOX", "Later"] {
            put(from.address(), "ada", folder, (0..20).map(|n| message(&format!("{folder} {n}"))));
        }
        let lab = Lab::between(from.address(), to.address());
        to.inject(Fault::Close { nth: 10, moment: Moment::BeforeOk });
        to.inject(Fault::Close { nth: 30, moment: Moment::BeforeOk });
        lab.migrate(&["ada"]);
        assert_eq!(to.appended(), 40, "without {capabilities:?}");
        lab.pass();
        assert_eq!(to.appended(), 40);
    }
}

/// O23, A3, peers 2.3-1: sizes are measured, and a claimed one that differs makes nobody another message.
#[test]
fn sizes_that_a_server_makes_up_neither_cut_nor_double_a_message() {
    let from = Sample::start(Options { size_error: 7, ..Options::default() }).unwrap();
    let to = Sample::start(Options::default()).unwrap();
    mail::fill(from.address(), "ada", Plan { seed: 6, messages: 40 }).unwrap();
    let lab = Lab::between(from.address(), to.address());
    to.inject(Fault::Close { nth: 20, moment: Moment::BeforeOk });
    lab.migrate(&["ada"]);
    assert_eq!(to.appended(), 40);
    Mailbox::read(to.address(), "ada").assert_is(&Mailbox::read(from.address(), "ada"));
}

/// peers 2.3-9
#[test]
fn messages_without_message_id_are_adopted_by_their_bytes() {
    let (from, to) = (Sample::start(Options::default()).unwrap(), Sample::start(Options::default()).unwrap());
    let bare = |text: &str| mail::Message { bytes: format!("\r\n{text}\r\n").into_bytes(), ..message("") };
    put(from.address(), "ada", "INBOX", [bare("one"), bare("two"), bare("two"), bare("six")]);
    put(to.address(), "ada", "INBOX", [bare("two"), bare("ten")]);
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    let after: Vec<_> = to.messages("ada", "INBOX").iter().map(|m| m.bytes.to_vec()).collect();
    let texts = ["two", "ten", "one", "two", "six"].map(|text| bare(text).bytes);
    assert_eq!(after, texts);
}

#[test]
fn another_version_of_a_letter_that_its_owner_moved_into_an_empty_folder_is_not_taken_for_a_new_message() {
    let (from, to) = (Sample::start(Options::default()).unwrap(), Sample::start(Options::default()).unwrap());
    let [first, second] = ["first", "second"].map(|body| message_with("letter", body));
    put(from.address(), "ada", "Plans", []);
    put(from.address(), "ada", "Work", [message("other"), first.clone(), second.clone()]);
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    for (server, uid, moved) in [(&from, "2", &first), (&to, "3", &second)] {
        mail::delete(server.address(), "ada", "Work", uid).unwrap();
        put(server.address(), "ada", "Plans", [moved.clone()]);
    }
    lab.pass();
    let plans: Vec<_> = to.messages("ada", "Plans").into_iter().map(|message| message.bytes).collect();
    assert_eq!(plans.iter().map(|bytes| &**bytes).collect::<Vec<_>>(), [second.bytes, first.bytes]);
}
