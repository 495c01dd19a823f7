//! Servers that mean harm: what they send without an end ends, with an error that names them and says of what there was too
//! much. The clock is the runtime's, so that nobody waits half an hour.

use std::io::{self, Write};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use model::{ErrorKind, Security};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf, duplex};
use wire::{
    AppendOptions, Begun, Connection, Dialer, Error, FetchOptions, Flags, ListOptions, MailboxName, Options,
    StatusItems, SummaryItems, UidSet,
};

use super::support::{login, set};

/// What lets in the client, whose first tag is async-imap's.
const READY: &str =
    "* OK [CAPABILITY IMAP4rev1] ready\r\nA0001 OK [CAPABILITY IMAP4rev1 LITERAL+ COMPRESS=DEFLATE] in\r\n";
const MINUTE: Duration = Duration::from_secs(60);

/// A server that says `first`, then what `next` makes of each number, without an end; it listens to nothing.
#[derive(Debug)]
struct Endless<F> {
    said: Vec<u8>,
    next: F,
    count: u64,
}

impl<F: FnMut(u64) -> String + Unpin> AsyncRead for Endless<F> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while self.said.len() < buf.remaining() {
            let count = self.count;
            let text = (self.next)(count);
            self.said.extend_from_slice(text.as_bytes());
            self.count += 1;
        }
        let count = buf.remaining();
        buf.put_slice(&self.said[..count]);
        self.said.drain(..count);
        Poll::Ready(Ok(()))
    }
}

impl<F: Unpin> AsyncWrite for Endless<F> {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

fn options(dialer: Dialer) -> Options {
    Options { dialer, ..Options::new("evil.example", 143, Security::None) }
}

async fn endless_from(first: &str, next: fn(u64) -> String) -> Result<Connection, Error> {
    let first = first.as_bytes().to_vec();
    let dialer = Dialer::new(move |_, _| {
        let io: Box<dyn wire::Stream> = Box::new(Endless { said: first.clone(), next, count: 0 });
        Box::pin(std::future::ready(Ok(io)))
    });
    Connection::open(&options(dialer), &login("a", "b")).await
}

/// A connection to a server that has no end, once it has let us in.
async fn endless(next: fn(u64) -> String) -> Connection {
    endless_from(READY, next).await.unwrap()
}

/// A connection, and the server's end of it.
async fn open() -> (Connection, DuplexStream) {
    let (near, mut far) = duplex(64 * 1024);
    far.write_all(READY.as_bytes()).await.unwrap();
    let near = std::sync::Mutex::new(Some(near));
    let dialer = Dialer::new(move |_, _| {
        let io: Box<dyn wire::Stream> = Box::new(near.lock().unwrap().take().unwrap());
        Box::pin(std::future::ready(Ok(io)))
    });
    let connection = Connection::open(&options(dialer), &login("a", "b")).await.unwrap();
    let _login = tag_of(&mut far).await;
    (connection, far)
}

/// Says this each minute for as long as somebody listens; returns for how many minutes.
async fn each_minute(mut server: DuplexStream, first: String, then: String) -> u64 {
    let mut minutes = 0;
    server.write_all(first.as_bytes()).await.unwrap();
    while server.write_all(then.as_bytes()).await.is_ok() {
        minutes += 1;
        tokio::time::sleep(MINUTE).await;
    }
    minutes
}

fn assert_names(error: Error, kind: ErrorKind, what: &str) {
    let text = error.to_string();
    assert_eq!(error.kind(), kind, "{text}");
    assert!(text.contains("evil.example:143") && text.contains(what), "{text}");
}

#[tokio::test]
async fn lines_and_octets_before_login_are_bounded() {
    let error = endless_from("", |_| "x".repeat(1000)).await.unwrap_err();
    assert_names(error, ErrorKind::ProtocolViolation, "more than 64 KiB");
    let error = endless_from("* OK hi\r\n", |_| format!("* {}\r\n", "x".repeat(1000))).await.unwrap_err();
    assert_names(error, ErrorKind::ProtocolViolation, "more than 256 KiB");
    let error = endless_from("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\r\n", |_| {
        format!("+ {}\r\n", "x".repeat(1000))
    })
    .await
    .unwrap_err();
    assert_names(error, ErrorKind::ProtocolViolation, "more than 256 KiB");
}

#[tokio::test]
async fn a_response_without_an_end_is_an_error() {
    for (first, then) in [("* CAPABILITY", " A"), ("* LIST (", "("), ("", "x"), ("* OK ", "x")] {
        let mut connection = endless_from(
            &format!("{READY}{first}"),
            match then {
                " A" => |count| format!(" A{count}"),
                "(" => |_| "(".repeat(1000),
                _ => |_| "x".repeat(1000),
            },
        )
        .await
        .unwrap();
        let error = connection.noop().await.unwrap_err();
        assert_names(error, ErrorKind::ProtocolViolation, "a response of more than 1 MiB");
        assert!(!connection.is_usable());
    }
}

#[tokio::test]
async fn a_response_that_is_short_while_it_is_compressed_is_no_shorter_for_that() {
    let (mut connection, mut server) = open().await;
    let serve = async {
        let tag = tag_of(&mut server).await;
        server.write_all(format!("{tag} OK\r\n").as_bytes()).await.unwrap();
    };
    let (compressed, ()) = tokio::join!(connection.compress(), serve);
    assert!(compressed.unwrap());
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![b'x'; 10 << 20]).unwrap();
    server.write_all(&encoder.finish().unwrap()).await.unwrap();
    let error = connection.noop().await.unwrap_err();
    assert_names(error, ErrorKind::ProtocolViolation, "a response of more than 1 MiB");
}

