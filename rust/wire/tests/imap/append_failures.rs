//! What is known, and what is in doubt, when appending goes wrong.

use model::ErrorKind;
use wire::{AppendOptions, Begun, Condition, Flags};

use crate::append::{outcomes, put, x};
use crate::support::{impatient_session, practised, session};

/// A22
#[tokio::test]
async fn a_lost_ok_leaves_the_message_in_doubt() {
    let (mut connection, _server, options) =
        practised("LITERAL+", "\nC: A1 APPEND *\nC: one\nC: A2 APPEND *\nC: two\nS: A1 OK done\nS: <CUT>")
            .await;
    let mut appender = connection.appender(options).unwrap();
    let one = put(&mut appender, "one").await;
    let two = put(&mut appender, "two").await;
    assert_eq!(appender.drain().await.unwrap_err().kind(), ErrorKind::ConnectionLost);
    assert_eq!(outcomes(&mut appender), [(one, "stored".to_owned())]);
    assert_eq!(appender.unanswered().collect::<Vec<_>>(), [two]);
    assert!(appender.begin(&x(), &Flags::new(), None, 1).await.is_err(), "a broken appender stays broken");
    drop(appender);
    assert!(!connection.is_usable());
}

/// O7, G8, peers 2.4: nobody waits for a tag that will not come.
#[tokio::test]
async fn an_untagged_bad_or_bye_is_the_outcome_of_the_message_at_hand() {
    for (line, condition, kind) in [
        ("* BAD command line limit exceeded", Condition::Bad, ErrorKind::MessageTooLarge),
        ("* BYE Invalid character in literal", Condition::Bye, ErrorKind::ConnectionLost),
    ] {
        let (mut connection, _server) =
            session("", format!("\nC: A1 APPEND *\nS: +\nC: two\nS: {line}")).await;
        let mut appender = connection.appender(AppendOptions::default()).unwrap();
        let two = put(&mut appender, "two").await;
        assert_eq!(appender.drain().await.unwrap_err().kind(), ErrorKind::ConnectionLost);
        let outcome = appender.next_outcome().unwrap();
        let refusal = outcome.result.unwrap_err();
        assert_eq!((outcome.ticket, refusal.condition, refusal.kind()), (two, condition, kind));
        drop(appender);
        assert!(!connection.is_usable());
    }
}

#[tokio::test]
async fn a_message_that_ends_short_takes_the_connection_with_it() {
    let (mut connection, server, options) = practised("LITERAL+", "\nC: A1 APPEND *\nC: whole message").await;
    let mut appender = connection.appender(options).unwrap();
    let Begun::Accepted(_) = appender.begin(&x(), &Flags::new(), None, 13).await.unwrap() else { panic!() };
    appender.write(b"half").await.unwrap();
    assert_eq!(appender.finish().await.unwrap_err().kind(), ErrorKind::Internal);
    drop(appender);
    assert!(!connection.is_usable());
    drop(connection);
    assert!(server.finish().await.is_err(), "the server never saw the end of the message");
}

#[tokio::test]
async fn more_than_announced_is_never_sent() {
    let (mut connection, _server, options) = practised("LITERAL+", "\nC: A1 APPEND *").await;
    let mut appender = connection.appender(options).unwrap();
    let Begun::Accepted(_) = appender.begin(&x(), &Flags::new(), None, 3).await.unwrap() else { panic!() };
    assert_eq!(appender.write(b"four").await.unwrap_err().kind(), ErrorKind::Internal);
    assert!(appender.finish().await.is_err());
}

#[tokio::test]
async fn an_abandoned_message_poisons_the_connection() {
    let (mut connection, _server, options) = practised("LITERAL+", "\nC: A1 APPEND *").await;
    let mut appender = connection.appender(options).unwrap();
    let Begun::Accepted(_) = appender.begin(&x(), &Flags::new(), None, 3).await.unwrap() else { panic!() };
    appender.abandon();
    assert!(!connection.is_usable());
}

#[tokio::test]
async fn an_appender_without_messages_gives_the_connection_back() {
    let (mut connection, server, options) = practised("LITERAL+", "\nC: A1 NOOP\nS: A1 OK done").await;
    drop(connection.appender(options).unwrap());
    connection.noop().await.unwrap();
    server.finish().await.unwrap();
}

#[tokio::test]
async fn an_appender_dropped_with_messages_under_way_poisons_the_connection() {
    let (mut connection, _server, options) =
        practised("LITERAL+", "\nC: A1 APPEND *\nC: one\nS: A1 OK done").await;
    let mut appender = connection.appender(options).unwrap();
    put(&mut appender, "one").await;
    drop(appender);
    assert!(!connection.is_usable());
}

#[tokio::test]
async fn a_cancelled_wait_for_plus_breaks_the_appender() {
    let (mut connection, _server) = session("", "\nC: A1 APPEND *\nS: <STALL>").await;
    let mut appender = connection.appender(AppendOptions::default()).unwrap();
    let (folder, flags) = (x(), Flags::new());
    tokio::select! {
        biased;
        begun = appender.begin(&folder, &flags, None, 3) => panic!("{begun:?}"),
        () = async {} => {}
    }
    assert_eq!(appender.write(b"one").await.unwrap_err().kind(), ErrorKind::ConnectionLost);
}

#[tokio::test]
async fn a_server_that_never_answers_is_timed_out() {
    let (mut connection, server) = impatient_session("\nC: A1 APPEND *\nS: <STALL>").await;
    let mut appender = connection.appender(AppendOptions::default()).unwrap();
    let error = appender.begin(&x(), &Flags::new(), None, 3).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    drop(appender);
    drop(connection);
    server.finish().await.unwrap();
}
