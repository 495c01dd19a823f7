//! Appending: how messages share the wire, and how each gets its own outcome.

use model::ErrorKind;
use wire::{
    AppendOptions, AppendUid, Appender, Begun, Flag, Flags, InternalDate, MailboxName, Outcome, Ticket,
};

use crate::support::{far_session, practised, session};

pub(crate) fn x() -> MailboxName {
    MailboxName::from_text("x")
}

pub(crate) async fn put(appender: &mut Appender<'_>, body: &str) -> Ticket {
    let size = body.len() as u64;
    let Begun::Accepted(ticket) = appender.begin(&x(), &Flags::new(), None, size).await.unwrap() else {
        panic!("`{body}` was refused before its body");
    };
    appender.write(body.as_bytes()).await.unwrap();
    appender.finish().await.unwrap();
    ticket
}

/// Outcomes in short: the UID, `stored`, or the refusal's line.
pub(crate) fn outcomes(appender: &mut Appender<'_>) -> Vec<(Ticket, String)> {
    let short = |outcome: Outcome| match outcome.result {
        Ok(Some(place)) => place.uid.to_string(),
        Ok(None) => "stored".to_owned(),
        Err(refusal) => refusal.line,
    };
    std::iter::from_fn(|| appender.next_outcome()).map(|outcome| (outcome.ticket, short(outcome))).collect()
}

/// G14, Y1: the date is always sent, and a body without a final CRLF is followed by the command's own.
#[tokio::test]
async fn a_message_is_announced_with_flags_and_date_and_its_place_is_told() {
    let (mut connection, server, options) = practised(
        "LITERAL+ UIDPLUS",
        "
        C: A1 APPEND \"x\" (\\Seen) \" 1-Jan-2020 00:00:00 +0000\" {7+}
        C: one
        C: tw
        S: A1 OK [APPENDUID 7 42] done
        C: A2 NOOP
        S: A2 OK done",
    )
    .await;
    let mut appender = connection.appender(options).unwrap();
    let flags: Flags = [Flag::SEEN, Flag::RECENT].into_iter().collect();
    let date = InternalDate::new("1-Jan-2020 00:00:00 +0000");
    let begun = appender.begin(&x(), &flags, Some(&date), 7).await.unwrap();
    appender.write(b"one\r").await.unwrap();
    appender.write(b"\ntw").await.unwrap();
    appender.finish().await.unwrap();
    appender.drain().await.unwrap();
    let outcome = appender.next_outcome().unwrap();
    assert_eq!(begun, Begun::Accepted(outcome.ticket));
    assert_eq!(
        outcome.result.unwrap(),
        Some(AppendUid { uid_validity: model::UidValidity::new(7).unwrap(), uid: 42 })
    );
    assert_eq!(outcome.batch, 1);
    drop(appender);
    connection.noop().await.unwrap();
    server.finish().await.unwrap();
}

/// A18, peers 2.4: the list of flags is sent even where it is empty.
#[tokio::test]
async fn an_odd_date_is_left_to_the_server() {
    let (mut connection, server, options) =
        practised("LITERAL+", "\nC: A1 APPEND \"x\" () {1+}\nC: a\nS: A1 OK done").await;
    let mut appender = connection.appender(options).unwrap();
    let date = InternalDate::new("00-Jan-0000 00:00:00 +0000");
    assert!(matches!(appender.begin(&x(), &Flags::new(), Some(&date), 1).await.unwrap(), Begun::Accepted(_)));
    appender.write(b"a").await.unwrap();
    appender.finish().await.unwrap();
    appender.drain().await.unwrap();
    server.finish().await.unwrap();
}

