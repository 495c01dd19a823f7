//! Messages that a target takes only repaired: off by default, exactly once, and named.

use model::contract::{FolderVerificationView, Item, NewBatch, Operation, SetBatch, UserIdentity};
use model::status::{BatchStatus, DataConsistencyScore};
use model::{ErrorKind, Repair, SkippedItem, SkippedKind};
use testkit::mail::Message;
use testkit::sample::{Fault, Moment, Options, Poison, Sample};

use crate::common::lab::{BATCH, address_of};
use crate::common::{Lab, batch_of, message, message_with, put};

const ALL: [Repair; 3] = [Repair::NulCharacters, Repair::BareLineFeeds, Repair::LongLines];

/// The longest line that a strict server takes, with its end.
const LONGEST_LINE: usize = 10_239;

/// What Cyrus, Exchange and Yahoo refuse, in their words.
fn strict(message: &[u8]) -> Option<&'static str> {
    let text = String::from_utf8_lossy(message);
    if message.contains(&0) {
        return Some("NO Message contains NUL characters");
    }
    if !text.ends_with('\n') {
        return Some("BAD [CLIENTBUG] Additional arguments found after last expected argument");
    }
    if text.replace("\r\n", "").contains(['\r', '\n']) {
        return Some("NO Message contains bare newlines");
    }
    let too_long = text.split_inclusive('\n').any(|line| line.len() > LONGEST_LINE);
    too_long.then_some("BAD Command Argument Error. 11")
}

fn strict_target(capabilities: &[&str]) -> Sample {
    Sample::start(Options { message_refusal: strict, ..Options::without(capabilities) }).unwrap()
}

fn source_with(messages: impl IntoIterator<Item = Message>) -> Sample {
    let from = Sample::start(Options::default()).unwrap();
    put(from.address(), "ada", "Work", messages);
    from
}

fn raw(bytes: impl Into<Vec<u8>>) -> Message {
    Message { bytes: bytes.into(), ..message("") }
}

fn batch_with(repairs: &[Repair]) -> NewBatch {
    let mut batch = batch_of(&["ada"]);
    batch.options.repair = repairs.to_vec();
    batch
}

fn bodies(server: &Sample) -> Vec<String> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    server.messages("ada", "Work").iter().map(|stored| text(&stored.bytes)).collect()
}

fn verified(lab: &Lab) -> FolderVerificationView {
    let answer =
        lab.ask(Operation::VerifyUser(UserIdentity { identity: address_of("ada") })).unwrap().into_iter();
    let mut folders = answer.filter_map(|item| match item {
        Item::FolderVerification(folder) if folder.source_folder == "Work" => Some(folder),
        _ => None,
    });
    *folders.next().unwrap()
}

/// The only thing that is listed, which is a repaired message.
fn repaired(lab: &Lab) -> SkippedItem {
    let [item] = lab.skipped("ada").try_into().unwrap();
    assert_eq!(item.kind, SkippedKind::MessageRepaired, "{item:?}");
    item
}