#[tokio::test]
async fn a_literal_of_absurd_size_is_an_error_at_once() {
    let (mut connection, mut server) = open().await;
    server.write_all(b"* LIST () \"/\" {99999999999}\r\n").await.unwrap();
    let error = connection.list("", "*", ListOptions::default()).await.unwrap_err();
    assert_names(error, ErrorKind::ProtocolViolation, "a response of more than 1 MiB");
}

#[tokio::test]
async fn a_listing_without_an_end_is_an_error() {
    let next = |count| format!("* LIST () \"/\" \"{}{count}\"\r\n", "x".repeat(8_000));
    let error = endless(next).await.list("", "*", ListOptions::default()).await.unwrap_err();
    assert_names(error, ErrorKind::ProtocolViolation, "more folders than 64 MiB can hold");
}

#[tokio::test]
async fn a_name_of_absurd_length_is_an_error() {
    let (mut connection, mut server) = open().await;
    server.write_all(format!("* LIST () \"/\" {}\r\n", "a/".repeat(5_000)).as_bytes()).await.unwrap();
    let error = connection.list("", "*", ListOptions::default()).await.unwrap_err();
    assert_names(error, ErrorKind::ProtocolViolation, "a folder's name of more than 8 KiB");
}

#[tokio::test]
async fn namespaces_without_number_are_an_error() {
    let (mut connection, mut server) = open().await;
    server
        .write_all(format!("* NAMESPACE ({}) NIL NIL\r\n", "(\"#\" NIL)".repeat(17)).as_bytes())
        .await
        .unwrap();
    let error = connection.namespace().await.unwrap_err();
    assert_names(error, ErrorKind::ProtocolViolation, "more than 16 namespaces");
}

#[tokio::test]
async fn a_message_with_absurdly_many_flags_is_an_error() {
    for text in ["", " BODY[] {3}\r\nabc"] {
        let (mut connection, mut server) = open().await;
        let flags = "a ".repeat(5_000);
        server.write_all(format!("* 1 FETCH (UID 1 FLAGS ({flags}){text})\r\n").as_bytes()).await.unwrap();
        let error = if text.is_empty() {
            connection.uid_fetch_summaries(&UidSet::all(), SummaryItems::default(), |_| {}).await.unwrap_err()
        } else {
            connection.fetch_bodies(set("1"), FetchOptions::default()).unwrap().next().await.err().unwrap()
        };
        assert_names(error, ErrorKind::ProtocolViolation, "more than 8 KiB of flags");
    }
}

#[tokio::test]
async fn the_status_of_mailboxes_that_nobody_asked_for_is_not_kept() {
    let (mut connection, mut server) = open().await;
    let serve = async {
        for count in 0..10_000 {
            server.write_all(format!("* STATUS x{count} (MESSAGES 1)\r\n").as_bytes()).await.unwrap();
        }
        server.write_all(b"* STATUS a (MESSAGES 7)\r\n").await.unwrap();
        let tag = tag_of(&mut server).await;
        server.write_all(format!("{tag} OK\r\n").as_bytes()).await.unwrap();
    };
    let names = [MailboxName::from_wire("a")];
    let (told, ()) = tokio::join!(connection.status(&names, StatusItems::ALL), serve);
    let messages = told.unwrap()[0].as_ref().and_then(|status| status.numbers.messages);
    assert_eq!(messages, Some(7));
}

async fn tag_of(server: &mut DuplexStream) -> String {
    let mut line = vec![0; 1000];
    let count = server.read(&mut line).await.unwrap();
    String::from_utf8_lossy(&line[..count]).split(' ').next().unwrap().to_owned()
}