#[tokio::test]
async fn pipelined_messages_get_their_outcomes_by_tag() {
    let (mut connection, server, options) = practised(
        "LITERAL+",
        "
        C: A1 APPEND *
        C: one
        C: A2 APPEND *
        C: two
        C: A3 APPEND *
        C: three
        S: * 5 EXISTS
        S: A1 OK [APPENDUID 7 1] done
        S: A3 OK done
        S: A2 NO [OVERQUOTA] Mailbox is full
        C: A4 NOOP
        S: A4 OK done",
    )
    .await;
    let mut appender = connection.appender(options).unwrap();
    let one = put(&mut appender, "one").await;
    let two = put(&mut appender, "two").await;
    let three = put(&mut appender, "three").await;
    appender.drain().await.unwrap();
    let expected = [(one, "1"), (three, "stored"), (two, "NO [OVERQUOTA] Mailbox is full")];
    assert_eq!(outcomes(&mut appender), expected.map(|(ticket, text)| (ticket, text.to_owned())));
    assert_eq!(appender.unanswered().count(), 0);
    drop(appender);
    connection.noop().await.unwrap();
    server.finish().await.unwrap();
}

#[tokio::test]
async fn a_synchronizing_literal_waits_for_its_plus_through_news() {
    let (mut connection, server) = session(
        "",
        "
        C: A1 APPEND \"x\" () {3}
        S: * 5 EXISTS
        S: * OK still here
        S: +
        C: one
        S: * 6 EXISTS
        S: A1 OK done",
    )
    .await;
    let mut appender = connection.appender(AppendOptions::default()).unwrap();
    let one = put(&mut appender, "one").await;
    appender.drain().await.unwrap();
    assert_eq!(outcomes(&mut appender), [(one, "stored".to_owned())]);
    server.finish().await.unwrap();
}

async fn stores_two(connection: &mut wire::Connection) {
    let mut appender = connection.appender(AppendOptions::default()).unwrap();
    let one = put(&mut appender, "one").await;
    let two = put(&mut appender, "two").await;
    appender.drain().await.unwrap();
    assert_eq!(outcomes(&mut appender), [(one, "stored".to_owned()), (two, "stored".to_owned())]);
}

/// Courier: its `+` would wait until the OK before it is acknowledged, which takes 40 ms.
#[tokio::test]
async fn near_by_a_synchronizing_literal_waits_for_the_message_before() {
    let (mut connection, server) = session(
        "",
        "
        C: A1 APPEND *
        S: + go
        C: one
        S: A1 OK done
        C: A2 APPEND *
        S: + go
        C: two
        S: A2 OK done",
    )
    .await;
    stores_two(&mut connection).await;
    server.finish().await.unwrap();
}

#[tokio::test]
async fn far_away_a_synchronizing_literal_does_not_wait_for_the_message_before() {
    let (mut connection, server, _way) = far_session(
        "
        C: A2 APPEND *
        S: + go
        C: one
        C: A3 APPEND *
        S: A2 OK done
        S: + go
        C: two
        S: A3 OK done",
    )
    .await;
    stores_two(&mut connection).await;
    server.finish().await.unwrap();
}

#[tokio::test]
async fn a_no_instead_of_plus_is_the_outcome_and_no_body_follows() {
    let (mut connection, server) = session(
        "",
        "
        C: A1 APPEND *
        S: A1 NO [TRYCREATE] no such mailbox
        C: A2 APPEND *
        S: +
        C: two
        S: A2 OK done",
    )
    .await;
    let mut appender = connection.appender(AppendOptions::default()).unwrap();
    let Begun::Refused(outcome) = appender.begin(&x(), &Flags::new(), None, 3).await.unwrap() else {
        panic!()
    };
    assert_eq!(outcome.result.unwrap_err().kind(), ErrorKind::FolderNotFound);
    put(&mut appender, "two").await;
    appender.drain().await.unwrap();
    assert_eq!(outcomes(&mut appender).len(), 1);
    server.finish().await.unwrap();
}

#[tokio::test]
async fn a_plus_that_came_unasked_does_not_count_for_the_next_message() {
    let (mut connection, server) = session(
        "",
        "
        C: A1 APPEND *
        S: +
        C: one
        S: +
        S: A1 OK done
        C: A2 APPEND *
        S: A2 NO no",
    )
    .await;
    let mut appender = connection.appender(AppendOptions::default()).unwrap();
    put(&mut appender, "one").await;
    appender.drain().await.unwrap();
    let begun = appender.begin(&x(), &Flags::new(), None, 3).await.unwrap();
    assert!(matches!(begun, Begun::Refused(_)), "{begun:?}");
    server.finish().await.unwrap();
}

