//! The launcher of real Dovecot servers does what its options say.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    missing_docs
)]

use std::fs;
use std::net::TcpStream;

use testkit::client::Client;
use testkit::dovecot::{self, Dovecot, Layout, Options};
use testkit::mail::{self, Messages, Plan, Shape};
use testkit::{MASTER_PASSWORD, PASSWORD};

/// Starts a server, or says aloud that this machine has none.
fn start(options: &Options) -> Option<Dovecot> {
    if dovecot::find().is_none() {
        eprintln!("SKIPPED: dovecot is not installed, so that nothing was tested");
        return None;
    }
    Some(Dovecot::start(options).unwrap())
}

fn login(server: &Dovecot, user: &str) -> Client {
    Client::login(server.address(), user, PASSWORD).unwrap()
}

fn text(responses: Vec<Vec<u8>>) -> String {
    String::from_utf8_lossy(&responses.concat()).into_owned()
}

#[test]
fn every_shape_of_mail_comes_back_octet_by_octet_with_its_flags_and_date() {
    let Some(server) = start(&Options::default()) else { return };
    let count = Shape::ALL.len() * 2;
    assert_eq!(mail::append(server.address(), "ada", "INBOX", 11, count).unwrap(), count);
    let mut client = login(&server, "ada");
    client.command("EXAMINE INBOX").unwrap();
    for (index, message) in Messages::new(11).take(count).enumerate() {
        let response =
            client.command(&format!("FETCH {} (FLAGS INTERNALDATE BODY.PEEK[])", index + 1)).unwrap();
        let response = &response[0];
        assert!(
            response.windows(message.bytes.len()).any(|window| window == message.bytes),
            "message {index}"
        );
        let line = String::from_utf8_lossy(response);
        assert!(line.contains(&format!("{{{}}}", message.bytes.len())), "message {index}");
        assert!(message.flags.iter().all(|flag| line.contains(flag)), "message {index}");
    }
}

#[test]
fn a_plan_fills_all_folders_of_a_user() {
    let Some(server) = start(&Options::default()) else { return };
    let plan = Plan { seed: 1, messages: 300 };
    assert_eq!(mail::fill(server.address(), "ada", plan).unwrap(), 300);
    let mut client = login(&server, "ada");
    let status = text(client.command("STATUS \"Entw&APw-rfe\" (MESSAGES)").unwrap());
    assert!(status.contains("MESSAGES 12"), "{status}");
    let subscribed = text(client.command("LSUB \"\" *").unwrap());
    assert!(
        subscribed.contains("Projects &- Co") && !subscribed.contains("Never subscribed"),
        "{subscribed}"
    );
}

#[test]
fn the_master_user_opens_any_mailbox() {
    let Some(server) = start(&Options::default()) else { return };
    let mut client = Client::login(server.address(), "ada*mailadmin", MASTER_PASSWORD).unwrap();
    assert!(text(client.command("SELECT INBOX").unwrap()).contains("0 EXISTS"));
    assert!(Client::login(server.address(), "ada*mailadmin", "wrong").is_err());
}

#[test]
fn namespace_and_capabilities_are_those_asked_for() {
    let options = Options {
        prefix: "INBOX.".to_owned(),
        separator: '.',
        layout: Layout::MaildirPlusPlus,
        capability: Some("IMAP4rev1 NAMESPACE".to_owned()),
        ..Options::default()
    };
    let Some(server) = start(&options) else { return };
    mail::fill(server.address(), "ada", Plan { seed: 1, messages: 20 }).unwrap();
    let mut client = login(&server, "ada");
    assert!(text(client.command("NAMESPACE").unwrap()).contains("((\"INBOX.\" \".\"))"));
    assert!(text(client.command("LIST \"\" *").unwrap()).contains("INBOX.Archive.2020.Q1"));
    assert_eq!(text(client.command("CAPABILITY").unwrap()), "* CAPABILITY IMAP4rev1 NAMESPACE\r\n");
}

#[test]
fn compression_is_offered_on_request() {
    for compress in [false, true] {
        let Some(server) = start(&Options { compress, ..Options::default() }) else { return };
        let capabilities = text(login(&server, "ada").command("CAPABILITY").unwrap());
        assert_eq!(capabilities.contains("COMPRESS=DEFLATE"), compress, "{capabilities}");
    }
}

#[test]
fn limits_are_refused_with_their_response_codes() {
    let options = Options {
        quota: Some(30_000),
        max_message: Some(20_000),
        read_only: vec!["Shelf".to_owned()],
        max_connections: Some(2),
        ..Options::default()
    };
    let Some(server) = start(&options) else { return };
    let mut client = login(&server, "ada");
    let mut append = |folder: &str, size: usize| {
        let message = "x".repeat(size);
        client
            .command(&format!("APPEND {folder} {{{size}+}}\r\n{message}"))
            .map(text)
            .map_err(|error| error.to_string())
    };
    assert!(append("INBOX", 21_000).unwrap_err().contains("[LIMIT]"));
    append("INBOX", 19_000).unwrap();
    assert!(append("INBOX", 19_000).unwrap_err().contains("[OVERQUOTA]"));
    client.command("CREATE Shelf").unwrap();
    let refused = client.command("APPEND Shelf {1+}\r\nx").unwrap_err().to_string();
    assert!(refused.contains("[NOPERM]"), "{refused}");
    let _second = login(&server, "ada");
    let third = Client::login(server.address(), "ada", PASSWORD).unwrap_err().to_string();
    assert!(third.contains("[LIMIT]"), "{third}");
}

#[test]
fn a_maildir_written_by_others_can_be_read() {
    let Some(server) = start(&Options { layout: Layout::MaildirPlusPlus, ..Options::default() }) else {
        return;
    };
    let tree = tempfile::tempdir().unwrap();
    for folder in ["", ".Sent"] {
        for part in ["cur", "new", "tmp"] {
            fs::create_dir_all(tree.path().join(folder).join(part)).unwrap();
        }
    }
    fs::write(tree.path().join(".Sent/cur/1.1.host:2,S"), "Subject: kept\n\nbody\n").unwrap();
    server.place_maildir("ada", tree.path()).unwrap();
    let mut client = login(&server, "ada");
    client.command("SELECT Sent").unwrap();
    assert!(text(client.command("FETCH 1 (FLAGS BODY[HEADER])").unwrap()).contains("Subject: kept"));
}

#[test]
fn servers_run_side_by_side_restart_with_their_mail_and_leave_nothing_behind() {
    let Some(mut first) = start(&Options::default()) else { return };
    let Some(second) = start(&Options::default()) else { return };
    mail::append(first.address(), "ada", "INBOX", 1, 3).unwrap();
    assert!(text(login(&second, "ada").command("SELECT INBOX").unwrap()).contains("0 EXISTS"));

    let port = first.address().port;
    first.stop();
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    first.restart().unwrap();
    assert!(text(login(&first, "ada").command("SELECT INBOX").unwrap()).contains("3 EXISTS"));

    let certificate = first.address().certificate.clone();
    drop(first);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    assert!(!certificate.parent().unwrap().exists());
}
