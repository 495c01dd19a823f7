//! Mail must never become commands: which bodies wait for the server's `+`, and what ends a connection whose server lost track.

use model::ErrorKind;
use wire::{AppendOptions, Begun, Connection, Flag, Flags, InternalDate};

use crate::append::{outcomes, put, x};
use crate::support::{practised, session};

/// The first message of a connection to a folder is asked for, and so is the first with a flag, with a date, and any that is
/// larger than all before.
#[tokio::test]
async fn what_a_server_has_not_taken_before_waits_for_its_plus() {
    let (mut connection, server) = session(
        "LITERAL+",
        "
        C: A1 APPEND \"x\" () {1}
        S: +
        C: a
        S: A1 OK done
        C: A2 APPEND \"x\" (\\Seen) {1}
        S: +
        C: a
        S: A2 OK done
        C: A3 APPEND \"x\" () \"17-Jul-1996 02:44:25 +0000\" {1}
        S: +
        C: a
        S: A3 OK done
        C: A4 APPEND \"x\" () {2}
        S: +
        C: aa
        S: A4 OK done
        C: A5 APPEND \"x\" (\\Seen) \"17-Jul-1996 02:44:25 +0000\" {1+}
        C: a
        S: A5 OK done",
    )
    .await;
    let mut appender = connection.appender(AppendOptions::default()).unwrap();
    let (none, seen) = (Flags::new(), [Flag::SEEN].into_iter().collect());
    let date = InternalDate::new("17-Jul-1996 02:44:25 +0000");
    for (flags, date, body) in [
        (&none, None, "a"),
        (&seen, None, "a"),
        (&none, Some(&date), "a"),
        (&none, None, "aa"),
        (&seen, Some(&date), "a"),
    ] {
        let begun = appender.begin(&x(), flags, date, body.len() as u64).await.unwrap();
        assert!(matches!(begun, Begun::Accepted(_)), "{begun:?}");
        appender.write(body.as_bytes()).await.unwrap();
        appender.finish().await.unwrap();
    }
    appender.drain().await.unwrap();
    assert_eq!(outcomes(&mut appender).len(), 5);
    server.finish().await.unwrap();
}

#[tokio::test]
async fn what_another_connection_has_shown_counts_but_for_the_folder() {
    let (mut first, _server, options) =
        practised("LITERAL+", "\nC: A1 APPEND \"x\" () {1+}\nC: a\nS: A1 OK done").await;
    put_one(&mut first, &options).await;
    let (mut second, server) = session(
        "LITERAL+",
        "\nC: A1 APPEND \"x\" () {1}\nS: +\nC: a\nS: A1 OK done\nC: A2 APPEND \"x\" () {1+}\nC: a\nS: A2 OK done",
    )
    .await;
    put_one(&mut second, &options).await;
    put_one(&mut second, &options).await;
    server.finish().await.unwrap();
}

async fn put_one(connection: &mut Connection, options: &AppendOptions) {
    let mut appender = connection.appender(options.clone()).unwrap();
    put(&mut appender, "a").await;
    appender.drain().await.unwrap();
    assert_eq!(outcomes(&mut appender).len(), 1);
}

/// Case 18: a proxy offers LITERAL+ and does not know it.
#[tokio::test]
async fn the_first_body_that_is_not_asked_for_is_not_sent_to_a_server_that_complains() {
    for answer in ["A2 BAD Invalid APPEND", "A2 NO not so", "Dear BAD Unknown command", "what?"] {
        let (mut connection, server) = session(
            "LITERAL+",
            format!("\nC: A1 APPEND *\nS: +\nC: a\nS: A1 OK done\nC: A2 APPEND \"x\" () {{1+}}\nS: {answer}"),
        )
        .await;
        let options = AppendOptions::default();
        put_one(&mut connection, &options).await;
        let mut appender = connection.appender(options).unwrap();
        let error = appender.begin(&x(), &Flags::new(), None, 1).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ProtocolViolation, "{answer}");
        assert!(!error.to_string().contains("Dear"), "a mail's words are not repeated: {error}");
        assert!(appender.lost_track() && appender.next_outcome().is_none(), "{answer}");
        assert_eq!(appender.unanswered().count(), 1, "{answer}");
        drop(appender);
        assert!(!connection.is_usable());
        drop(connection);
        server.finish().await.unwrap();
    }
}

/// Some say `+` to each literal: they have understood it all the same.
#[tokio::test]
async fn a_plus_that_nobody_needs_is_an_answer_like_peace() {
    let (mut connection, server) = session(
        "LITERAL+",
        "
        C: A1 APPEND *
        S: +
        C: a
        S: A1 OK done
        C: A2 APPEND \"x\" () {1+}
        S: +
        C: a
        S: A2 OK done
        C: A3 APPEND \"x\" () {1+}
        C: a
        S: +
        S: A3 OK done",
    )
    .await;
    let options = AppendOptions::default();
    for _ in 0..3 {
        put_one(&mut connection, &options).await;
    }
    server.finish().await.unwrap();
}

/// It may have refused the line, and read the body as commands.
#[tokio::test]
async fn a_bad_after_a_body_that_was_not_asked_for_says_nothing_of_the_message_and_ends_the_connection() {
    for bad in ["A1 BAD no", "* BAD no"] {
        let (mut connection, _server, options) = practised(
            "LITERAL+",
            format!("\nC: A1 APPEND *\nC: a\nC: A2 APPEND *\nC: a\nS: A2 OK done\nS: {bad}\nS: A1 OK done"),
        )
        .await;
        let mut appender = connection.appender(options.clone()).unwrap();
        let one = put(&mut appender, "a").await;
        let two = put(&mut appender, "a").await;
        assert_eq!(appender.drain().await.unwrap_err().kind(), ErrorKind::ProtocolViolation);
        assert_eq!(outcomes(&mut appender), [(two, "stored".to_owned())]);
        assert_eq!(appender.unanswered().collect::<Vec<_>>(), [one]);
        drop(appender);
        assert!(!connection.is_usable());
    }
}

