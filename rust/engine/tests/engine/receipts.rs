//! What a target has of what it said OK to: counted, and measured.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::SkippedKind;
use model::status::DataConsistencyScore;
use testkit::sample::{Options, Sample};

use crate::common::{Lab, message, message_with, put};

/// Keeps nothing of messages that say so.
fn keeps_nothing_of_lost_ones(message: &[u8]) -> &[u8] {
    if message.ends_with(b"lost\r\n") { &[] } else { message }
}

/// The messages of the folder, in whatever order.
fn bytes(server: &Sample) -> BTreeSet<Arc<[u8]>> {
    server.messages("ada", "Work").into_iter().map(|message| message.bytes).collect()
}

/// Ten messages, of which the target says OK to four and does not store them.
fn copied_but_for_four(options: Options) -> (Sample, Sample, Lab) {
    let (from, to) = (Sample::start(Options::default()).unwrap(), Sample::start(options).unwrap());
    let body = |n| if [1, 4, 5, 10].contains(&n) { "lost" } else { "kept" };
    put(from.address(), "ada", "Work", (1..=10).map(|n| message_with(&format!("number {n}"), body(n))));
    put(from.address(), "ada", "Zoo", [message("one")]);
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    assert_eq!((to.messages("ada", "Work").len(), to.messages("ada", "Zoo").len()), (6, 1));
    let skipped = lab.skipped("ada");
    let named: Vec<_> = skipped.iter().map(|item| (item.kind, item.folder_name.as_str(), item.uid)).collect();
    assert_eq!(named, [1, 4, 5, 10].map(|uid| (SkippedKind::TargetRejected, "Work", Some(uid))));
    assert_eq!((lab.user().synced_item_count, lab.user().skipped_item_count), (7, 4));
    assert_eq!(lab.user().data_consistency_score, Some(DataConsistencyScore::Investigate));
    let report = lab.statistics("ada").report;
    let told = "Folder Work: the target said OK to 10 messages and lacks 4 of them.";
    assert!(report.iter().any(|entry| entry.text == told), "{report:#?}");
    (from, to, lab)
}

/// A target that takes back what it does not store, and gives the same UID to the next message.
#[test]
fn what_a_target_said_ok_to_and_never_stored_is_named_and_sent_again_though_it_told_a_uid() {
    let keeps_of = keeps_nothing_of_lost_ones;
    let (from, to, lab) = copied_but_for_four(Options { keeps_of, ..Options::without(&["MULTIAPPEND"]) });
    to.forgive();
    lab.pass();
    lab.pass();
    assert_eq!(to.appended(), 11);
    assert_eq!(bytes(&to), bytes(&from));
    lab.assert_perfect("ada");
}

#[test]
fn what_a_target_said_ok_to_and_never_stored_is_sent_once_more_and_then_only_when_the_admin_asks() {
    for without in [&["MULTIAPPEND"][..], &["MULTIAPPEND", "UIDPLUS"]] {
        let options = Options { keeps_of: keeps_nothing_of_lost_ones, ..Options::without(without) };
        let (from, to) = (Sample::start(Options::default()).unwrap(), Sample::start(options).unwrap());
        put(from.address(), "ada", "Work", (1..=3).map(|n| message_with(&format!("number {n}"), "lost")));
        put(from.address(), "ada", "Work", [message("four")]);
        let lab = Lab::between(from.address(), to.address());
        lab.migrate(&["ada"]);
        lab.pass();
        let named = |lab: &Lab| lab.skipped("ada").iter().map(|item| item.uid).collect::<Vec<_>>();
        assert_eq!(named(&lab), [1, 2, 3].map(Some), "{without:?}");
        let told = "Folder Work: the target said OK to 3 messages twice and has them nowhere: \
                    they are not sent again, but by -RestoreMissing.";
        assert!(lab.statistics("ada").report.iter().any(|entry| entry.text == told), "{without:?}");
        to.forgive();
        lab.pass();
        assert_eq!((to.messages("ada", "Work").len(), named(&lab).len()), (1, 3), "{without:?}");
        lab.restore();
        assert_eq!(bytes(&to), bytes(&from), "{without:?}");
        lab.assert_perfect("ada");
    }
}

fn into_filtered(message: &[u8]) -> Option<&'static str> {
    message.ends_with(b"filter me\r\n").then_some("Filtered")
}

#[test]
fn what_a_target_files_elsewhere_when_it_comes_is_copied_once_and_told_in_the_report() {
    for without in [&[][..], &["UIDPLUS"], &["UIDPLUS", "MULTIAPPEND"]] {
        let options = Options { files_into: into_filtered, ..Options::without(without) };
        let (from, to) = (Sample::start(Options::default()).unwrap(), Sample::start(options).unwrap());
        let body = |n| if n % 2 == 0 { "filter me" } else { "stay" };
        put(from.address(), "ada", "Work", (1..=5).map(|n| message_with(&format!("number {n}"), body(n))));
        let lab = Lab::between(from.address(), to.address());
        lab.migrate(&["ada"]);
        lab.pass();
        lab.restore();
        let there = |folder| to.messages("ada", folder).len();
        assert_eq!((there("Work"), there("Filtered")), (3, 2), "{without:?}");
        let told = "Folder Work: messages that the target said OK to lie in other folders of it, and are not sent again: \
                    2 in Filtered.";
        assert!(lab.statistics("ada").report.iter().any(|entry| entry.text == told), "{without:?}");
        lab.assert_perfect("ada");
    }
}

