//! LIST, LSUB, STATUS, NAMESPACE and names of every kind.

use model::ErrorKind;
use wire::{ListOptions, MailboxName, StatusItems};

use crate::support::{refusal, session};

#[tokio::test]
async fn list_understands_every_way_to_name_a_mailbox() {
    let (mut connection, server) = session(
        "SPECIAL-USE",
        b"
        C: A1 LIST \"\" \"*\"
        S: * LIST (\\HasNoChildren) \"/\" \"a\\\"b\"
        S: * list () NIL {3}
        S: x y
        S: * LIST (\\Noselect) \"\\\\\" caf\xe9
        S: * LIST (\\Sent) \"/\" &AOk
        S: A1 OK done",
    )
    .await;
    let entries =
        connection.list("", "*", ListOptions { special_use: true, ..Default::default() }).await.unwrap();
    server.finish().await.unwrap();
    let names: Vec<_> = entries.iter().map(|entry| entry.name.as_bytes()).collect();
    assert_eq!(names, [&b"a\"b"[..], b"x y", b"caf\xe9", b"&AOk"]);
    let delimiters: Vec<_> = entries.iter().map(|entry| entry.delimiter).collect();
    assert_eq!(delimiters, [Some(b'/'), None, Some(b'\\'), Some(b'/')]);
    assert!(entries[2].has("\\noselect"));
}

#[tokio::test]
async fn a_malformed_name_goes_back_as_it_came() {
    let (mut connection, server) = session(
        "",
        b"
        C: A1 LIST \"\" \"*\"
        S: * LIST () \"/\" \"caf\xe9\"
        S: A1 OK done
        C: A2 SUBSCRIBE {4}
        S: + go
        C: caf\xe9
        S: A2 OK done",
    )
    .await;
    let entries = connection.list("", "*", ListOptions::default()).await.unwrap();
    connection.subscribe(&entries[0].name).await.unwrap();
    server.finish().await.unwrap();
}

#[tokio::test]
async fn a_literal_name_may_be_refused_instead_of_awaited() {
    let (mut connection, server) = session(
        "",
        "\nC: A1 CREATE {2}\nS: * 5 EXISTS\nS: A1 NO [ALREADYEXISTS] no\nC: A2 NOOP\nS: A2 OK done",
    )
    .await;
    let refusal = refusal(connection.create(&MailboxName::from_wire("ü")).await);
    assert_eq!(refusal.code_word().as_deref(), Some("ALREADYEXISTS"));
    connection.noop().await.unwrap();
    server.finish().await.unwrap();
}

#[tokio::test]
async fn list_asks_for_status_only_with_list_extended() {
    let wanted = ListOptions { special_use: true, subscribed: true, status: Some(StatusItems::ALL) };
    let (mut connection, server) = session("LIST-STATUS", "\nC: A1 LIST \"\" \"*\"\nS: A1 OK done").await;
    connection.list("", "*", wanted).await.unwrap();
    server.finish().await.unwrap();
    let (mut connection, server) = session(
        "LIST-STATUS LIST-EXTENDED SPECIAL-USE",
        r#"
        C: A1 LIST "" "*" RETURN (SPECIAL-USE SUBSCRIBED STATUS (MESSAGES UIDNEXT UIDVALIDITY UNSEEN))
        S: * LIST (\Subscribed) "/" INBOX
        S: * STATUS INBOX (MESSAGES 3 UIDNEXT 9)
        S: A1 OK done"#,
    )
    .await;
    let entries = connection.list("", "*", wanted).await.unwrap();
    server.finish().await.unwrap();
    assert_eq!(entries[0].status.unwrap().messages, Some(3));
}

#[tokio::test]
async fn a_listing_cut_off_is_an_error() {
    let (mut connection, _server) = session("", "\nC: A1 LSUB *\nS: * LSUB () \"/\" a\nS: <CUT>").await;
    assert_eq!(connection.lsub("", "*").await.unwrap_err().kind(), ErrorKind::ConnectionLost);
}

#[tokio::test]
async fn status_accepts_another_spelling_of_the_name() {
    let (mut connection, server) = session(
        "",
        "\nC: A1 STATUS \"Entw&APw-rfe\" (MESSAGES)\nS: * STATUS {9}\nS: Entwürfe (MESSAGES 5)\nS: A1 OK done",
    )
    .await;
    let items = StatusItems { messages: true, ..StatusItems::default() };
    let status = connection.status(&MailboxName::from_text("Entwürfe"), items).await.unwrap();
    assert_eq!(status.messages, Some(5));
    server.finish().await.unwrap();
}

#[tokio::test]
async fn a_status_without_an_answer_is_an_error_and_no_zero() {
    let (mut connection, _server) = session("", "\nC: A1 STATUS *\nS: A1 OK done").await;
    let error = connection.status(&MailboxName::inbox(), StatusItems::ALL).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ProtocolViolation);
    assert!(connection.is_usable());
}

#[tokio::test]
async fn id_and_namespace_are_read() {
    let (mut connection, server) = session(
        "ID NAMESPACE",
        r#"
        C: A1 ID ("name" "ImapMigration")
        S: * ID NIL
        S: A1 OK done
        C: A2 NAMESPACE
        S: * NAMESPACE NIL NIL (("" "."))
        S: A2 OK done"#,
    )
    .await;
    assert_eq!(connection.id().await.unwrap(), []);
    let namespace = connection.namespace().await.unwrap();
    assert!(namespace.personal.is_empty());
    assert_eq!(namespace.shared[0].delimiter, Some(b'.'));
    server.finish().await.unwrap();
}
