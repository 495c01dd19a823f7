//! Connections that end at the worst moments: nothing is lost, and nothing is there twice.

use model::status::{BatchStatus, DataConsistencyScore, UserStatus};
use model::{ErrorKind, SkippedKind};
use testkit::mail::{self, Message};
use testkit::proxy::{Cut, Direction, Proxy, Way};
use testkit::sample::{Fault, Moment, Options, Sample, Until};

use crate::common::lab::eventually;
use crate::common::{Lab, Mailbox, batch_of, message, put};

/// How many messages lie on the source.
const COUNT: usize = 40;

/// A source with mail of every shape, duplicates among it.
fn filled() -> Sample {
    let from = Sample::start(Options::default()).unwrap();
    mail::append(from.address(), "ada", "INBOX", 9, COUNT).unwrap();
    from
}

/// Starts without retries: the first failure shows.
fn start(lab: &Lab) {
    let mut batch = batch_of(&["ada"]);
    batch.options.auto_retry_count = 0;
    lab.start(batch);
}

/// Migrates over a target that fails so once, and sees to it that the next attempt makes good.
fn survives(options: Options, fault: Fault) {
    let (from, to) = (filled(), Sample::start(options).unwrap());
    let lab = Lab::between(from.address(), to.address());
    to.inject(fault);
    start(&lab);
    assert_eq!(lab.wait().status, BatchStatus::Failed);
    assert_eq!(lab.failure("ada").kind, ErrorKind::ConnectionLost);
    lab.start_again();
    lab.synced();
    Mailbox::read(to.address(), "ada").assert_is(&Mailbox::read(from.address(), "ada"));
    assert_eq!(to.appended(), COUNT);
    lab.assert_perfect("ada");
}

fn lost_ok(nth: usize) -> Fault {
    Fault::Close { nth, moment: Moment::BeforeOk }
}

#[test]
fn messages_of_a_multiappend_whose_ok_was_lost_are_adopted() {
    survives(Options::default(), lost_ok(20));
}

#[test]
fn a_message_whose_ok_was_lost_is_adopted_where_each_has_its_own_command() {
    survives(Options::without(&["MULTIAPPEND"]), lost_ok(20));
}

#[test]
fn a_message_whose_ok_was_lost_is_adopted_where_the_client_waits_for_leave() {
    survives(Options::without(&["MULTIAPPEND", "LITERAL+"]), lost_ok(20));
}

/// A6: without UIDPLUS nothing tells where a message went.
#[test]
fn messages_are_adopted_where_the_server_never_tells_their_uids() {
    survives(Options::without(&["UIDPLUS"]), lost_ok(33));
    survives(Options::without(&["UIDPLUS", "MULTIAPPEND", "LITERAL+"]), lost_ok(20));
}

/// A twin of a message that was copied long ago must not stand for the one whose OK was lost.
#[test]
fn a_duplicate_whose_ok_was_lost_is_counted_once_and_not_more() {
    let (from, to) = (Sample::start(Options::default()).unwrap(), Sample::start(Options::default()).unwrap());
    let twin = message("twin");
    put(from.address(), "ada", "INBOX", [twin.clone(), twin.clone()]);
    let lab = Lab::between(from.address(), to.address());
    start(&lab);
    lab.synced();
    put(from.address(), "ada", "INBOX", [twin.clone(), message("other"), twin]);
    to.inject(lost_ok(3));
    lab.sync_now();
    lab.until(UserStatus::IncrementalFailed);
    lab.start_again();
    lab.synced();
    Mailbox::read(to.address(), "ada").assert_is(&Mailbox::read(from.address(), "ada"));
    assert_eq!(to.appended(), 5);
}

