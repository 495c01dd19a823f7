//! MESSAGELIMIT: one command is about no more messages than the server says, and a part is not taken for the whole
//! (RFC 9738).

use wire::{BodiesReport, Condition, FetchOptions, Flag, Flags, Refusal, StoreAction, SummaryItems, UidSet};

use crate::append::put;
use crate::fetch::fetch;
use crate::support::{practised, refusal, session, set};

/// The UIDs that a listing tells, in its order.
async fn list(transcript: &str, uids: UidSet) -> Result<Vec<u32>, Refusal> {
    let (mut connection, server) = session("MESSAGELIMIT=3", transcript).await;
    let mut listed = Vec::new();
    let result = connection
        .uid_fetch_summaries(&uids, SummaryItems::default(), |summary| listed.push(summary.uid))
        .await;
    server.finish().await.unwrap();
    if result.is_ok() { Ok(listed) } else { Err(refusal(result)) }
}

/// Y2
#[tokio::test]
async fn no_command_names_more_messages_than_the_server_takes_at_once() {
    let (mut connection, server) = session(
        "MESSAGELIMIT=3",
        "
        C: A1 UID STORE 1:3 +FLAGS.SILENT (\\Seen)
        C: A2 UID STORE 4,9 +FLAGS.SILENT (\\Seen)
        S: A1 OK done
        S: A2 OK done
        C: A3 UID FETCH 1:3 (UID FLAGS INTERNALDATE BODY.PEEK[])
        S: A3 OK done
        C: A4 UID FETCH 4,9 (UID FLAGS INTERNALDATE BODY.PEEK[])
        S: A4 OK done",
    )
    .await;
    let seen: Flags = std::iter::once(Flag::SEEN).collect();
    connection.uid_store(&set("1:4,9"), StoreAction::Add, &seen).await.unwrap();
    let (_, report) = fetch(&mut connection, "1:4,9", FetchOptions::default()).await;
    assert_eq!(report.missing, set("1:4,9"));
    server.finish().await.unwrap();
}

/// Y2
#[tokio::test]
async fn a_listing_goes_on_where_the_server_stopped() {
    let listed = list(
        "
        C: A1 UID FETCH 1:* (UID)
        S: * 9 FETCH (UID 90)
        S: * 8 FETCH (UID 80)
        S: * 7 FETCH (UID 7)
        S: A1 OK [MESSAGELIMIT 3 7] FETCH completed with 3 partial results
        C: A2 UID FETCH 1:3 (UID)
        C: A3 UID FETCH 4:6 (UID)
        S: * 1 FETCH (UID 2)
        S: A2 OK done
        S: * 2 FETCH (UID 5)
        S: A3 OK done",
        UidSet::all(),
    );
    assert_eq!(listed.await.unwrap(), [90, 80, 7, 2, 5]);
}

/// Y2
#[tokio::test]
async fn a_listing_of_which_nobody_knows_what_is_left_is_refused() {
    for code in ["MESSAGELIMIT 3", "MESSAGELIMIT 3 9", "MESSAGELIMIT 3 4", "messagelimit"] {
        let transcript = format!(
            "\nC: A1 UID FETCH 5:* (UID)\nS: * 1 FETCH (UID 7)\nS: * 2 FETCH (UID 9)\nS: A1 OK [{code}] part"
        );
        let refusal = list(&transcript, set("5:*")).await.unwrap_err();
        assert_eq!(refusal.condition, Condition::Ok, "{code}");
    }
}

/// Y2
#[tokio::test]
async fn a_part_of_a_store_or_of_a_fetch_is_not_the_whole() {
    let (mut connection, server) = session(
        "",
        "
        C: A1 UID STORE *
        S: A1 OK [MESSAGELIMIT 1000 7] done in part
        C: A2 UID FETCH *
        S: * 2 FETCH (UID 2 FLAGS () INTERNALDATE NIL BODY[] {1}
        S: b)
        S: A2 OK [MESSAGELIMIT 1 2] done in part",
    )
    .await;
    let stored = connection.uid_store(&set("1:2"), StoreAction::Replace, &Flags::new()).await;
    assert_eq!(refusal(stored).line, "OK [MESSAGELIMIT 1000 7] done in part");
    let (messages, BodiesReport { missing, refused, .. }) =
        fetch(&mut connection, "1:2", FetchOptions::default()).await;
    assert_eq!((messages, missing), (vec!["2 () -: b".to_owned()], UidSet::new()));
    assert_eq!(refused.into_iter().map(|refused| refused.uids).collect::<Vec<_>>(), [set("1")]);
    server.finish().await.unwrap();
}

/// Y2
#[tokio::test]
async fn no_append_brings_more_messages_than_the_server_takes_at_once() {
    let (mut connection, server, options) = practised(
        "MESSAGELIMIT=2 MULTIAPPEND LITERAL+",
        "
        C: A1 APPEND \"x\" () {1+}
        C: a () {1+}
        C: a
        C: A2 APPEND \"x\" () {1+}
        C: a
        S: A1 OK done
        S: A2 OK done",
    )
    .await;
    let mut appender = connection.appender(options).unwrap();
    for _ in 0..3 {
        put(&mut appender, "a").await;
    }
    appender.drain().await.unwrap();
    drop(appender);
    server.finish().await.unwrap();
}
