//! The sample server answers as a server does, and fails as it is told.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use testkit::client::Client;
use testkit::mail::{self, Messages, Plan};
use testkit::sample::{Fault, Judge, Moment, Options, Poison, Refusal, Sample};
use testkit::{MASTER_PASSWORD, PASSWORD, tls};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt};

fn login(server: &Sample) -> Client {
    Client::login(server.address(), "ada", PASSWORD).unwrap()
}

fn text(responses: Vec<Vec<u8>>) -> String {
    String::from_utf8_lossy(&responses.concat()).into_owned()
}

fn refused(client: &mut Client, command: &str) -> String {
    client.command(command).unwrap_err().to_string()
}

#[test]
fn a_filled_mailbox_comes_back_octet_by_octet_with_flags_dates_and_subscriptions() {
    let server = Sample::start(Options::default()).unwrap();
    let plan = Plan { seed: 4, messages: 100 };
    assert_eq!(mail::fill(server.address(), "ada", plan).unwrap(), 100);
    let inbox = plan.folders().into_iter().find(|folder| folder.name == "INBOX").unwrap();
    for (stored, sent) in server.messages("ada", "INBOX").iter().zip(plan.messages(&inbox)) {
        assert_eq!(*stored.bytes, *sent.bytes);
        assert_eq!(stored.internal_date, sent.internal_date);
        assert!(sent.flags.iter().all(|flag| stored.flags.contains(*flag)));
    }
    assert!(server.folders("ada").contains(&"Archive/2020/Q1".to_owned()));
    let mut client = login(&server);
    assert!(!text(client.command("LSUB \"\" *").unwrap()).contains("Never subscribed"));
    let status = text(client.command("STATUS INBOX (MESSAGES UIDNEXT)").unwrap());
    assert_eq!(
        status,
        format!("* STATUS \"INBOX\" (MESSAGES {} UIDNEXT {})\r\n", inbox.messages, inbox.messages + 1)
    );
}