/// What a copy lacks is brought over after the copying: until then, the ledger must not say that it has it.
#[test]
fn a_flag_that_an_adopted_copy_lacks_is_not_forgotten_when_the_copying_is_cut_off() {
    let (from, to) = (Sample::start(Options::default()).unwrap(), Sample::start(Options::default()).unwrap());
    let read = Message { flags: vec!["\\Seen"], ..message("read") };
    put(from.address(), "ada", "INBOX", [read, message("other")]);
    put(to.address(), "ada", "INBOX", [message("read")]);
    let lab = Lab::between(from.address(), to.address());
    to.inject(Fault::CloseInLiteral { nth: 1 });
    start(&lab);
    assert_eq!(lab.wait().status, BatchStatus::Failed);
    lab.start_again();
    lab.synced();
    Mailbox::read(to.address(), "ada").assert_is(&Mailbox::read(from.address(), "ada"));
}

#[test]
fn an_ok_that_is_the_last_word_counts() {
    survives(Options::without(&["MULTIAPPEND"]), Fault::Close { nth: 20, moment: Moment::AfterOk });
}

#[test]
fn a_connection_that_ends_before_the_message_is_stored_loses_nothing() {
    survives(Options::default(), Fault::CloseInLiteral { nth: 20 });
    survives(Options::without(&["MULTIAPPEND"]), Fault::CloseInLiteral { nth: 1 });
}

/// Cuts the way after so many bytes, each time in another place, and sees to it that the last attempt makes good.
fn survives_cuts(side: Direction, cuts: &[(u64, Cut)]) {
    let (from, to) = (filled(), Sample::start(Options::default()).unwrap());
    let side_of = if side == Direction::ToClient { &from } else { &to };
    let proxy = Proxy::start(side_of.address()).unwrap();
    let proxied = proxy.address(side_of.address());
    let lab = match side {
        Direction::ToClient => Lab::between(&proxied, to.address()),
        Direction::ToServer => Lab::between(from.address(), &proxied),
    };
    for (attempt, (bytes, how)) in (1..).zip(cuts) {
        proxy.cut_after(side, *bytes, *how);
        if attempt == 1 {
            start(&lab)
        } else {
            lab.start_again()
        }
        assert_eq!(lab.wait().status, BatchStatus::Failed, "cut after {bytes}");
        assert!(lab.failure("ada").retryable, "{:?}", lab.failure("ada"));
        assert_eq!(proxy.counts().cut, attempt);
    }
    lab.start_again();
    lab.synced();
    Mailbox::read(to.address(), "ada").assert_is(&Mailbox::read(from.address(), "ada"));
    assert_eq!(to.messages("ada", "INBOX").len(), COUNT);
}

#[test]
fn a_fetch_that_is_cut_within_a_literal_loses_and_doubles_nothing() {
    let cuts = [(9_000, Cut::Fin), (30_000, Cut::Reset), (12_345, Cut::Reset), (25_001, Cut::Fin)];
    survives_cuts(Direction::ToClient, &cuts);
}

#[test]
fn an_append_that_is_cut_within_a_literal_loses_and_doubles_nothing() {
    let cuts = [(2_000, Cut::Fin), (30_000, Cut::Reset), (7_777, Cut::Reset), (20_002, Cut::Fin)];
    survives_cuts(Direction::ToServer, &cuts);
}

/// The OK is lost on the way, and not by the server: it has stored everything.
#[test]
fn answers_that_are_cut_off_lose_and_double_nothing() {
    let (from, to) = (filled(), Sample::start(Options::without(&["MULTIAPPEND"])).unwrap());
    let proxy = Proxy::start(to.address()).unwrap();
    let lab = Lab::between(from.address(), &proxy.address(to.address()));
    proxy.cut_after(Direction::ToClient, 1_900, Cut::Reset);
    start(&lab);
    assert_eq!(lab.wait().status, BatchStatus::Failed);
    // How many got through before the cut is the machine's affair; that some did is what this is about.
    assert!(to.appended() > 0);
    lab.start_again();
    lab.synced();
    Mailbox::read(to.address(), "ada").assert_is(&Mailbox::read(from.address(), "ada"));
    assert_eq!(to.messages("ada", "INBOX").len(), COUNT);
}

