//! A target that refuses every part of an APPEND before it has the mail, and may read that as commands, against mail that is made
//! of commands: none is ever run, and all mail arrives or is named.

use std::sync::atomic::{AtomicUsize, Ordering};

use model::SkippedKind;
use testkit::mail::Message;
use testkit::sample::{Options, Sample};

use crate::common::lab::{Lab, batch_of};
use crate::common::{message_with, put};

const PRECIOUS: &str = "Precious";

/// Mail whose lines are commands, and answers to commands, with all that an announcement can have.
fn mail() -> Vec<Message> {
    let dates = ["17-Jul-2021 02:44:25 +0000", "17-Jul-2021 02:44:25 +1400", "30-Dec-1969 00:00:00 +0000"];
    let flags: [&[&str]; 4] = [&["\\Seen"], &["\\Flagged", "$Odd"], &["$Odd"], &[]];
    let line = "x1 DELETE Precious\r\nW1 OK done\r\nx2 LOGOUT\r\n";
    let one = |n: usize| Message {
        flags: flags[n % 4].to_vec(),
        internal_date: dates[n % 3].to_owned(),
        ..message_with(&format!("number {n}"), &line.repeat(1 + n % 5 * 20))
    };
    (0..40).map(one).collect()
}

/// Migrates it to such a target, three passes of it, and returns what is there and what was skipped.
fn migrated(
    announcement_refusal: fn(&str, u64) -> Option<&'static str>,
    skips_refused: bool,
    capabilities: &[&str],
) -> (Vec<usize>, Vec<Option<u32>>) {
    let options = Options { announcement_refusal, skips_refused, ..Options::without(capabilities) };
    let (from, to) = (Sample::start(Options::default()).unwrap(), Sample::start(options).unwrap());
    put(from.address(), "ada", "Work", mail());
    let precious = testkit::client::Client::login(to.address(), "ada", testkit::PASSWORD);
    precious.unwrap().command(&format!("CREATE {PRECIOUS}")).unwrap();
    let lab = Lab::between(from.address(), to.address());
    lab.start(batch_of(&["ada"]));
    lab.wait();
    assert!(!to.commands().contains("DELETE"), "a mail was run: {:?}", to.commands());
    assert!(to.folders("ada").iter().any(|folder| folder == PRECIOUS));
    let sent = from.messages("ada", "Work");
    let there = to.messages("ada", "Work");
    let places = there.iter().map(|copy| sent.iter().position(|m| m.bytes == copy.bytes).expect("altered"));
    let mut places: Vec<usize> = places.collect();
    places.sort_unstable();
    let skipped = lab.skipped("ada").into_iter();
    let left_behind = skipped.filter(|item| item.kind != SkippedKind::FlagDropped);
    (places, left_behind.map(|item| item.uid).collect())
}

fn arrives(refusal: fn(&str, u64) -> Option<&'static str>) {
    for (skips, without) in [(true, &[][..]), (false, &[]), (false, &["MULTIAPPEND"]), (false, &["LITERAL+"])]
    {
        let (there, skipped) = migrated(refusal, skips, without);
        assert_eq!(there, (0..40).collect::<Vec<_>>(), "skips: {skips}, without {without:?}");
        assert_eq!(skipped, []);
    }
}

#[test]
fn mail_arrives_without_a_keyword_that_the_target_refuses() {
    arrives(|line, _| line.contains("$Odd").then_some("BAD no such keyword"));
    arrives(|line, _| line.contains("$Odd").then_some("NO no such keyword"));
}

#[test]
fn mail_arrives_without_flags_that_the_target_refuses() {
    arrives(|line, _| (line.contains("\\Flagged") || line.contains("$Odd")).then_some("BAD Invalid flag"));
}

#[test]
fn mail_arrives_in_utc_where_the_target_refuses_other_zones() {
    arrives(|line, _| line.contains("+1400").then_some("BAD Invalid date"));
}

#[test]
fn mail_arrives_one_by_one_where_the_target_refuses_what_joins_a_command() {
    arrives(|line, _| line.starts_with(" (").then_some("BAD Unknown argument"));
}

#[test]
fn mail_of_a_size_that_the_target_refuses_is_named_and_the_rest_arrives() {
    for skips in [true, false] {
        let (there, skipped) = migrated(|_, size| (size > 3000).then_some("NO [TOOBIG] too big"), skips, &[]);
        let large = |n: &usize| n % 5 >= 4;
        assert_eq!(there, (0..40).filter(|n| !large(n)).collect::<Vec<_>>(), "skips: {skips}");
        assert_eq!(skipped.len(), (0..40).filter(large).count());
    }
}

#[test]
fn mail_of_a_year_that_the_target_refuses_is_named_and_the_rest_arrives() {
    for answer in [
        |line: &str, _| line.contains("-1969 ").then_some("BAD Invalid date"),
        |line: &str, _: u64| line.contains("-1969 ").then_some("NO Invalid date"),
    ] {
        let (there, skipped) = migrated(answer, false, &[]);
        let old = |n: &usize| n % 3 == 2;
        assert_eq!(there, (0..40).filter(|n| !old(n)).collect::<Vec<_>>());
        assert_eq!(skipped.len(), (0..40).filter(old).count());
    }
}

#[test]
fn a_folder_of_which_the_target_refuses_all_is_named() {
    for skips in [true, false] {
        let (there, skipped) =
            migrated(|line, _| line.contains("Work").then_some("NO [NOPERM] not here"), skips, &[]);
        assert_eq!((there.len(), skipped), (0, vec![None]), "skips: {skips}");
    }
}

/// What was refused differs in nothing from what was taken before it.
#[test]
fn mail_is_not_run_by_a_target_that_refuses_for_its_state_and_arrives_later() {
    static LEFT: AtomicUsize = AtomicUsize::new(0);
    fn refuse_one(_: &str, _: u64) -> Option<&'static str> {
        (LEFT.fetch_sub(1, Ordering::Relaxed) == 1).then_some("NO that is enough")
    }
    for (nth, without) in [(31, &[][..]), (34, &["MULTIAPPEND"])] {
        LEFT.store(nth, Ordering::Relaxed);
        let (there, skipped) = migrated(refuse_one, false, without);
        assert_eq!((there, skipped), ((0..40).collect(), vec![]), "{nth}");
    }
}
