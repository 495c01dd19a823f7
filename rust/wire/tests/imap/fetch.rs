//! Streaming bodies: every shape in which a server sends them, and what never comes.

use model::ErrorKind;
use wire::{BodiesReport, BodyHead, Connection, FetchOptions, UidSet};

use crate::support::{impatient_session, session, set};

/// Messages as `uid flags date size: body`, and the report.
pub(crate) async fn fetch(
    connection: &mut Connection,
    uids: &str,
    options: FetchOptions,
) -> (Vec<String>, BodiesReport) {
    let mut bodies = connection.fetch_bodies(set(uids), options).unwrap();
    let mut messages = Vec::new();
    while let Some(mut message) = bodies.next().await.unwrap() {
        let mut body = Vec::new();
        while let Some(chunk) = message.chunk().await.unwrap() {
            body.extend_from_slice(chunk);
        }
        let BodyHead { uid, flags, internal_date, size } = message.head();
        assert_eq!(*size, body.len() as u64);
        let date = internal_date.as_ref().map_or("-", |date| date.as_str());
        messages.push(format!("{uid} {flags} {date}: {}", body.escape_ascii()));
    }
    (messages, bodies.take_report())
}

fn one_by_one() -> FetchOptions {
    FetchOptions { messages_per_command: 1, commands_in_flight: 3 }
}

/// Z2: the whole message is asked for, once, and never its parts.
#[tokio::test]
async fn bodies_come_as_literals_with_their_facts() {
    let (mut connection, server) = session(
        "",
        "
        C: A1 UID FETCH 3:4 (UID FLAGS INTERNALDATE BODY.PEEK[])
        S: * 1 FETCH (UID 3 FLAGS (\\Seen) INTERNALDATE \"date\" BODY[] {4}
        S: a
        S: b)
        S: * 2 fetch (internaldate NIL flags () uid 4 body[] {2}
        S: cd)
        S: A1 OK done
        C: A2 NOOP
        S: A2 OK done",
    )
    .await;
    let (messages, report) = fetch(&mut connection, "3:4", FetchOptions::default()).await;
    assert_eq!(messages, ["3 (\\Seen) date: a\\r\\nb", "4 () -: cd"]);
    assert_eq!(report, BodiesReport::default());
    assert!(connection.is_usable());
    connection.noop().await.unwrap();
    server.finish().await.unwrap();
}

/// K2, peers 2.4: nothing is asked message by message. Dovecot answers several FETCH commands interleaved when it has to wait for
/// its reader.
#[tokio::test]
async fn one_command_asks_for_all_so_that_nothing_can_come_out_of_order() {
    let (mut connection, server) = session(
        "",
        "
        C: A1 UID FETCH 1:5000,6000 (UID FLAGS INTERNALDATE BODY.PEEK[])
        S: A1 OK done",
    )
    .await;
    let (_, report) = fetch(&mut connection, "1:5000,6000", FetchOptions::default()).await;
    assert_eq!(report.missing.count(), 5001);
    server.finish().await.unwrap();
}

#[tokio::test]
async fn many_commands_are_under_way_and_more_follow_each_completion() {
    let (mut connection, server) = session(
        "",
        "
        C: A1 UID FETCH 1 *
        C: A2 UID FETCH 2 *
        C: A3 UID FETCH 3 *
        S: * 1 FETCH (UID 1 FLAGS () INTERNALDATE NIL BODY[] {1}
        S: a)
        S: A1 OK done
        C: A4 UID FETCH 4 *
        S: * 3 FETCH (UID 3 FLAGS () INTERNALDATE NIL BODY[] {1}
        S: c)
        S: A3 OK done
        S: * 4 FETCH (UID 4 FLAGS () INTERNALDATE NIL BODY[] {1}
        S: d)
        S: * 2 FETCH (UID 2 FLAGS () INTERNALDATE NIL BODY[] {1}
        S: b)
        S: A2 OK done
        S: A4 OK done",
    )
    .await;
    let (messages, report) = fetch(&mut connection, "1:4", one_by_one()).await;
    server.finish().await.unwrap();
    assert_eq!(messages, ["1 () -: a", "3 () -: c", "4 () -: d", "2 () -: b"]);
    assert_eq!(report, BodiesReport::default());
}