#[tokio::test]
async fn news_that_come_without_a_pause_end() {
    let news = |_| format!("* OK {}\r\n", "Still here ".repeat(50_000));
    let error = endless(news).await.noop().await.unwrap_err();
    assert_names(error, ErrorKind::ProtocolViolation, "256 MiB that nobody had asked for");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_still_here_holds_a_command_for_half_an_hour() {
    for chatter in
        ["* OK Still here\r\n", "* 1 FETCH (FLAGS (\\Seen))\r\n", "+ \r\n", "X1 OK\r\n", "?\r\n", "x"]
    {
        let (mut connection, server) = open().await;
        let talk = tokio::spawn(each_minute(server, String::new(), chatter.to_owned()));
        let error = connection.noop().await.unwrap_err();
        assert_names(error, ErrorKind::TimedOut, "half an hour");
        drop(connection);
        assert!((30..=32).contains(&talk.await.unwrap()), "{chatter}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_message_again_and_again_is_no_listing() {
    let (mut connection, server) = open().await;
    tokio::spawn(each_minute(server, String::new(), "* 1 FETCH (UID 1 FLAGS (\\Seen))\r\n".to_owned()));
    let items = SummaryItems { flags: true, ..SummaryItems::default() };
    let error = connection.uid_fetch_summaries(&UidSet::all(), items, |_| {}).await.unwrap_err();
    assert_names(error, ErrorKind::TimedOut, "half an hour");
}

#[tokio::test(start_paused = true)]
async fn a_listing_that_comes_slowly_may_take_longer() {
    let (mut connection, mut server) = open().await;
    let serve = async {
        let tag = tag_of(&mut server).await;
        for uid in 1..=10 {
            for _ in 0..20 {
                server.write_all(b"* OK Still here\r\n").await.unwrap();
                tokio::time::sleep(MINUTE).await;
            }
            server.write_all(format!("* {uid} FETCH (UID {uid})\r\n").as_bytes()).await.unwrap();
        }
        server.write_all(format!("{tag} OK\r\n").as_bytes()).await.unwrap();
    };
    let mut came = UidSet::new();
    let uids = UidSet::all();
    let list = connection.uid_fetch_summaries(&uids, SummaryItems::default(), |s| came.insert(s.uid));
    let (listed, ()) = tokio::join!(list, serve);
    listed.unwrap();
    assert_eq!(came.to_string(), "1:10");
}

#[tokio::test(start_paused = true)]
async fn a_body_at_an_octet_a_minute_ends_and_one_over_a_slow_modem_comes() {
    let head = |size: usize| format!("* 1 FETCH (UID 1 FLAGS () INTERNALDATE NIL BODY[] {{{size}}}\r\n");
    let (mut connection, server) = open().await;
    tokio::spawn(each_minute(server, head(1000), "x".to_owned()));
    let mut bodies = connection.fetch_bodies(set("1"), FetchOptions::default()).unwrap();
    let mut body = bodies.next().await.unwrap().unwrap();
    let error = loop {
        if let Err(error) = body.chunk().await {
            break error;
        }
    };
    assert_names(error, ErrorKind::TimedOut, "half an hour");

    let (mut connection, server) = open().await;
    let part = "x".repeat(40 * 60);
    tokio::spawn(each_minute(server, head(100 * part.len()), part.clone()));
    let mut bodies = connection.fetch_bodies(set("1"), FetchOptions::default()).unwrap();
    let mut body = bodies.next().await.unwrap().unwrap();
    let mut came = 0;
    while came < 100 * part.len() {
        came += body.chunk().await.unwrap().unwrap().len();
    }
}

#[tokio::test]
async fn bodies_that_nobody_asked_for_end() {
    let size = 64 * 1024;
    let (mut connection, mut server) = open().await;
    tokio::spawn(async move {
        let body = "x".repeat(size);
        while server
            .write_all(format!("* 9 FETCH (UID 9 BODY[] {{{size}}}\r\n{body})\r\n").as_bytes())
            .await
            .is_ok()
        {}
    });
    let mut bodies = connection.fetch_bodies(set("1"), FetchOptions::default()).unwrap();
    let error = bodies.next().await.err().unwrap();
    assert_names(error, ErrorKind::ProtocolViolation, "256 MiB that nobody had asked for");
}

#[tokio::test(start_paused = true)]
async fn a_target_that_takes_an_octet_a_minute_ends() {
    let (mut connection, mut server) = open().await;
    tokio::spawn(async move {
        let _append = tag_of(&mut server).await;
        server.write_all(b"+ go\r\n").await.unwrap();
        while server.read_u8().await.is_ok() {
            tokio::time::sleep(MINUTE).await;
        }
    });
    let mut appender = connection.appender(AppendOptions::default()).unwrap();
    let name = MailboxName::inbox();
    let begun = appender.begin(&name, &Flags::new(), None, 1 << 30).await.unwrap();
    assert!(matches!(begun, Begun::Accepted(_)));
    let chunk = vec![b'x'; 256 * 1024];
    let error = loop {
        if let Err(error) = appender.write(&chunk).await {
            break error;
        }
    };
    assert_names(error, ErrorKind::TimedOut, "half an hour");
}
