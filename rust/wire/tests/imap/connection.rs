//! What keeps a connection usable, what poisons it, and what it takes in its stride.

use model::{ErrorKind, Security};
use tokio::io::{AsyncReadExt, BufReader};
use tokio::net::TcpListener;
use wire::{Condition, Connection, Options};

use crate::support::{impatient_session, let_in, login, refusal, session};

#[tokio::test]
async fn bad_is_a_refusal_too() {
    let (mut connection, _server) = session("", "\nC: A1 NOOP\nS: A1 BAD what").await;
    assert_eq!(refusal(connection.noop().await).condition, Condition::Bad);
    assert!(connection.is_usable());
}

/// G15, A21
#[tokio::test]
async fn a_poisoned_connection_sends_nothing_more() {
    let (mut connection, server) = session("", "\nC: A1 NOOP\nS: * BYE going down\nS: <CUT>").await;
    let error = model::Error::from(connection.noop().await.unwrap_err());
    assert_eq!((error.kind, error.server.as_deref()), (ErrorKind::ConnectionLost, Some("BYE going down")));
    let error = connection.noop().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionLost);
    assert!(error.to_string().contains("no longer be used"), "{error}");
    server.finish().await.unwrap();
}

/// jstedfast/MailKit#938: others say it again and again, and do not close.
#[tokio::test]
async fn the_first_goodbye_ends_a_connection_that_stays_open() {
    let (mut connection, _server) = session("", "\nC: A1 NOOP\nS: * BYE Autologout\nS: <STALL>").await;
    let error = model::Error::from(connection.noop().await.unwrap_err());
    assert_eq!((error.kind, error.server.as_deref()), (ErrorKind::ConnectionLost, Some("BYE Autologout")));
}

#[tokio::test]
async fn an_answer_that_comes_with_the_goodbye_counts() {
    let (mut connection, _server) =
        session("", "\nC: A1 NOOP\nS: * BYE too many\nS: A1 NO [LIMIT] too many\nS: <STALL>").await;
    assert_eq!(refusal(connection.noop().await).code.as_deref(), Some("LIMIT"));
}

#[tokio::test]
async fn a_time_out_poisons_the_connection() {
    let (mut connection, server) = impatient_session("\nC: A1 NOOP\nS: <STALL>").await;
    assert_eq!(connection.noop().await.unwrap_err().kind(), ErrorKind::TimedOut);
    assert!(!connection.is_usable());
    drop(connection);
    server.finish().await.unwrap();
}

#[tokio::test]
async fn a_cancelled_command_poisons_the_connection() {
    let (mut connection, _server) = session("", "\nC: A1 NOOP\nS: <STALL>").await;
    tokio::select! {
        biased;
        result = connection.noop() => panic!("{result:?}"),
        () = async {} => {}
    }
    assert!(!connection.is_usable());
}

/// A pass that is killed or cut off may have messages on their way. They must not arrive after the next one has looked.
#[tokio::test]
async fn a_dropped_connection_is_reset_so_that_nothing_more_of_it_arrives() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let greet = async {
        let (client, _) = listener.accept().await.unwrap();
        let mut client = BufReader::new(client);
        let_in(&mut client, "").await;
        client
    };
    let options = Options::new("127.0.0.1", listener.local_addr().unwrap().port(), Security::None);
    let login = login("a", "b");
    let (connection, mut client) = tokio::join!(Connection::open(&options, &login), greet);
    drop(connection.unwrap());
    let end = client.read(&mut [0]).await.unwrap_err();
    assert_eq!(end.kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn an_alert_is_shown_with_the_error_that_follows() {
    let (mut connection, _server) =
        session("", "\nC: A1 NOOP\nS: * OK [ALERT] maintenance at noon\nS: A1 NO sorry").await;
    let error = model::Error::from(connection.noop().await.unwrap_err());
    assert_eq!(error.server.as_deref(), Some("OK [ALERT] maintenance at noon; NO sorry"));
}

#[tokio::test]
async fn a_refusal_is_judged_by_its_own_words_and_never_goes_with_an_alert_of_before() {
    let transcript = "
        C: A1 NOOP
        S: * NO [ALERT] Too many connections, over quota
        S: A1 NO sorry
        C: A2 NOOP
        S: * NO [ALERT] Too many connections, over quota
        S: A2 OK done
        C: A3 NOOP
        S: A3 NO never";
    let (mut connection, _server) = session("", transcript).await;
    let told = connection.noop().await.unwrap_err();
    assert_eq!(told.kind(), ErrorKind::ServerRefused, "the alert is not its reason");
    connection.noop().await.unwrap();
    let error = model::Error::from(connection.noop().await.unwrap_err());
    assert_eq!(error.server.as_deref(), Some("NO never"));
}

/// Lines that servers do send and that other parsers choke on.
const ODD: &[&[u8]] = &[
    b"",
    b"garbage",
    b"+",
    b"* XFOO (bar",
    b"* OK",
    b"* OK text in Latin-1: \xe9 {12}",
    b"* OK [UNDEFINED-FILTER",
    b"* NO [UNKNOWN-CTE] \xc3\xa9",
    b"* 5 FETCH (INTERNALDATE NIL)",
    b"* 5 FETCH (MODSEQ (0) EMAILID (M1) THREADID NIL X-GM-MSGID 99999999999999999999)",
    b"* 5 FETCH (ENVELOPE (\"d\" \"caf\xe9\" NIL NIL NIL NIL NIL NIL NIL NIL))",
    b"* 5 FETCH (FLAGS (\\Seen [odd] \xc3\xa9 ) RFC822.SIZE 4294967296)",
    b"* 5 FETCH",
    b"* 99999999999999999999 EXISTS",
    b"* 5 EXISTS ",
    b"* 5 fetch (flags () uid 5) ",
    b"* flags ()",
    b"* BAD what you sent before",
    b"* SEARCH",
    b"* ESEARCH (TAG \"A1\") UID ALL 1:3",
    b"* VANISHED (EARLIER) 1:3",
    b"* ENABLED",
    b"* ACL INBOX alice lrswipkxtecda",
    b"* LIST () \"/\" INBOX (OLDNAME (\"a\"))",
    b"* CAPABILITY IMAP4rev2",
    b"W9 NO of another command",
    b"W1",
    b"W1 MAYBE",
];

/// A21
#[tokio::test]
async fn what_is_unknown_or_odd_is_skipped() {
    let lines = ODD.iter().flat_map(|line| [&b"S: "[..], line, b"\n"].concat());
    let transcript: Vec<u8> = b"\nC: A1 NOOP\n".iter().copied().chain(lines).collect();
    let (mut connection, server) = session("", [&transcript[..], b"S: A1 ok<LF>"].concat()).await;
    connection.noop().await.unwrap();
    assert!(connection.is_usable());
    server.finish().await.unwrap();
}

#[tokio::test]
async fn a_huge_response_is_refused_and_not_buffered() {
    let (mut connection, _server) = session("", "\nC: A1 NOOP\nS: * X {4294967296}\nS: <STALL>").await;
    assert_eq!(connection.noop().await.unwrap_err().kind(), ErrorKind::ProtocolViolation);
    assert!(!connection.is_usable());
}

#[tokio::test]
async fn logout_ends_politely_even_if_the_server_just_hangs_up() {
    let (connection, server) = session("", "\nC: A1 LOGOUT\nS: * BYE bye<CUT>").await;
    connection.logout().await.unwrap();
    server.finish().await.unwrap();
}