/// C2, C3, O4, Y1
#[test]
fn what_a_strict_target_refuses_arrives_repaired_and_is_named_with_the_targets_words() {
    let long = "x".repeat(300_000);
    let faulty = [
        (message_with("nul", "a\0b"), "1 NUL character dropped", "contains NUL"),
        (message_with("bare", "a\nb\rc"), "2 line ends made CRLF", "bare newlines"),
        (message_with("long", &long), "1 long line broken", "Argument Error. 11"),
        (raw("Subject: unended\r\n\r\na"), "1 line end made CRLF", "[CLIENTBUG]"),
        (raw(format!("Subject: all\n\na\0b\n{long}")), "1 NUL character dropped, 4 line ends", "NUL"),
    ];
    let messages = faulty.iter().map(|(faulty, ..)| faulty.clone());
    let from = source_with([message("first")].into_iter().chain(messages).chain([message("last")]));
    let to = strict_target(&[]);
    let lab = Lab::between(from.address(), to.address());
    lab.migrate_batch(batch_with(&ALL));

    let arrived = bodies(&to);
    assert_eq!(arrived.len(), 7);
    assert!(arrived.iter().all(|body| strict(body.as_bytes()).is_none()));
    assert!(arrived[2].ends_with("\r\nab\r\n") && arrived[3].ends_with("\r\na\r\nb\r\nc\r\n"));
    assert!(arrived[4].replace("\r\n", "").contains(&long));
    let skipped = lab.skipped("ada");
    assert_eq!(skipped.iter().map(|item| item.uid).collect::<Vec<_>>(), [2, 3, 4, 5, 6].map(Some));
    for (item, (_, changes, refusal)) in skipped.iter().zip(&faulty) {
        assert_eq!((item.kind, item.folder_name.as_str()), (SkippedKind::MessageRepaired, "Work"));
        assert!(item.error_message.starts_with(changes), "{}", item.error_message);
        assert!(item.error_message.contains(refusal), "{}", item.error_message);
    }
    assert_eq!(skipped[0].subject.as_deref(), Some("nul"));

    let statistics = lab.statistics("ada");
    let told = statistics.report.iter().filter(|entry| entry.text.contains("was repaired: ")).count();
    assert_eq!((told, statistics.percentage_complete), (5, 100));
    let order = "Folder Work: 5 messages lie behind later ones, as they could not be copied before them.";
    assert!(statistics.report.iter().any(|entry| entry.text == order), "{:#?}", statistics.report);
    let user = statistics.user;
    assert_eq!((user.synced_item_count, user.skipped_item_count), (7, 0));
    assert_eq!(user.data_consistency_score, Some(DataConsistencyScore::Good));

    let differences = verified(&lab).differences;
    assert!(
        differences.iter().filter(|line| line.contains("was repaired: ")).count() == 5,
        "{differences:?}"
    );
    assert!(!differences.iter().any(|line| line.contains("not on the target")), "{differences:?}");

    lab.pass();
    assert_eq!((to.appended(), lab.skipped("ada")), (7, skipped));
}

#[test]
fn a_repaired_message_keeps_its_date_and_flags() {
    let faulty = Message { flags: vec!["\\Seen", "$Label1"], ..message_with("nul", "\0") };
    let (from, to) = (source_with([faulty]), strict_target(&[]));
    let lab = Lab::between(from.address(), to.address());
    lab.migrate_batch(batch_with(&ALL));
    let (original, copy) = (&from.messages("ada", "Work")[0], &to.messages("ada", "Work")[0]);
    assert_eq!((&copy.flags, &copy.internal_date), (&original.flags, &original.internal_date));
}

#[test]
fn repairs_are_off_until_somebody_asks_for_them_and_then_reach_what_was_skipped() {
    let (from, to) = (source_with([message("fine"), message_with("nul", "\0")]), strict_target(&[]));
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    let [item] = lab.skipped("ada").try_into().unwrap();
    assert_eq!((item.kind, to.appended()), (SkippedKind::CorruptItem, 1));

    let set = |repair: &[Repair]| {
        let (identity, repair) = (BATCH.to_owned(), Some(repair.to_vec()));
        lab.ask(Operation::SetBatch(Box::new(SetBatch { identity, repair, ..SetBatch::default() }))).unwrap();
        lab.pass();
    };
    set(&[Repair::LongLines]);
    assert_eq!((lab.skipped("ada"), to.appended()), (vec![item], 1), "this repair changes nothing");
    set(&[Repair::NulCharacters]);
    assert_eq!((repaired(&lab).uid, to.appended()), (Some(2), 2));
    assert_eq!(lab.user().skipped_item_count, 0);
}

