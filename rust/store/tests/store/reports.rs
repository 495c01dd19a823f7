//! Reports and what was left behind.

use model::{ReportEntry, SkippedItem, SkippedKind};
use store::ReportOf;

use crate::common::{at, fixture};

fn entry(seconds: i64, text: &str) -> ReportEntry {
    ReportEntry { at: at(seconds), text: text.to_owned() }
}

fn skipped(folder: &str, uid: Option<u32>, kind: SkippedKind, error: &str) -> SkippedItem {
    SkippedItem {
        kind,
        folder_name: folder.to_owned(),
        uid,
        size: Some(10),
        subject: Some("Grüße".to_owned()),
        sender: None,
        message_id: Some("<1@x>".to_owned()),
        date_received: Some(at(1)),
        date_sent: None,
        error_message: error.to_owned(),
    }
}

#[test]
fn a_report_is_read_back_as_it_was_written() {
    let fixture = fixture();
    let batch = fixture.add("wave", &["ann@x", "bob@x"]);
    let (ann, bob) = (ReportOf::User(fixture.user("ann@x").id), ReportOf::User(fixture.user("bob@x").id));
    fixture.store.add_report(ann, &[entry(2, "connected"), entry(1, "copied")]).unwrap();
    fixture.store.add_report(ann, &[entry(3, "done")]).unwrap();
    fixture.store.add_report(ReportOf::Batch(batch.guid), &[entry(1, "started")]).unwrap();
    let lines = [entry(2, "connected"), entry(1, "copied"), entry(3, "done")];
    assert_eq!(fixture.store.report(ann).unwrap(), lines);
    assert_eq!(fixture.store.report(bob).unwrap(), []);
    assert_eq!(fixture.store.report(ReportOf::Batch(batch.guid)).unwrap(), [entry(1, "started")]);
}

#[test]
fn a_report_keeps_its_last_lines() {
    let fixture = fixture();
    let batch = fixture.add("wave", &["ann@x"]);
    let of = ReportOf::BatchOf(fixture.user("ann@x").id);
    let lines: Vec<_> = (0..1_000).map(|n| entry(n, &n.to_string())).collect();
    fixture.store.add_report(of, &lines).unwrap();
    fixture.store.add_report(of, &[entry(1_000, "one"), entry(1_001, "more")]).unwrap();
    let kept = fixture.store.report(ReportOf::Batch(batch.guid)).unwrap();
    assert_eq!((kept.len(), kept[0].text.as_str(), kept[999].text.as_str()), (1_000, "2", "more"));
}

#[test]
fn a_message_left_behind_is_listed_once_and_a_folder_once_for_each_kind_until_it_is_copied() {
    let fixture = fixture();
    fixture.add("wave", &["ann@x"]);
    let ann = fixture.user("ann@x").id;
    let large = skipped("INBOX", Some(1), SkippedKind::LargeItem, "too large");
    let flag = skipped("Bad", None, SkippedKind::FlagDropped, "no keywords");
    let folder = skipped("Bad", None, SkippedKind::FolderNameInvalid, "no");
    let missing = skipped("INBOX", Some(1), SkippedKind::MissingItem, "gone");
    fixture.store.add_skipped(ann, &[missing, large, flag.clone(), folder.clone()]).unwrap();
    let again = skipped("INBOX", Some(1), SkippedKind::LargeItem, "still too large");
    fixture.store.add_skipped(ann, &[again.clone(), folder.clone()]).unwrap();
    assert_eq!(
        fixture.store.skipped_items(ann, None).unwrap(),
        [again.clone(), flag.clone(), folder.clone()]
    );
    assert_eq!(fixture.store.skipped_items(ann, Some(1)).unwrap(), [again]);
    fixture.store.clear_skipped(ann, "INBOX", Some(1)).unwrap();
    assert_eq!(fixture.store.skipped_items(ann, None).unwrap(), [flag.clone(), folder]);
    fixture.store.rename_skipped(ann, "Bad", "Good").unwrap();
    let renamed = SkippedItem { folder_name: "Good".to_owned(), ..flag };
    assert_eq!(fixture.store.skipped_items(ann, None).unwrap()[0], renamed);
    fixture.store.clear_skipped(ann, "Good", None).unwrap();
    assert_eq!(fixture.store.skipped_items(ann, None).unwrap(), []);
}

#[test]
fn a_message_that_was_repaired_is_no_longer_left_behind_and_stays_listed() {
    let fixture = fixture();
    fixture.add("wave", &["ann@x"]);
    let ann = fixture.user("ann@x").id;
    let refused = skipped("INBOX", Some(1), SkippedKind::CorruptItem, "NUL");
    let repaired = skipped("INBOX", Some(1), SkippedKind::MessageRepaired, "1 NUL character dropped");
    fixture.store.add_skipped(ann, &[refused]).unwrap();
    fixture.store.add_skipped(ann, std::slice::from_ref(&repaired)).unwrap();
    fixture.store.clear_skipped(ann, "INBOX", Some(1)).unwrap();
    assert_eq!(fixture.store.skipped_items(ann, None).unwrap(), [repaired]);
}