/// Its owner works in the mailbox while it is copied: a UID was used up for each message.
#[test]
fn what_somebody_takes_away_before_its_place_is_known_is_named_and_stays_away() {
    let keeps_of = keeps_nothing_of_lost_ones;
    let options = Options { keeps_of, counts_unstored: true, ..Options::without(&["UIDPLUS"]) };
    let (from, to) = (Sample::start(Options::default()).unwrap(), Sample::start(options).unwrap());
    let body = |n| if n == 2 { "lost" } else { "kept" };
    put(from.address(), "ada", "Work", (1..=3).map(|n| message_with(&format!("number {n}"), body(n))));
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    to.forgive();
    lab.pass();
    assert_eq!(to.messages("ada", "Work").len(), 2);
    let skipped = lab.skipped("ada");
    let named: Vec<_> = skipped.iter().map(|item| (item.kind, item.uid)).collect();
    assert_eq!(named, [(SkippedKind::TargetRejected, Some(2))]);
    assert!(skipped.iter().all(|item| item.error_message.contains("somebody took it away")), "{skipped:?}");
    lab.restore();
    assert_eq!(bytes(&to), bytes(&from));
    lab.assert_perfect("ada");
}

/// Whether it was stored and somebody took it away, nobody knows where its UID was used up.
#[test]
fn what_a_target_said_ok_to_and_has_no_more_is_named_and_sent_again_only_when_the_admin_asks() {
    let keeps_of = keeps_nothing_of_lost_ones;
    for without in [&[][..], &["MULTIAPPEND"]] {
        let options = Options { keeps_of, counts_unstored: true, ..Options::without(without) };
        let (from, to, lab) = copied_but_for_four(options);
        to.forgive();
        lab.pass();
        assert_eq!((to.appended(), lab.skipped("ada").len()), (7, 4));
        lab.restore();
        assert_eq!(to.appended(), 11);
        assert_eq!(bytes(&to), bytes(&from));
        lab.assert_perfect("ada");
    }
}

fn keeps_the_first_300(message: &[u8]) -> &[u8] {
    message.get(..300).unwrap_or(message)
}

fn of_size(n: usize, octets: usize) -> testkit::mail::Message {
    message_with(&format!("number {n}"), &"line of text\r\n".repeat(octets / 14))
}

#[test]
fn messages_that_a_target_cuts_short_are_named_though_it_said_ok_until_they_are_copied_whole() {
    for without in [&[][..], &["UIDPLUS"]] {
        let options = Options { keeps_of: keeps_the_first_300, ..Options::without(without) };
        let (from, to) = (Sample::start(Options::default()).unwrap(), Sample::start(options).unwrap());
        put(from.address(), "ada", "INBOX", (1..=3).map(|n| of_size(n, 100)));
        put(
            from.address(),
            "ada",
            "Work",
            (1..=9).map(|n| of_size(n, if n % 3 == 0 { 900 + n } else { 100 })),
        );
        let lab = Lab::between(from.address(), to.address());
        lab.migrate(&["ada"]);
        let skipped = lab.skipped("ada");
        let named: Vec<_> =
            skipped.iter().map(|item| (item.kind, item.folder_name.as_str(), item.uid)).collect();
        assert_eq!(
            named,
            [3, 6, 9].map(|uid| (SkippedKind::MessageTruncated, "Work", Some(uid))),
            "{without:?}"
        );
        assert!(
            skipped.iter().all(|item| item.error_message.contains("the first 300 octets")),
            "{skipped:?}"
        );
        assert_eq!(lab.user().data_consistency_score, Some(DataConsistencyScore::Investigate));
        to.forgive();
        put(from.address(), "ada", "Work", [of_size(10, 2000)]);
        lab.pass();
        assert_eq!((lab.skipped("ada").len(), to.appended()), (3, 13), "what is there is not sent again");
        testkit::mail::delete(to.address(), "ada", "Work", "3,6,9").unwrap();
        lab.restore();
        lab.assert_perfect("ada");
    }
}

/// Servers rewrite what they store, and it may be less then.
#[test]
fn a_copy_that_is_smaller_and_not_the_beginning_of_its_message_is_not_called_cut_short() {
    fn keeps_all_but_the_first_5(message: &[u8]) -> &[u8] {
        message.get(5..).unwrap_or(message)
    }
    let keeps_of = keeps_all_but_the_first_5;
    let to = Sample::start(Options { keeps_of, ..Options::default() }).unwrap();
    let from = Sample::start(Options::default()).unwrap();
    put(from.address(), "ada", "Work", (1..=9).map(|n| of_size(n, 100 * n)));
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    assert_eq!(to.appended(), 9);
    let kinds: Vec<_> = lab.skipped("ada").iter().map(|item| item.kind).collect();
    assert_eq!(kinds, [SkippedKind::ContentChanged]);
}

#[test]
fn messages_that_the_source_delivers_short_are_copied_and_named_where_it_tells_true_sizes() {
    let mut options = Options { delivers_of: keeps_the_first_300, ..Options::default() };
    options.capabilities.push("STATUS=SIZE".to_owned());
    let (from, to) = (Sample::start(options).unwrap(), Sample::start(Options::default()).unwrap());
    put(from.address(), "ada", "Work", (1..=9).map(|n| of_size(n, if n % 3 == 0 { 900 + n } else { 100 })));
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    lab.pass();
    assert_eq!(to.appended(), 9);
    let skipped = lab.skipped("ada");
    let named: Vec<_> = skipped.iter().map(|item| (item.kind, item.uid)).collect();
    assert_eq!(named, [3, 6, 9].map(|uid| (SkippedKind::MessageTruncated, Some(uid))));
    assert!(skipped.iter().all(|item| item.error_message.contains("delivers 300 octets")), "{skipped:?}");
    assert_eq!(lab.user().data_consistency_score, Some(DataConsistencyScore::Investigate));
}