/// A server that is known by its words to mean something else is believed: Exchange says BAD to whom it makes wait.
#[tokio::test]
async fn a_bad_that_asks_to_wait_is_no_loss_of_track() {
    let (mut connection, _server, options) = practised(
        "LITERAL+",
        "\nC: A1 APPEND *\nC: a\nS: A1 BAD Request is throttled. Suggested Backoff Time: 150 milliseconds",
    )
    .await;
    let mut appender = connection.appender(options).unwrap();
    put(&mut appender, "a").await;
    let error = model::Error::from(appender.drain().await.unwrap_err());
    assert!(error.kind == ErrorKind::Throttled && error.server.unwrap().contains("150 milliseconds"));
    drop(appender);
    assert!(!connection.is_usable());
}

/// A BAD to a body that was asked for is a refusal like any other.
#[tokio::test]
async fn what_is_asked_for_on_request_stands_alone_and_a_bad_is_about_it() {
    let (mut connection, server, options) = practised(
        "LITERAL+ MULTIAPPEND",
        "
        C: A1 APPEND \"x\" () {1+}
        C: a
        S: A1 OK done
        C: A2 APPEND \"x\" () {1}
        S: +
        C: a
        S: A2 BAD no
        C: A3 APPEND \"x\" () {1+}
        C: a
        S: A3 OK done",
    )
    .await;
    let mut appender = connection.appender(options).unwrap();
    let mut expected = Vec::new();
    for (asks, outcome) in [(false, "stored"), (true, "BAD no"), (false, "stored")] {
        if asks {
            appender.ask();
        }
        expected.push((put(&mut appender, "a").await, outcome.to_owned()));
    }
    appender.drain().await.unwrap();
    assert_eq!(outcomes(&mut appender), expected);
    drop(appender);
    assert!(connection.is_usable());
    server.finish().await.unwrap();
}

#[tokio::test]
async fn an_answer_to_a_line_of_a_mail_ends_the_connection_and_from_then_on_all_is_asked_for() {
    let (mut connection, _server, options) =
        practised("LITERAL+ MULTIAPPEND", "\nC: A1 APPEND *\nC: a\nS: x1 OK Deleted\nS: A1 OK done").await;
    let mut appender = connection.appender(options.clone()).unwrap();
    put(&mut appender, "a").await;
    assert_eq!(appender.drain().await.unwrap_err().kind(), ErrorKind::ProtocolViolation);
    assert!(appender.lost_track());
    drop(appender);
    let transcript = "\nC: A1 APPEND \"x\" () {1}\nS: +\nC: a\nS: A1 OK done";
    let (mut next, server) =
        session("LITERAL+ MULTIAPPEND", [transcript, &transcript.replace("A1", "A2")].concat()).await;
    put_one(&mut next, &options).await;
    put_one(&mut next, &options).await;
    server.finish().await.unwrap();
}

/// A server that is confused, or evil, echoes what it reads.
#[tokio::test]
async fn a_line_of_a_mail_that_looks_like_an_ok_stores_nothing() {
    let (mut connection, _server, options) =
        practised("LITERAL+", "\nC: A1 APPEND *\nC: a\nS: W4 OK [APPENDUID 7 1] done\nS: W1 OK done").await;
    let mut appender = connection.appender(options).unwrap();
    let one = put(&mut appender, "a").await;
    assert_eq!(appender.drain().await.unwrap_err().kind(), ErrorKind::ProtocolViolation);
    assert_eq!((appender.next_outcome(), appender.unanswered().collect::<Vec<_>>()), (None, vec![one]));
}

/// Whatever was taken before: a count, a quota or the folder's state may be why.
#[tokio::test]
async fn a_line_that_would_be_a_command_is_not_sent_to_a_server_that_refuses_the_announcement_for_its_state()
{
    for (capabilities, before, tag) in [
        ("LITERAL+", "\nC: A1 APPEND *\nC: a\nS: A1 OK done\nC: A2 APPEND \"x\" () {18+}", "A2"),
        ("LITERAL+ MULTIAPPEND", "\nC: A1 APPEND *\nC: a () {18+}", "A1"),
    ] {
        let transcript = format!("{before}\nC: Hi,\nS: {tag} NO three are enough");
        let (mut connection, server, options) = practised(capabilities, transcript).await;
        let mut appender = connection.appender(options).unwrap();
        put(&mut appender, "a").await;
        let begun = appender.begin(&x(), &Flags::new(), None, 18).await.unwrap();
        assert!(matches!(begun, Begun::Accepted(_)));
        appender.write(b"Hi,\r\n").await.unwrap();
        let error = appender.write(b"x DELETE Sent").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ProtocolViolation, "{capabilities}");
        assert!(appender.lost_track());
        drop(appender);
        drop(connection);
        server.finish().await.unwrap();
    }
}

#[tokio::test]
async fn a_line_that_would_be_a_command_arrives_where_nobody_complains() {
    let transcript = "\nC: A1 APPEND \"x\" () {18+}\nC: Hi,\nC: x DELETE Sent\nS: A1 OK done";
    let (mut connection, server, options) = practised("LITERAL+", transcript).await;
    let mut appender = connection.appender(options).unwrap();
    let one = put(&mut appender, "Hi,\r\nx DELETE Sent").await;
    appender.drain().await.unwrap();
    assert_eq!(outcomes(&mut appender), [(one, "stored".to_owned())]);
    server.finish().await.unwrap();
}