#[test]
fn messages_are_fetched_flagged_searched_and_expunged() {
    let server = Sample::start(Options::default()).unwrap();
    mail::append(server.address(), "ada", "INBOX", 1, 3).unwrap();
    let mut client = login(&server);
    assert!(text(client.command("SELECT inbox").unwrap()).contains("* 3 EXISTS"));
    let header = text(client.command("UID FETCH 2 (RFC822.SIZE BODY.PEEK[HEADER.FIELDS (From)])").unwrap());
    assert!(header.starts_with("* 2 FETCH (UID 2 RFC822.SIZE ") && header.contains("From: "), "{header}");
    assert_eq!(
        text(client.command("STORE 2 FLAGS (\\deleted $X)").unwrap()),
        "* 2 FETCH (UID 2 FLAGS ($X \\Deleted))\r\n"
    );
    assert_eq!(text(client.command("EXPUNGE").unwrap()), "* 2 EXPUNGE\r\n");
    assert_eq!(text(client.command("UID SEARCH ALL").unwrap()), "* SEARCH 1 3\r\n");
    assert_eq!(text(client.command("SEARCH ALL").unwrap()), "* SEARCH 1 2\r\n");
    mail::append(server.address(), "ada", "INBOX", 2, 1).unwrap();
    assert_eq!(text(client.command("NOOP").unwrap()), "* 3 EXISTS\r\n");
    server.renumber("ada", "INBOX");
    assert_eq!(server.messages("ada", "INBOX").iter().map(|m| m.uid).collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn several_messages_are_appended_at_once_or_none() {
    let server = Sample::start(Options::default()).unwrap();
    let mut client = login(&server);
    client.command("APPEND INBOX (\\Seen) {1+}\r\na {1+}\r\nb").unwrap();
    assert_eq!(server.messages("ada", "INBOX").len(), 2);
    server.inject(Fault::Refuse { nth: 2, response: "NO [OVERQUOTA] Full".to_owned() });
    assert!(refused(&mut client, "APPEND INBOX {1+}\r\na {1+}\r\nb").contains("[OVERQUOTA]"));
    assert!(refused(&mut client, "APPEND Nowhere {1+}\r\na").contains("[TRYCREATE]"));
    assert_eq!((server.messages("ada", "INBOX").len(), server.appended()), (2, 2));
}

#[test]
fn what_is_not_announced_is_refused() {
    let server =
        Sample::start(Options::without(&["LITERAL+", "MULTIAPPEND", "UIDPLUS", "NAMESPACE"])).unwrap();
    assert_eq!(
        mail::append(server.address(), "ada", "INBOX", 1, 3).unwrap(),
        3,
        "without LITERAL+ it takes turns"
    );
    let mut client = login(&server);
    assert!(refused(&mut client, "NAMESPACE").contains("BAD"));
    assert!(client.command("APPEND INBOX {1+}\r\na").is_err());
    assert_eq!(server.appended(), 3);
}

#[test]
fn the_namespace_is_the_one_asked_for() {
    let options = Options { prefix: "INBOX.".to_owned(), separator: '.', ..Options::default() };
    let server = Sample::start(options).unwrap();
    mail::fill(server.address(), "ada", Plan { seed: 1, messages: 30 }).unwrap();
    assert!(server.folders("ada").contains(&"INBOX.Archive.2020.Q1".to_owned()));
    let mut client = login(&server);
    assert!(refused(&mut client, "CREATE Elsewhere").contains("[CANNOT]"));
    let top = text(client.command("LIST \"\" INBOX.%").unwrap());
    assert!(top.contains("(\\HasNoChildren \\Sent) \".\" \"INBOX.Sent\"") && !top.contains("2019"), "{top}");
}

#[test]
fn a_lost_ok_leaves_the_message_stored() {
    let server = Sample::start(Options::default()).unwrap();
    for (moment, answered) in [(Moment::BeforeOk, false), (Moment::AfterOk, true)] {
        let before = server.appended();
        server.inject(Fault::Close { nth: 2, moment });
        let mut client = login(&server);
        client.command("APPEND INBOX {1+}\r\na").unwrap();
        assert_eq!(client.command("APPEND INBOX {1+}\r\nb").is_ok(), answered);
        assert!(client.command("NOOP").is_err());
        assert_eq!(server.appended(), before + 2);
    }
}

#[test]
fn a_connection_lost_within_a_literal_stores_nothing() {
    let server = Sample::start(Options::default()).unwrap();
    server.inject(Fault::CloseInLiteral { nth: 1 });
    assert!(login(&server).command("APPEND INBOX {4+}\r\nabcd").is_err());
    assert_eq!(server.appended(), 0);
    login(&server).command("APPEND INBOX {4+}\r\nabcd").unwrap();
}

#[test]
fn poison_is_refused_every_time_and_the_rest_is_taken() {
    let poison = Poison { bytes: b"poison".to_vec(), response: "BAD Command Argument Error. 11".to_owned() };
    let server = Sample::start(Options { poison: vec![poison], ..Options::default() }).unwrap();
    let mut client = login(&server);
    for _ in 0..2 {
        assert!(
            refused(&mut client, "APPEND INBOX {8+}\r\na poison").contains("BAD Command Argument Error. 11")
        );
    }
    client.command("APPEND INBOX {1+}\r\na").unwrap();
    assert_eq!(server.appended(), 1);
    server.forgive();
    client.command("APPEND INBOX {8+}\r\na poison").unwrap();
}

#[test]
fn permanent_flags_tell_whether_keywords_are_kept() {
    for (keywords, last) in [(true, "\\Draft \\*)]"), (false, "\\Draft)]")] {
        let server = Sample::start(Options { keywords, ..Options::default() }).unwrap();
        let selected = text(login(&server).command("SELECT INBOX").unwrap());
        assert!(selected.contains(last), "{selected}");
    }
}

#[test]
fn connections_beyond_the_limit_are_turned_away_and_a_closed_one_makes_room() {
    for (refusal, words) in [(Refusal::Bye, "greeting refused: * BYE"), (Refusal::No, "NO [UNAVAILABLE]")] {
        let server =
            Sample::start(Options { max_connections: Some(1), refusal, ..Options::default() }).unwrap();
        let mut first = login(&server);
        let error = Client::login(server.address(), "ada", PASSWORD).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
        first.command("LOGOUT").unwrap();
        assert!(first.command("NOOP").is_err());
        login(&server);
    }
}

#[test]
fn authenticate_plain_takes_the_response_early_or_late_and_an_authorisation_identity() {
    let server = Sample::start(Options::default()).unwrap();
    let mut early = connect(&server);
    assert!(exchange(&mut early, "a AUTHENTICATE PLAIN AGFkYQB0ZXN0").starts_with("a OK"));
    let mut late = connect(&server);
    assert!(exchange(&mut late, "a AUTHENTICATE PLAIN").starts_with('+'));
    assert!(exchange(&mut late, "YWRhAG1haWxhZG1pbgBtYXN0ZXJwdw==").starts_with("a OK"));
    let mut wrong = connect(&server);
    assert!(
        exchange(&mut wrong, "a AUTHENTICATE PLAIN AGFkYQB3cm9uZw==")
            .starts_with("a NO [AUTHENTICATIONFAILED]")
    );
    Client::login(server.address(), "ada*mailadmin", MASTER_PASSWORD).unwrap();
}

#[tokio::test]
async fn tls_is_spoken_from_the_start_and_after_starttls() {
    let server = Sample::start(Options::default()).unwrap();
    let address = server.address();
    let connector = tokio_rustls::TlsConnector::from(tls::client_config(&address.certificate).unwrap());
    for (port, steps) in [(address.tls_port, 0), (address.port, 2)] {
        let mut socket = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        if steps > 0 {
            let mut lines = tokio::io::BufReader::new(&mut socket);
            let mut line = String::new();
            lines.read_line(&mut line).await.unwrap();
            lines.write_all(b"a STARTTLS\r\n").await.unwrap();
            line.clear();
            lines.read_line(&mut line).await.unwrap();
            assert!(line.starts_with("a OK"), "{line}");
        }
        let stream = connector.connect("localhost".try_into().unwrap(), socket).await.unwrap();
        let mut lines = tokio::io::BufReader::new(stream);
        lines.write_all(b"b LOGIN ada test\r\n").await.unwrap();
        let mut line = String::new();
        while !line.starts_with("b ") {
            line.clear();
            lines.read_line(&mut line).await.unwrap();
        }
        assert!(line.starts_with("b OK") && !line.contains("STARTTLS"), "{line}");
    }
}

#[test]
fn a_stopped_server_cuts_its_connections_and_keeps_its_mail() {
    let mut server = Sample::start(Options::default()).unwrap();
    mail::append(server.address(), "ada", "INBOX", 1, 2).unwrap();
    let mut client = login(&server);
    server.stop();
    assert!(client.command("NOOP").is_err());
    server.restart().unwrap();
    assert!(text(login(&server).command("SELECT INBOX").unwrap()).contains("2 EXISTS"));
    assert_eq!(*server.messages("ada", "INBOX")[0].bytes, *Messages::new(1).next().unwrap().bytes);
}

fn connect(server: &Sample) -> BufReader<TcpStream> {
    let mut stream = BufReader::new(TcpStream::connect(("127.0.0.1", server.address().port)).unwrap());
    stream.read_line(&mut String::new()).unwrap();
    stream
}

/// Sends a line and reads one.
fn exchange(stream: &mut BufReader<TcpStream>, line: &str) -> String {
    stream.get_mut().write_all(format!("{line}\r\n").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.by_ref().read_line(&mut answer).unwrap();
    answer
}

/// A judge to whom a token is good that is the mailbox's name in capitals.
fn judge() -> Judge {
    Judge::new(|token, mailbox| token == mailbox.to_uppercase())
}

/// Talks to a server in clear, line by line.
struct Lines(BufReader<TcpStream>);

impl Lines {
    fn new(server: &Sample) -> Self {
        let mut lines =
            Self(BufReader::new(TcpStream::connect(("127.0.0.1", server.address().port)).unwrap()));
        lines.next();
        lines
    }

    fn next(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line
    }

    fn ask(&mut self, line: &str) -> String {
        self.0.get_mut().write_all(format!("{line}\r\n").as_bytes()).unwrap();
        self.next()
    }

    /// Logs in by XOAUTH2.
    fn xoauth2(&mut self, user: &str, token: &str) -> String {
        let message = BASE64_STANDARD.encode(format!("user={user}\x01auth=Bearer {token}\x01\x01"));
        self.ask(&format!("a AUTHENTICATE XOAUTH2 {message}"))
    }
}

#[test]
fn tokens_open_the_mailboxes_that_their_judge_says() {
    let server = Sample::start(Options::gmail(judge())).unwrap();
    assert!(Lines::new(&server).xoauth2("ada", "ADA").starts_with("a OK"));
    let mut lines = Lines::new(&server);
    assert!(lines.xoauth2("bob", "ADA").starts_with("+ ey"), "a challenge");
    assert!(lines.ask("").starts_with("a NO [AUTHENTICATIONFAILED]"));
    let message = BASE64_STANDARD.encode("n,a=ada,\x01auth=Bearer ADA\x01\x01");
    assert_eq!(lines.ask("b AUTHENTICATE OAUTHBEARER"), "+ \r\n");
    assert!(lines.ask(&message).starts_with("b OK"));
}

#[test]
fn exchange_takes_no_password_says_nothing_of_a_refusal_and_opens_no_mailbox_that_is_not_there() {
    let unconnected = vec!["bob".to_owned()];
    let server = Sample::start(Options { unconnected, ..Options::exchange_online(judge()) }).unwrap();
    let mut lines = Lines::new(&server);
    assert_eq!(lines.ask("a LOGIN ada test"), "a NO LOGIN failed.\r\n");
    assert_eq!(lines.xoauth2("ada", "BOB"), "a NO AUTHENTICATE failed.\r\n");
    assert_eq!(lines.xoauth2("bob", "BOB"), "a OK AUTHENTICATE completed.\r\n");
    assert_eq!(lines.ask("b NOOP"), "b BAD User is authenticated but not connected.\r\n");
}

#[test]
fn a_session_ends_with_its_token_be_it_within_a_literal() {
    let server = Sample::start(Options::exchange_online(judge())).unwrap();
    let (mut one, mut other) = (Lines::new(&server), Lines::new(&server));
    one.xoauth2("ada", "ADA");
    other.xoauth2("ada", "ADA");
    server.inject(Fault::ExpireInLiteral { nth: 1 });
    one.ask("b APPEND INBOX {4}");
    assert_eq!(one.ask("ab"), "* BYE Session invalidated - AccessTokenExpired\r\n");
    assert!(other.ask("b NOOP").starts_with("b OK"));
    server.expire_tokens();
    assert_eq!(other.ask("c NOOP"), "* BYE Session invalidated - AccessTokenExpired\r\n");
    assert!(Lines::new(&server).xoauth2("ada", "ADA").starts_with("a NO"));
    assert_eq!(server.appended(), 0);
}

#[test]
fn a_user_is_throttled_and_has_so_many_connections_and_no_more() {
    let limit = Some(1);
    let server =
        Sample::start(Options { max_user_connections: limit, ..Options::exchange_online(judge()) }).unwrap();
    let (mut first, mut second, mut bob) = (Lines::new(&server), Lines::new(&server), Lines::new(&server));
    first.xoauth2("ada", "ADA");
    second.xoauth2("ada", "ADA");
    bob.xoauth2("bob", "BOB");
    assert!(second.ask("b NOOP").starts_with("b BAD User is authenticated but not connected"));
    server.throttle("ada", 1, Duration::from_secs(7));
    assert_eq!(
        first.ask("b NOOP"),
        "b BAD Request is throttled. Suggested Backoff Time: 7000 milliseconds\r\n"
    );
    assert!(first.ask("c NOOP").starts_with("c OK") && bob.ask("c NOOP").starts_with("c OK"));
}