/// Z3
#[tokio::test]
async fn a_body_may_be_quoted_or_binary_and_one_that_is_nil_or_empty_is_no_message() {
    let (mut connection, server) = session(
        "",
        "
        C: A1 UID FETCH 1:5 *
        S: * 1 FETCH (UID 1 BODY[] \"q \\\"x\\\"\" FLAGS (\\Seen) INTERNALDATE \"d\")
        S: * 2 FETCH (UID 2 FLAGS () INTERNALDATE NIL BODY[] \"\")
        S: * 3 FETCH (UID 3 FLAGS () INTERNALDATE NIL BINARY[] ~{3}
        S: a\0b)
        S: * 4 FETCH (UID 4 FLAGS () INTERNALDATE NIL BODY[] NIL)
        S: * 5 FETCH (UID 5 FLAGS () INTERNALDATE NIL BODY[] {0}
        S: )
        S: A1 OK done",
    )
    .await;
    let (messages, report) = fetch(&mut connection, "1:5", FetchOptions::default()).await;
    server.finish().await.unwrap();
    assert_eq!(messages, ["1 (\\Seen) d: q \\\"x\\\"", "3 () -: a\\x00b"]);
    assert_eq!(report.missing, set("2,4:5"));
}

/// I1, I5, A24, peers 2.3-2: who is listed and does not come is gone, not an error.
#[tokio::test]
async fn phantoms_are_reported_and_news_duplicates_and_strangers_are_not_messages() {
    let (mut connection, server) = session(
        "",
        "
        C: A1 UID FETCH 1:4 *
        S: * 7 FETCH (FLAGS (\\Deleted))
        S: * 1 FETCH (UID 1 FLAGS () INTERNALDATE NIL BODY[] {1}
        S: a)
        S: * 2 FETCH (UID 2 FLAGS (\\Seen))
        S: * 1 FETCH (UID 1 FLAGS () INTERNALDATE NIL BODY[] {1}
        S: z)
        S: * 9 FETCH (UID 99 FLAGS () INTERNALDATE NIL BODY[] {1}
        S: z)
        S: * 3 EXPUNGE
        S: * 2 FETCH (UID 2 FLAGS () INTERNALDATE NIL BODY[] {1}
        S: b)
        S: A1 OK done",
    )
    .await;
    let (messages, report) = fetch(&mut connection, "1:4", FetchOptions::default()).await;
    server.finish().await.unwrap();
    assert_eq!(messages, ["1 () -: a", "2 () -: b"]);
    assert_eq!(report.missing, set("3:4"));
}

#[tokio::test]
async fn a_refused_fetch_owes_its_messages_and_the_others_go_on() {
    let (mut connection, server) = session(
        "",
        "
        C: A1 UID FETCH 1 *
        C: A2 UID FETCH 2 *
        C: A3 UID FETCH 3 *
        S: * 1 FETCH (UID 1 FLAGS () INTERNALDATE NIL BODY[] {1}
        S: a)
        S: A1 OK done
        S: A2 NO [UNAVAILABLE] disk read failed
        S: * 3 FETCH (UID 3 FLAGS () INTERNALDATE NIL BODY[] {1}
        S: c)
        S: A3 OK done",
    )
    .await;
    let (messages, report) = fetch(&mut connection, "1:3", one_by_one()).await;
    server.finish().await.unwrap();
    assert_eq!(messages, ["1 () -: a", "3 () -: c"]);
    assert!(report.missing.is_empty());
    assert_eq!(report.refused.len(), 1);
    assert_eq!(report.refused[0].uids, set("2"));
    assert_eq!(report.refused[0].refusal.code.as_deref(), Some("UNAVAILABLE"));
    assert!(connection.is_usable());
}

/// peers 2.4: a connection lost in the middle is no success.
#[tokio::test]
async fn a_cut_between_messages_is_an_error() {
    let (mut connection, _server) = session(
        "",
        "
        C: A1 UID FETCH 1:3 *
        S: * 1 FETCH (UID 1 FLAGS () INTERNALDATE NIL BODY[] {1}
        S: a)
        S: <CUT>",
    )
    .await;
    let mut bodies = connection.fetch_bodies(set("1:3"), FetchOptions::default()).unwrap();
    assert!(bodies.next().await.unwrap().is_some());
    assert_eq!(bodies.next().await.map(|_| ()).unwrap_err().kind(), ErrorKind::ConnectionLost);
    drop(bodies);
    assert!(!connection.is_usable());
}

#[tokio::test]
async fn a_cut_inside_a_body_is_an_error_and_no_short_message() {
    let (mut connection, _server) = session(
        "",
        "\nC: A1 UID FETCH 1 *\nS: * 1 FETCH (UID 1 FLAGS () INTERNALDATE NIL BODY[] {100}\nS: short<CUT>",
    )
    .await;
    let mut bodies = connection.fetch_bodies(set("1"), FetchOptions::default()).unwrap();
    let mut message = bodies.next().await.unwrap().unwrap();
    assert_eq!(message.chunk().await.unwrap(), Some(&b"short"[..]));
    assert_eq!(message.chunk().await.unwrap_err().kind(), ErrorKind::ConnectionLost);
    drop(bodies);
    assert!(!connection.is_usable());
}

/// I5: what is not as long as announced is no message, and nothing after it can be trusted.
#[tokio::test]
async fn a_body_that_is_longer_or_shorter_than_announced_is_an_error_before_its_end_is_told() {
    for (announced, lines) in [
        (3, "S: abcde)"),
        (3, "S: abc"),
        (3, "S: abc(d)"),
        (3, "S: abc (d) e)"),
        (9, "S: abc)\nS: * 2 FETCH (UID 2 FLAGS () INTERNALDATE NIL BODY[] {1}\nS: z)"),
    ] {
        let head = "\nC: A1 UID FETCH 1:2 *\nS: * 1 FETCH (UID 1 FLAGS () INTERNALDATE NIL BODY[]";
        let (mut connection, _server) =
            session("", format!("{head} {{{announced}}}\n{lines}\nS: A1 OK done")).await;
        let mut bodies = connection.fetch_bodies(set("1:2"), FetchOptions::default()).unwrap();
        let mut message = bodies.next().await.unwrap().unwrap();
        let error = loop {
            match message.chunk().await {
                Ok(chunk) => assert!(chunk.is_some(), "{lines}: the end was told"),
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), ErrorKind::ProtocolViolation, "{lines}");
        assert_eq!(bodies.owed(), set("2"));
        drop(bodies);
        assert!(!connection.is_usable());
    }
}

#[tokio::test]
async fn a_stall_inside_a_body_is_timed_out() {
    let (mut connection, _server) = impatient_session(
        "\nC: A1 UID FETCH 1 *\nS: * 1 FETCH (UID 1 FLAGS () INTERNALDATE NIL BODY[] {9}\nS: x<STALL>",
    )
    .await;
    let mut bodies = connection.fetch_bodies(set("1"), FetchOptions::default()).unwrap();
    let mut message = bodies.next().await.unwrap().unwrap();
    assert!(message.chunk().await.unwrap().is_some());
    assert_eq!(message.chunk().await.unwrap_err().kind(), ErrorKind::TimedOut);
}

#[tokio::test]
async fn leaving_in_the_middle_poisons_the_connection() {
    let (mut connection, _server) = session(
        "",
        "\nC: A1 UID FETCH 1 *\nS: * 1 FETCH (UID 1 FLAGS () INTERNALDATE NIL BODY[] {9}\nS: x<STALL>",
    )
    .await;
    let mut bodies = connection.fetch_bodies(set("1"), FetchOptions::default()).unwrap();
    assert!(bodies.next().await.unwrap().is_some());
    drop(bodies);
    assert!(!connection.is_usable());
    assert_eq!(connection.noop().await.unwrap_err().kind(), ErrorKind::ConnectionLost);
}

#[tokio::test]
async fn an_unread_body_is_skipped() {
    let (mut connection, server) = session(
        "",
        "
        C: A1 UID FETCH 1:2 *
        S: * 1 FETCH (UID 1 FLAGS () INTERNALDATE NIL BODY[] {5}
        S: abcde)
        S: * 2 FETCH (UID 2 FLAGS () INTERNALDATE NIL BODY[] {1}
        S: b)
        S: A1 OK done",
    )
    .await;
    let mut bodies = connection.fetch_bodies(set("1:2"), FetchOptions::default()).unwrap();
    assert_eq!(bodies.next().await.unwrap().unwrap().head().size, 5);
    assert_eq!(bodies.next().await.unwrap().unwrap().head().uid, 2);
    assert!(bodies.next().await.unwrap().is_none());
    assert!(bodies.next().await.unwrap().is_none(), "the end stays the end");
    drop(bodies);
    assert!(connection.is_usable());
    server.finish().await.unwrap();
}

#[tokio::test]
async fn a_body_larger_than_every_buffer_comes_whole() {
    let body: String = (0..200_000).map(|number| format!("{number:07}\r\n")).collect();
    let transcript = format!(
        "\nC: A1 UID FETCH 1 *\nS: * 1 FETCH (UID 1 FLAGS () INTERNALDATE NIL BODY[] {{{}}}\n{})\nS: A1 OK done",
        body.len(),
        body.lines().map(|line| format!("S: {line}\n")).collect::<String>() + "S: ",
    );
    let (mut connection, server) = session("", transcript).await;
    let mut bodies = connection.fetch_bodies(set("1"), FetchOptions::default()).unwrap();
    let mut message = bodies.next().await.unwrap().unwrap();
    let mut got = Vec::new();
    while let Some(chunk) = message.chunk().await.unwrap() {
        got.extend_from_slice(chunk);
    }
    assert!(got == body.as_bytes(), "{} bytes instead of {}", got.len(), body.len());
    assert!(bodies.next().await.unwrap().is_none());
    server.finish().await.unwrap();
}

#[tokio::test]
async fn an_empty_set_asks_for_nothing() {
    let (mut connection, server) = session("", "\nC: A1 NOOP\nS: A1 OK done").await;
    let mut bodies = connection.fetch_bodies(UidSet::new(), FetchOptions::default()).unwrap();
    assert!(bodies.next().await.unwrap().is_none());
    drop(bodies);
    connection.noop().await.unwrap();
    server.finish().await.unwrap();
}

/// Which of two bodies is the message, nobody knows; one that nobody asked for is none.
#[tokio::test]
async fn of_bodies_that_come_more_often_than_they_were_asked_for_the_first_counts_and_it_is_told() {
    let one = |uid, body: &str| {
        format!("\nS: * 1 FETCH (UID {uid} FLAGS () INTERNALDATE NIL BODY[] {{1}}\nS: {body})")
    };
    let bodies = [one(9, "z"), one(3, "a"), one(3, "b"), one(4, "c"), one(3, "a")].concat();
    let transcript = format!("\nC: A1 UID FETCH 3:4 *{bodies}\nS: A1 OK done");
    let (mut connection, server) = session("", transcript).await;
    let (messages, report) = fetch(&mut connection, "3:4", FetchOptions::default()).await;
    assert_eq!(messages, ["3 () -: a", "4 () -: c"]);
    assert_eq!(report, BodiesReport { doubled: set("3"), ..BodiesReport::default() });
    server.finish().await.unwrap();
}
