//! Several messages in one command: stored together, or not at all.

use model::ErrorKind;
use wire::{AppendOptions, Begun, Flags, MailboxName};

use crate::append::{outcomes, put, x};
use crate::support::practised;

#[tokio::test]
async fn several_messages_share_a_command_and_its_uids() {
    let (mut connection, server, options) = practised(
        "LITERAL+ MULTIAPPEND",
        "
        C: A1 APPEND \"x\" () {3+}
        C: one () {3+}
        C: two () {5+}
        C: three
        S: A1 OK [APPENDUID 7 10:11,20] done",
    )
    .await;
    let mut appender = connection.appender(options).unwrap();
    let mut expected = Vec::new();
    for (body, uid) in [("one", "10"), ("two", "11"), ("three", "20")] {
        expected.push((put(&mut appender, body).await, uid.to_owned()));
    }
    appender.drain().await.unwrap();
    assert_eq!(outcomes(&mut appender), expected);
    server.finish().await.unwrap();
}

#[tokio::test]
async fn a_refused_batch_refuses_all_of_it() {
    let (mut connection, server, options) = practised(
        "LITERAL+ MULTIAPPEND",
        "\nC: A1 APPEND *\nC: one () {3+}\nC: two\nS: A1 NO [TOOBIG] one of them",
    )
    .await;
    let mut appender = connection.appender(options).unwrap();
    put(&mut appender, "one").await;
    put(&mut appender, "two").await;
    appender.drain().await.unwrap();
    for _ in 0..2 {
        let outcome = appender.next_outcome().unwrap();
        assert_eq!(outcome.batch, 2);
        assert_eq!(outcome.result.unwrap_err().kind(), ErrorKind::MessageTooLarge);
    }
    server.finish().await.unwrap();
}

#[tokio::test]
async fn batches_end_at_their_limits_another_folder_and_an_empty_message() {
    let (mut connection, server, options) = practised(
        "LITERAL+ MULTIAPPEND",
        "
        C: A1 APPEND \"x\" () {1+}
        C: a () {1+}
        C: b
        C: A2 APPEND \"x\" () {6+}
        C: cccccc
        C: A3 APPEND \"x\" () {1+}
        C: d
        C: A4 APPEND \"y\" () {1+}
        C: e
        C: A5 APPEND \"y\" () {0+}
        C:
        S: A1 OK done
        S: A2 OK done
        S: A3 OK done
        S: A4 OK done
        S: A5 NO empty",
    )
    .await;
    let limits = AppendOptions { messages_per_batch: 2, bytes_per_batch: 5, ..options };
    let mut appender = connection.appender(limits).unwrap();
    for (folder, body) in [("x", "a"), ("x", "b"), ("x", "cccccc"), ("x", "d"), ("y", "e"), ("y", "")] {
        let folder = MailboxName::from_text(folder);
        let begun = appender.begin(&folder, &Flags::new(), None, body.len() as u64).await.unwrap();
        assert!(matches!(begun, Begun::Accepted(_)));
        appender.write(body.as_bytes()).await.unwrap();
        appender.finish().await.unwrap();
    }
    appender.drain().await.unwrap();
    assert_eq!(outcomes(&mut appender).len(), 6);
    server.finish().await.unwrap();
}

#[tokio::test]
async fn in_turn_what_a_command_of_several_messages_comes_to_is_known_before_anything_else_is_sent() {
    let (mut connection, server, options) = practised(
        "LITERAL+ MULTIAPPEND",
        "
        C: A1 APPEND *
        C: one () {3+}
        C: two
        S: A1 NO one of them
        C: A2 APPEND *
        C: larger than the rest
        C: A3 APPEND *
        C: one
        S: A2 OK done
        S: A3 OK done",
    )
    .await;
    let limits = AppendOptions { in_turn: true, bytes_per_batch: 6, ..options };
    let mut appender = connection.appender(limits).unwrap();
    put(&mut appender, "one").await;
    appender.make_way(&x(), 3).await.unwrap();
    assert_eq!(appender.next_outcome(), None, "it may join");
    put(&mut appender, "two").await;
    appender.make_way(&x(), 20).await.unwrap();
    assert_eq!(outcomes(&mut appender).len(), 2);
    put(&mut appender, "larger than the rest").await;
    put(&mut appender, "one").await;
    assert_eq!(appender.unanswered().count(), 2, "what stands alone refuses nothing else");
    appender.drain().await.unwrap();
    server.finish().await.unwrap();
}