#[test]
fn a_message_that_is_refused_repaired_too_is_skipped_with_the_words_about_the_original() {
    let poison = Poison { bytes: b"poison".to_vec(), response: "NO Go away".to_owned() };
    let options = Options { message_refusal: strict, poison: vec![poison], ..Options::default() };
    let (from, to) =
        (source_with([message_with("both", "\0poison"), message("fine")]), Sample::start(options).unwrap());
    let lab = Lab::between(from.address(), to.address());
    lab.migrate_batch(batch_with(&ALL));
    let [item] = lab.skipped("ada").try_into().unwrap();
    assert_eq!((item.kind, to.appended()), (SkippedKind::CorruptItem, 1));
    assert!(item.error_message.contains("NUL characters"), "{}", item.error_message);
    assert_eq!(lab.user().skipped_item_count, 1);
}

/// What no repair changes, and what is refused for another reason, is not sent again: the fault would show it.
#[test]
fn only_what_a_repair_may_help_is_sent_again() {
    fn refusal(message: &[u8]) -> Option<&'static str> {
        let has = |word: &[u8]| message.windows(word.len()).any(|at| at == word);
        let large = has(b"large").then_some("NO [TOOBIG] Message too large");
        large.or_else(|| has(b"poison").then_some("NO Go away"))
    }
    let options = Options { message_refusal: refusal, ..Options::without(&["MULTIAPPEND"]) };
    let (from, to) = (
        source_with([message_with("large", "\0"), message_with("poison", "no fault")]),
        Sample::start(options).unwrap(),
    );
    let lab = Lab::between(from.address(), to.address());
    to.inject(Fault::Close { nth: 3, moment: Moment::BeforeOk });
    lab.migrate_batch(batch_with(&ALL));
    let kinds: Vec<_> = lab.skipped("ada").iter().map(|item| item.kind).collect();
    assert_eq!((kinds, to.appended()), (vec![SkippedKind::LargeItem, SkippedKind::TargetRejected], 0));
    assert!(!lab.statistics("ada").report.iter().any(|entry| entry.text.contains("repaired")));
}

/// The target stores the repaired message, and its OK is lost: the next pass must know the copy for what it is.
fn survives_a_lost_ok(faulty: Message, capabilities: &[&str]) {
    // Where literals wait for a `+`, a BAD is about the message, and the connection stays.
    let without = [capabilities, &["LITERAL+"]].concat();
    let (from, to) = (source_with([message("one"), faulty, message("two")]), strict_target(&without));
    let lab = Lab::between(from.address(), to.address());
    // Three messages come first, each in a command of its own.
    to.inject(Fault::Close { nth: 4, moment: Moment::BeforeOk });
    let mut batch = batch_with(&ALL);
    batch.options.auto_retry_count = 0;
    lab.start(batch);
    assert_eq!(lab.wait().status, BatchStatus::Failed);
    assert_eq!((lab.failure("ada").kind, to.appended()), (ErrorKind::ConnectionLost, 3));
    lab.start_again();
    lab.synced();
    let item = repaired(&lab);
    assert_eq!(item.uid, Some(2));
    assert!(item.error_message.contains("had refused the original: "), "{}", item.error_message);
    lab.pass();
    assert_eq!((to.appended(), repaired(&lab)), (3, item));
    assert_eq!((lab.user().synced_item_count, lab.user().skipped_item_count), (3, 0));
}

#[test]
fn a_repaired_message_whose_ok_was_lost_is_adopted_and_named() {
    survives_a_lost_ok(message_with("nul", "a\0b"), &["MULTIAPPEND"]);
    survives_a_lost_ok(message_with("same size", "a\0\0b\n\nc"), &["MULTIAPPEND"]);
}

#[test]
fn a_repaired_message_whose_ok_was_lost_is_adopted_where_the_server_never_tells_uids() {
    survives_a_lost_ok(message_with("long", &"x".repeat(LONGEST_LINE)), &["MULTIAPPEND", "UIDPLUS"]);
}

