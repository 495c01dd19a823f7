//! Answers as servers really give them: what they do not tell is done without, what cannot be is named.

use model::SkippedKind;
use model::status::DataConsistencyScore;
use testkit::PASSWORD;
use testkit::client::Client;
use testkit::mail::Message;
use testkit::sample::{Options, Sample};

use crate::common::{Lab, Mailbox, message, put};

fn says(lab: &Lab, words: &str) -> bool {
    lab.statistics("ada").report.iter().any(|entry| entry.text.contains(words))
}

/// 26, 27, A29, A30: neither subscriptions nor namespaces are mail.
#[test]
fn a_server_that_refuses_all_but_mail_is_copied_and_the_report_says_what_is_lost() {
    let refusal = |name: &str| match name {
        "LSUB" | "SUBSCRIBE" => Some("NO [SERVERBUG] Internal error occurred"),
        "NAMESPACE" | "UNSELECT" | "ID" => Some("BAD Unknown command"),
        _ => None,
    };
    let odd = || Sample::start(Options { command_refusal: refusal, ..Options::default() }).unwrap();
    let plain = || Sample::start(Options::default()).unwrap();
    for (from, to, lost) in [
        (odd(), plain(), "does not tell subscriptions (NO [SERVERBUG] Internal error occurred)"),
        (plain(), odd(), "Folder A/B was not subscribed"),
    ] {
        put(from.address(), "ada", "INBOX", [message("one")]);
        put(from.address(), "ada", "A/B", [message("two")]);
        subscribe_where_it_is_taken(&from);
        let lab = Lab::between(from.address(), to.address());
        lab.migrate(&["ada"]);
        assert_eq!((to.messages("ada", "INBOX").len(), to.messages("ada", "A/B").len()), (1, 1));
        assert!(says(&lab, lost), "{:?}", lab.statistics("ada").report);
        lab.assert_perfect("ada");
    }
}

fn subscribe_where_it_is_taken(server: &Sample) {
    let mut client = Client::login(server.address(), "ada", PASSWORD).unwrap();
    // A server that refuses it has no subscriptions, which is what the test is about.
    let _refused = client.command("SUBSCRIBE A/B");
}

fn dated(subject: &str, date_field: &str) -> Message {
    let mut message = message(subject);
    message.bytes = [date_field.as_bytes(), &message.bytes].concat();
    message
}

fn received(to: &Sample, folder: &str) -> Vec<i64> {
    let mailbox = Mailbox::read(to.address(), "ada");
    mailbox.folder(folder).iter().map(|mail| mail.received.as_second()).collect()
}

/// 07: thunderbird/thunderbird-android#8714, scanner/asimap#458
#[test]
fn a_date_in_another_form_is_the_copys_date() {
    let writes_date = |_: &str| "Sat, 17 Jul 2021 02:44:25 +0200".to_owned();
    let from = Sample::start(Options { writes_date, ..Options::default() }).unwrap();
    let to = Sample::start(Options::default()).unwrap();
    put(from.address(), "ada", "Work", [message("one")]);
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    assert_eq!(received(&to, "Work"), [1_626_482_665]);
    assert!(!says(&lab, "no date that can be read"));
}

/// 07, A2, A23
#[test]
fn a_message_without_a_date_that_can_be_read_gets_that_of_its_header_or_the_sources_in_utc_and_it_is_told() {
    let writes_date = |_: &str| "Sat, 17 Jul 2021 02:44:25 +9900".to_owned();
    let from = Sample::start(Options { writes_date, ..Options::default() }).unwrap();
    let to = Sample::start(Options::default()).unwrap();
    let header = "Date: Fri, 16 Jul 2021 02:44:25 +0000 (UTC)\r\n";
    let named = "Date: Fri, 16 Jul 2021 02:44:25 MESZ\r\n";
    let messages = [dated("one", header), dated("two", "Date: today\r\n"), dated("three", named)];
    put(from.address(), "ada", "Work", messages);
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    assert_eq!(received(&to, "Work"), [1_626_403_465, 1_626_489_865, 1_626_403_465]);
    assert_eq!(from.messages("ada", "Work")[0].bytes, to.messages("ada", "Work")[0].bytes);
    let told = "2 got the date of their Date field (UID 1,3), 1 got the date of the source in UTC (UID 2)";
    assert!(says(&lab, told), "{:?}", lab.statistics("ada").report);
    lab.pass();
    assert_eq!(to.appended(), 3);
}

/// 10, A35: MailCore/mailcore2#1249, dbmail/dbmail#195
#[test]
fn messages_that_the_source_numbers_beyond_32_bits_are_named() {
    let from = Sample::start(Options { uids_after: 1 << 34, ..Options::default() }).unwrap();
    let to = Sample::start(Options::default()).unwrap();
    put(from.address(), "ada", "Work", [message("one"), message("two")]);
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    let [item] = lab.skipped("ada").try_into().unwrap();
    assert_eq!((item.kind, item.folder_name.as_str()), (SkippedKind::MissingItem, "Work"));
    assert!(
        item.error_message.contains("2 of its messages beyond 32 bits, the first 17179869185"),
        "{item:?}"
    );
}

/// A35
#[test]
fn a_target_that_numbers_messages_beyond_32_bits_gets_none_since_no_copy_could_be_found_again() {
    let from = Sample::start(Options::default()).unwrap();
    let to = Sample::start(Options { uids_after: 1 << 34, ..Options::default() }).unwrap();
    put(from.address(), "ada", "Work", [message("one")]);
    let lab = Lab::between(from.address(), to.address());
    lab.migrate(&["ada"]);
    lab.pass();
    assert_eq!(to.appended(), 0);
    let skipped = lab.skipped("ada");
    assert!(
        skipped
            .iter()
            .any(|item| item.folder_name == "Work" && item.error_message.contains("beyond 32 bits")),
        "{skipped:?}"
    );
}

/// A32: GNU mailutils forgets the zone.
#[test]
fn a_target_that_keeps_other_dates_than_it_was_given_is_told_of() {
    for without in [&[][..], &["UIDPLUS"]] {
        let writes_date = |_: &str| "17-Jul-2021 00:44:25 +0000".to_owned();
        let from = Sample::start(Options::default()).unwrap();
        let to = Sample::start(Options { writes_date, ..Options::without(without) }).unwrap();
        put(from.address(), "ada", "Work", (1..=9).map(|n| message(&format!("number {n}"))));
        let lab = Lab::between(from.address(), to.address());
        lab.migrate(&["ada"]);
        let [item] = lab.skipped("ada").try_into().unwrap();
        assert_eq!((item.kind, item.folder_name.as_str()), (SkippedKind::DateChanged, "Work"));
        assert!(item.error_message.starts_with("of 9 copies of a pass the target keeps 9"), "{item:?}");
        assert_eq!(lab.user().data_consistency_score, Some(DataConsistencyScore::Good));
    }
}