/// G15, peers 2.3-7
#[test]
fn a_lost_connection_is_tried_again_without_being_asked() {
    let (from, to) = (filled(), Sample::start(Options::default()).unwrap());
    let lab = Lab::between(from.address(), to.address());
    to.inject(Fault::CloseInLiteral { nth: 5 });
    lab.migrate(&["ada"]);
    Mailbox::read(to.address(), "ada").assert_is(&Mailbox::read(from.address(), "ada"));
}

/// O28: Microsoft 365 ends connections whose token has expired, in the middle of whatever it is.
#[test]
fn a_session_that_expires_in_mid_run_is_opened_again_and_loses_and_doubles_nothing() {
    for options in [Options::default(), Options::without(&["MULTIAPPEND"])] {
        let (from, to) = (filled(), Sample::start(options).unwrap());
        let lab = Lab::between(from.address(), to.address());
        to.inject(Fault::Refuse {
            nth: 20,
            response: "BYE Session invalidated - AccessTokenExpired".to_owned(),
        });
        lab.migrate(&["ada"]);
        Mailbox::read(to.address(), "ada").assert_is(&Mailbox::read(from.address(), "ada"));
        assert_eq!(to.appended(), COUNT);
        lab.assert_perfect("ada");
    }
}

/// peers 2.3-4
#[test]
fn a_worker_that_is_told_to_end_leaves_work_that_the_next_one_finishes() {
    let (from, to) = (filled(), Sample::start(Options::without(&["MULTIAPPEND"])).unwrap());
    let proxy = Proxy::start(to.address()).unwrap();
    let lab = Lab::between(from.address(), &proxy.address(to.address()));
    proxy.set(Way { bandwidth: Some(40_000), ..Way::default() });
    start(&lab);
    eventually("some messages arrive", || to.appended() > 0);
    lab.stop_serving();
    assert!(to.appended() < COUNT);
    proxy.set(Way::default());
    lab.serve();
    lab.synced();
    Mailbox::read(to.address(), "ada").assert_is(&Mailbox::read(from.address(), "ada"));
}

/// Five messages, of which the target stores the third some time after it has closed the connection.
fn stored_late(capabilities: &[&str], until: Until) -> (Sample, Lab) {
    let mut without = vec!["MULTIAPPEND", "LITERAL+"];
    without.extend(capabilities);
    let (from, to) =
        (Sample::start(Options::default()).unwrap(), Sample::start(Options::without(&without)).unwrap());
    put(from.address(), "ada", "Work", (1..=5).map(|n| message(&format!("number {n}"))));
    let lab = Lab::between(from.address(), to.address());
    to.inject(Fault::StoreLate { nth: 3, until });
    lab.migrate(&["ada"]);
    lab.pass();
    (to, lab)
}

#[test]
fn a_message_that_the_target_stores_some_time_after_its_connection_was_lost_is_waited_for() {
    for capabilities in [&[][..], &["UIDPLUS"]] {
        let (to, lab) = stored_late(capabilities, Until::Opened(3));
        assert_eq!(to.appended(), 5, "without {capabilities:?}");
        lab.assert_perfect("ada");
    }
}

#[test]
fn a_message_that_the_target_stores_after_it_was_sent_again_is_named() {
    for capabilities in [&[][..], &["UIDPLUS"]] {
        let (to, lab) = stored_late(capabilities, Until::Appended);
        assert_eq!(to.appended(), 6, "without {capabilities:?}");
        let items = lab.skipped("ada");
        let told: Vec<_> =
            items.iter().map(|item| (item.kind, item.folder_name.as_str(), item.uid)).collect();
        assert_eq!(told, [(SkippedKind::MessageDoubled, "Work", None)], "without {capabilities:?}");
        assert_eq!(lab.user().data_consistency_score, Some(DataConsistencyScore::Good));
    }
}
