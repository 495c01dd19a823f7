//! COMPRESS: when it is asked for, what a refusal leaves, and what comes after the OK.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use model::{ErrorKind, Security};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use wire::{Connection, Options};

use crate::support::{let_in, login, session};

#[tokio::test]
async fn after_the_ok_both_directions_are_compressed() {
    let (mut connection, server) = session(
        "COMPRESS=DEFLATE",
        "
        C: A1 COMPRESS DEFLATE
        S: A1 OK active
        S: <DEFLATE>
        C: A2 NOOP
        S: * 3 EXISTS
        S: A2 OK done
        C: A3 LOGOUT
        S: * BYE bye
        S: A3 OK done",
    )
    .await;
    assert!(connection.compress().await.unwrap());
    assert!(connection.compress().await.unwrap(), "it is, and is not asked for again");
    connection.noop().await.unwrap();
    connection.logout().await.unwrap();
    server.finish().await.unwrap();
}

#[tokio::test]
async fn a_server_that_does_not_offer_it_is_not_asked() {
    let (mut connection, server) = session("UIDPLUS", "\nC: A1 NOOP\nS: A1 OK done").await;
    assert!(!connection.compress().await.unwrap());
    connection.noop().await.unwrap();
    server.finish().await.unwrap();
}

#[tokio::test]
async fn a_refusal_leaves_the_connection_plain() {
    for refusal in ["NO [COMPRESSIONACTIVE] TLS does", "BAD what"] {
        let transcript =
            format!("\nC: A1 COMPRESS DEFLATE\nS: A1 {refusal}\nC: A2 NOOP\nS: * 3 EXISTS\nS: A2 OK done");
        let (mut connection, server) = session("COMPRESS=DEFLATE", transcript).await;
        assert!(!connection.compress().await.unwrap());
        connection.noop().await.unwrap();
        server.finish().await.unwrap();
    }
}

#[tokio::test]
async fn a_cut_instead_of_an_answer_is_an_error() {
    let (mut connection, _server) =
        session("COMPRESS=DEFLATE", "\nC: A1 COMPRESS DEFLATE\nS: * BYE bye<CUT>").await;
    assert_eq!(connection.compress().await.unwrap_err().kind(), ErrorKind::ConnectionLost);
    assert!(!connection.is_usable());
}

#[tokio::test]
async fn a_cancelled_request_poisons_the_connection() {
    let (mut connection, _server) = session("COMPRESS=DEFLATE", "\nC: A1 COMPRESS DEFLATE\nS: <STALL>").await;
    tokio::select! {
        biased;
        result = connection.compress() => panic!("{result:?}"),
        () = async {} => {}
    }
    assert!(!connection.is_usable());
}

#[tokio::test]
async fn a_cancelled_read_poisons_a_compressed_connection() {
    let (mut connection, _server) = session(
        "COMPRESS=DEFLATE",
        "\nC: A1 COMPRESS DEFLATE\nS: A1 OK active\nS: <DEFLATE>\nC: A2 NOOP\nS: <STALL>",
    )
    .await;
    connection.compress().await.unwrap();
    tokio::select! {
        biased;
        result = connection.noop() => panic!("{result:?}"),
        () = async {} => {}
    }
    assert!(!connection.is_usable());
}

/// A connection to a server that says OK, sends with it what is made of the next command's tag, and says no more.
async fn compressed_with(behind_the_ok: impl Fn(&str) -> Vec<u8> + Send + 'static) -> Connection {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = BufReader::new(stream);
        let_in(&mut stream, "COMPRESS=DEFLATE").await;
        let mut command = String::new();
        stream.read_line(&mut command).await.unwrap();
        let tag = command.split(' ').next().unwrap();
        let next = format!("{}2", tag.strip_suffix('1').unwrap());
        let answer = [tag.as_bytes(), b" OK active\r\n", &behind_the_ok(&next)].concat();
        stream.write_all(&answer).await.unwrap();
        stream.shutdown().await.unwrap();
        // To close with bytes unread would be a reset.
        tokio::io::copy(&mut stream, &mut tokio::io::sink()).await.unwrap();
    });
    let options = Options::new("127.0.0.1", port, Security::None);
    let mut connection = Connection::open(&options, &login("a", "b")).await.unwrap();
    assert!(connection.compress().await.unwrap());
    connection
}

fn deflated(text: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text).unwrap();
    encoder.flush().unwrap();
    encoder.get_ref().clone()
}

#[tokio::test]
async fn what_came_with_the_ok_belongs_to_the_compressed_stream() {
    let mut connection =
        compressed_with(|tag| deflated(format!("* 3 EXISTS\r\n{tag} OK done\r\n").as_bytes())).await;
    connection.noop().await.unwrap();
}

#[tokio::test]
async fn damaged_data_is_a_violation() {
    let mut connection = compressed_with(|tag| format!("{tag} OK done\r\n").into_bytes().repeat(9)).await;
    let error = connection.noop().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ProtocolViolation);
    assert!(error.to_string().contains("compressed data is damaged"), "{error}");
    assert!(!connection.is_usable());
}

#[tokio::test]
async fn a_cut_in_the_middle_of_a_block_loses_the_connection() {
    let mut sent = deflated(b"* OK a text with an end that nobody hears");
    sent.truncate(sent.len() / 2);
    let mut connection = compressed_with(move |_| sent.clone()).await;
    assert_eq!(connection.noop().await.unwrap_err().kind(), ErrorKind::ConnectionLost);
    assert!(!connection.is_usable());
}