/// The source server sees no Message-ID where the target sees one, and the other way round.
#[test]
fn a_repaired_message_whose_ok_was_lost_is_adopted_although_its_message_id_is_another() {
    let mac = "From: a@b\rMessage-ID: <mac@b>\r\rtext\r";
    survives_a_lost_ok(raw(mac), &["MULTIAPPEND"]);
    let id = "y".repeat(2 * LONGEST_LINE);
    survives_a_lost_ok(raw(format!("Message-ID: <{id}\0>\r\n\r\ntext\r\n")), &["MULTIAPPEND"]);
}

/// Nothing that an earlier migration wrote down is there any more.
#[test]
fn repaired_copies_are_adopted_at_first_contact_and_when_numbers_change() {
    let id = raw("Message-ID: <\0id@b>\r\n\r\ntext\r\n");
    let (from, to) = (source_with([id, message_with("bare", "a\nb"), message("fine")]), strict_target(&[]));
    Lab::between(from.address(), to.address()).migrate_batch(batch_with(&ALL));
    assert_eq!(to.appended(), 3);
    let lab = Lab::between(from.address(), to.address());
    lab.migrate_batch(batch_with(&ALL));
    let skipped = lab.skipped("ada");
    assert_eq!(
        skipped.iter().map(|item| (item.uid, item.kind)).collect::<Vec<_>>(),
        [(Some(1), SkippedKind::MessageRepaired), (Some(2), SkippedKind::MessageRepaired)]
    );
    assert!(skipped[0].error_message.starts_with("1 NUL character dropped; "), "{skipped:?}");
    to.renumber("ada", "Work");
    lab.pass();
    from.renumber("ada", "Work");
    lab.pass();
    assert_eq!((to.appended(), lab.skipped("ada")), (3, skipped));
}

/// Bytes decide: mail that is merely alike does not stand for a repaired copy.
#[test]
fn another_message_with_the_same_message_id_is_no_repaired_copy() {
    let (from, to) = (source_with([message_with("nul", "a\0b")]), strict_target(&[]));
    put(to.address(), "ada", "Work", [message_with("nul", "axyb"), message_with("nul", "a\r\nb")]);
    let lab = Lab::between(from.address(), to.address());
    lab.migrate_batch(batch_with(&ALL));
    assert_eq!(to.messages("ada", "Work").len(), 3);
    assert_eq!(repaired(&lab).uid, Some(1));
}

/// A target that hangs up at messages with this word, and like Gmail takes one at a time; one of three has it and a fault.
fn hangs_up_at(word: &str) -> (Sample, Lab) {
    let response = "BYE Invalid character in literal".to_owned();
    let poison = vec![Poison { bytes: word.as_bytes().to_vec(), response }];
    let body = |n| if n == 2 { "\0poison" } else { "fine" };
    let from = source_with((1..=3).map(|n| message_with(&format!("number {n}"), body(n))));
    let to = Sample::start(Options { poison, ..Options::without(&["MULTIAPPEND"]) }).unwrap();
    let lab = Lab::between(from.address(), to.address());
    lab.migrate_batch(batch_with(&ALL));
    (to, lab)
}

/// G8
#[test]
fn a_message_that_makes_the_server_hang_up_is_found_and_arrives_repaired() {
    let (to, lab) = hangs_up_at("\0");
    assert_eq!((to.appended(), repaired(&lab).uid), (3, Some(2)));
    assert!(bodies(&to).iter().all(|body| strict(body.as_bytes()).is_none()));
}

#[test]
fn a_message_that_makes_the_server_hang_up_repaired_too_is_skipped_and_the_rest_arrives() {
    let (to, lab) = hangs_up_at("poison");
    let [item] = lab.skipped("ada").try_into().unwrap();
    assert_eq!((item.kind, item.uid, to.appended()), (SkippedKind::TargetRejected, Some(2), 2));
}