#[tokio::test]
async fn a_refusal_in_the_middle_of_a_literal_ends_with_the_literal() {
    let (mut connection, server, options) = practised(
        "LITERAL+",
        "
        C: A1 APPEND *
        C: one
        S: A1 NO [TOOBIG] too big
        C: rest
        C: A2 APPEND *
        C: two
        S: A2 OK done",
    )
    .await;
    let mut appender = connection.appender(options).unwrap();
    let Begun::Accepted(one) = appender.begin(&x(), &Flags::new(), None, 9).await.unwrap() else { panic!() };
    appender.write(b"one\r\n").await.unwrap();
    appender.write(b"rest").await.unwrap();
    appender.finish().await.unwrap();
    let two = put(&mut appender, "two").await;
    appender.drain().await.unwrap();
    let expected = [(one, "NO [TOOBIG] too big".to_owned()), (two, "stored".to_owned())];
    assert_eq!(outcomes(&mut appender), expected);
    server.finish().await.unwrap();
}

#[tokio::test]
async fn literal_minus_waits_for_large_messages_only() {
    let large = "x".repeat(4097);
    let (mut connection, server, options) = practised(
        "LITERAL-",
        format!(
            "
        C: A1 APPEND \"x\" () {{3+}}
        C: one
        S: A1 OK done
        C: A2 APPEND \"x\" () {{4097}}
        S: +
        C: {large}
        S: A2 OK done"
        ),
    )
    .await;
    let mut appender = connection.appender(options).unwrap();
    put(&mut appender, "one").await;
    put(&mut appender, &large).await;
    appender.drain().await.unwrap();
    assert_eq!(outcomes(&mut appender).len(), 2);
    server.finish().await.unwrap();
}

#[tokio::test]
async fn no_more_is_under_way_than_allowed() {
    let (mut connection, server, options) = practised(
        "LITERAL+",
        "
        C: A1 APPEND *
        C: one
        C: A2 APPEND *
        C: two
        S: A1 OK done
        C: A3 APPEND *
        C: three
        S: A2 OK done
        S: A3 OK done",
    )
    .await;
    let limits = AppendOptions { messages_in_flight: 2, ..options };
    let mut appender = connection.appender(limits).unwrap();
    put(&mut appender, "one").await;
    put(&mut appender, "two").await;
    assert_eq!(appender.unanswered().count(), 2);
    put(&mut appender, "three").await;
    assert_eq!(appender.unanswered().count(), 2, "the third waited for the first");
    appender.drain().await.unwrap();
    server.finish().await.unwrap();
}

#[tokio::test]
async fn bytes_under_way_are_bounded_but_one_message_always_may() {
    let (mut connection, server, options) = practised(
        "LITERAL+",
        "
        C: A1 APPEND *
        C: larger than the limit
        S: A1 OK done
        C: A2 APPEND *
        C: two
        S: A2 OK done",
    )
    .await;
    let limits = AppendOptions { bytes_in_flight: 4, ..options };
    let mut appender = connection.appender(limits).unwrap();
    put(&mut appender, "larger than the limit").await;
    put(&mut appender, "two").await;
    appender.drain().await.unwrap();
    server.finish().await.unwrap();
}

#[tokio::test]
async fn a_folder_name_may_need_a_literal_of_its_own() {
    let (mut connection, server) = session(
        "",
        b"
        C: A1 APPEND {4}
        S: +
        C: caf\xe9 () {3}
        S: +
        C: one
        S: A1 OK done",
    )
    .await;
    let mut appender = connection.appender(AppendOptions::default()).unwrap();
    let folder = MailboxName::from_wire(&b"caf\xe9"[..]);
    let Begun::Accepted(_) = appender.begin(&folder, &Flags::new(), None, 3).await.unwrap() else { panic!() };
    appender.write(b"one").await.unwrap();
    appender.finish().await.unwrap();
    appender.drain().await.unwrap();
    server.finish().await.unwrap();
}
