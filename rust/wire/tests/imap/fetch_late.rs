//! Servers that tell UID, flags or date behind the body, or not at all.

use wire::{BodiesReport, FetchOptions};

use crate::fetch::fetch;
use crate::support::{session, set};

/// A14
#[tokio::test]
async fn a_uid_behind_the_body_makes_messages_be_asked_for_alone() {
    let (mut connection, server) = session(
        "",
        "
        C: A1 UID FETCH 1:2 (UID FLAGS INTERNALDATE BODY.PEEK[])
        S: * 1 FETCH (BODY[] {1}
        S: a FLAGS (\\Seen) INTERNALDATE \"d1\" UID 1)
        S: * 2 FETCH (BODY[] {1}
        S: b FLAGS () INTERNALDATE \"d2\" UID 2)
        S: A1 OK done
        C: A2 UID FETCH 1 (UID FLAGS INTERNALDATE)
        S: * 1 FETCH (FLAGS (\\Seen) INTERNALDATE \"d1\" UID 1)
        S: A2 OK done
        C: A3 UID FETCH 1 (UID BODY.PEEK[])
        S: * 1 FETCH (BODY[] {1}
        S: a UID 1)
        S: A3 OK done
        C: A4 UID FETCH 2 (UID FLAGS INTERNALDATE)
        S: * 2 FETCH (FLAGS () INTERNALDATE \"d2\" UID 2)
        S: A4 OK done
        C: A5 UID FETCH 2 (UID BODY.PEEK[])
        S: * 2 FETCH (BODY[] {1}
        S: b UID 2)
        S: A5 OK done",
    )
    .await;
    let (messages, report) = fetch(&mut connection, "1:2", FetchOptions::default()).await;
    server.finish().await.unwrap();
    assert_eq!(messages, ["1 (\\Seen) d1: a", "2 () d2: b"]);
    assert_eq!(report, BodiesReport::default());
}

#[tokio::test]
async fn flags_behind_the_body_are_not_lost() {
    let (mut connection, server) = session(
        "",
        "
        C: A1 UID FETCH 1 *
        S: * 1 FETCH (UID 1 INTERNALDATE \"d\" BODY[] {1}
        S: a FLAGS (\\Seen))
        S: A1 OK done
        C: A2 UID FETCH 1 (UID FLAGS INTERNALDATE)
        S: * 1 FETCH (UID 1 FLAGS (\\Seen) INTERNALDATE \"d\")
        S: A2 OK done
        C: A3 UID FETCH 1 (UID BODY.PEEK[])
        S: * 1 FETCH (UID 1 BODY[] {1}
        S: a)
        S: A3 OK done",
    )
    .await;
    let (messages, _) = fetch(&mut connection, "1", FetchOptions::default()).await;
    server.finish().await.unwrap();
    assert_eq!(messages, ["1 (\\Seen) d: a"]);
}

/// A23
#[tokio::test]
async fn a_server_that_never_tells_dates_costs_one_message_twice_and_no_more() {
    let (mut connection, server) = session(
        "",
        "
        C: A1 UID FETCH 1:3 *
        S: * 1 FETCH (UID 1 FLAGS () BODY[] {1}
        S: a)
        S: * 2 FETCH (UID 2 FLAGS () BODY[] {1}
        S: b)
        S: * 3 FETCH (UID 3 FLAGS () BODY[] {1}
        S: c)
        S: A1 OK done
        C: A2 UID FETCH 1 (UID FLAGS INTERNALDATE)
        S: * 1 FETCH (UID 1 FLAGS ())
        S: A2 OK done
        C: A3 UID FETCH 1 (UID BODY.PEEK[])
        S: * 1 FETCH (UID 1 BODY[] {1}
        S: a)
        S: A3 OK done",
    )
    .await;
    let (messages, report) = fetch(&mut connection, "1:3", FetchOptions::default()).await;
    server.finish().await.unwrap();
    assert_eq!(messages, ["2 () -: b", "3 () -: c", "1 () -: a"]);
    assert_eq!(report, BodiesReport::default());
}

#[tokio::test]
async fn a_server_that_never_tells_uids_is_asked_message_by_message() {
    let (mut connection, server) = session(
        "",
        "
        C: A1 UID FETCH 8 *
        S: * 1 FETCH (FLAGS () INTERNALDATE \"d\" BODY[] {1}
        S: a)
        S: A1 OK done
        C: A2 UID FETCH 8 (UID FLAGS INTERNALDATE)
        S: * 1 FETCH (FLAGS () INTERNALDATE \"d\")
        S: A2 OK done
        C: A3 UID FETCH 8 (UID BODY.PEEK[])
        S: * 1 FETCH (BODY[] {1}
        S: a)
        S: A3 OK done",
    )
    .await;
    let (messages, report) = fetch(&mut connection, "8", FetchOptions::default()).await;
    server.finish().await.unwrap();
    assert_eq!(messages, ["8 () -: a"], "facts without a UID may be another message's");
    assert_eq!(report, BodiesReport::default());
}

#[tokio::test]
async fn a_message_gone_before_it_is_asked_for_alone_is_missing() {
    let (mut connection, server) = session(
        "",
        "
        C: A1 UID FETCH 1 *
        S: * 1 FETCH (BODY[] {1}
        S: a UID 1)
        S: A1 OK done
        C: A2 UID FETCH 1 (UID FLAGS INTERNALDATE)
        S: A2 OK done
        C: A3 UID FETCH 1 (UID BODY.PEEK[])
        S: A3 OK done",
    )
    .await;
    let (messages, report) = fetch(&mut connection, "1", FetchOptions::default()).await;
    server.finish().await.unwrap();
    assert_eq!((messages.len(), report.missing), (0, set("1")));
}
