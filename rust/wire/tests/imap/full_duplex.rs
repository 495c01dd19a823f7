//! Reading while writing: neither side may block the other.

use std::time::Duration;

use model::{ErrorKind, Security};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use wire::{AppendOptions, Begun, Connection, Flags, Options};

use crate::append::x;
use crate::support::{let_in, login};

/// A server that does not read on before all of its long answer is taken: who only writes waits for ever.
#[tokio::test]
async fn answers_are_read_while_bodies_are_written() {
    const CHATTER: usize = 8 * 1024 * 1024;
    const MESSAGE: usize = 16 * 1024 * 1024;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = BufReader::new(stream);
        let_in(&mut stream, "LITERAL+").await;
        let mut command = String::new();
        stream.read_line(&mut command).await.unwrap();
        stream.write_all(b"+ go\r\n").await.unwrap();
        let line = format!("* OK {}\r\n", "chatter ".repeat(500));
        let news = line.repeat(CHATTER / line.len()).into_bytes();
        stream.write_all(&news).await.unwrap();
        let mut body = vec![0; MESSAGE + 2];
        stream.read_exact(&mut body).await.unwrap();
        let tag = command.split(' ').next().unwrap();
        stream.write_all(format!("{tag} OK done\r\n").as_bytes()).await.unwrap();
        body
    });
    let mut options = Options::new("127.0.0.1", port, Security::None);
    options.response_timeout = Duration::from_secs(10);
    let mut connection = Connection::open(&options, &login("a", "b")).await.unwrap();
    let mut appender = connection.appender(AppendOptions::default()).unwrap();
    let Begun::Accepted(_) = appender.begin(&x(), &Flags::new(), None, MESSAGE as u64).await.unwrap() else {
        panic!()
    };
    let chunk = vec![b'm'; 1024 * 1024];
    for _ in 0..MESSAGE / chunk.len() {
        appender.write(&chunk).await.unwrap();
    }
    appender.finish().await.unwrap();
    appender.drain().await.unwrap();
    assert!(appender.next_outcome().unwrap().result.is_ok());
    let body = server.await.unwrap();
    assert!(body[..MESSAGE].iter().all(|&byte| byte == b'm') && body.ends_with(b"\r\n"));
}

#[tokio::test]
async fn a_refusal_is_heard_even_if_the_server_stops_reading() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = BufReader::new(stream);
        let_in(&mut stream, "LITERAL+").await;
        let mut command = String::new();
        stream.read_line(&mut command).await.unwrap();
        let tag = command.split(' ').next().unwrap();
        stream.write_all(b"+ go\r\n").await.unwrap();
        stream.write_all(format!("{tag} NO [TOOBIG] too big\r\n").as_bytes()).await.unwrap();
        let mut all = Vec::new();
        // The client leaves in the middle of a message, by a reset.
        let _reset = stream.read_to_end(&mut all).await;
    });
    let mut connection =
        Connection::open(&Options::new("127.0.0.1", port, Security::None), &login("a", "b")).await.unwrap();
    let mut appender = connection.appender(AppendOptions::default()).unwrap();
    let Begun::Accepted(ticket) = appender.begin(&x(), &Flags::new(), None, 1 << 40).await.unwrap() else {
        panic!()
    };
    let chunk = vec![b'm'; 1024 * 1024];
    let outcome = loop {
        appender.write(&chunk).await.unwrap();
        if let Some(outcome) = appender.next_outcome() {
            break outcome;
        }
    };
    assert_eq!((outcome.ticket, outcome.result.unwrap_err().kind()), (ticket, ErrorKind::MessageTooLarge));
    appender.abandon();
    drop(connection);
    server.await.unwrap();
}
