//! LIST, LSUB, STATUS, NAMESPACE and names of every kind.

use model::ErrorKind;
use wire::{ListOptions, MailboxName, StatusItems};

use crate::support::session;

/// A21, peers 2.3-3
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
    connection.subscribe(&[entries[0].name.clone()]).await.unwrap()[0].as_ref().unwrap();
    server.finish().await.unwrap();
}

#[tokio::test]
async fn folders_are_made_in_one_round_trip_and_each_has_its_own_answer() {
    let (mut connection, server) = session(
        "",
        r#"
        C: A1 CREATE "a"
        C: A2 CREATE "a/b"
        C: A3 CREATE "c"
        S: A2 NO [ALREADYEXISTS] no
        S: A1 OK done
        S: A3 OK done"#,
    )
    .await;
    let names = ["a", "a/b", "c"].map(MailboxName::from_text);
    let made = connection.create(&names).await.unwrap();
    assert!(made[0].is_ok() && made[2].is_ok());
    assert_eq!(made[1].as_ref().unwrap_err().context, "cannot create folder `a/b`");
    server.finish().await.unwrap();
}

#[tokio::test]
async fn a_mailbox_is_renamed_or_the_refusal_names_both() {
    let (mut connection, server) = session(
        "",
        r#"
        C: A1 RENAME "a" "b/c"
        S: A1 OK done
        C: A2 RENAME "d" "b/c"
        S: A2 NO [ALREADYEXISTS] no"#,
    )
    .await;
    let [a, d, to] = ["a", "d", "b/c"].map(MailboxName::from_text);
    connection.rename(&a, &to).await.unwrap().unwrap();
    let refusal = connection.rename(&d, &to).await.unwrap().unwrap_err();
    assert_eq!(refusal.context, "cannot rename folder `d` to `b/c`");
    server.finish().await.unwrap();
}

#[tokio::test]
async fn a_literal_name_may_be_refused_instead_of_awaited() {
    let (mut connection, server) = session(
        "",
        "\nC: A1 CREATE {2}\nS: * 5 EXISTS\nS: A1 NO [ALREADYEXISTS] no\nC: A2 NOOP\nS: A2 OK done",
    )
    .await;
    let made = connection.create(&[MailboxName::from_wire("ü")]).await.unwrap();
    assert_eq!(made[0].as_ref().unwrap_err().code_word().as_deref(), Some("ALREADYEXISTS"));
    connection.noop().await.unwrap();
    server.finish().await.unwrap();
}

/// I2, peers 2.3-3
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
    assert_eq!(entries[0].status.as_ref().unwrap().numbers.messages, Some(3));
}

#[tokio::test]
async fn a_listing_cut_off_is_an_error() {
    let (mut connection, _server) = session("", "\nC: A1 LSUB *\nS: * LSUB () \"/\" a\nS: <CUT>").await;
    assert_eq!(connection.lsub("", "*").await.unwrap_err().kind(), ErrorKind::ConnectionLost);
}

#[tokio::test]
async fn statuses_find_their_folders_in_any_order_and_spelling() {
    let (mut connection, server) = session(
        "",
        r#"
        C: A1 STATUS "Entw&APw-rfe" (MESSAGES)
        C: A2 STATUS "INBOX" (MESSAGES)
        S: * STATUS Inbox (MESSAGES 7)
        S: * STATUS {9}
        S: Entwürfe (MESSAGES 5)
        S: A1 OK done
        S: A2 OK done"#,
    )
    .await;
    let items = StatusItems { messages: true, ..StatusItems::default() };
    let names = [MailboxName::from_text("Entwürfe"), MailboxName::inbox()];
    let status = connection.status(&names, items).await.unwrap();
    assert_eq!(
        status.iter().map(|found| found.as_ref().unwrap().numbers.messages).collect::<Vec<_>>(),
        [Some(5), Some(7)]
    );
    server.finish().await.unwrap();
}

#[tokio::test]
async fn a_status_that_is_refused_or_left_out_is_unknown_and_no_zero() {
    let (mut connection, server) =
        session("", "\nC: A1 STATUS *\nC: A2 STATUS *\nS: A2 OK done\nS: A1 NO [NONEXISTENT] no").await;
    let names = [MailboxName::from_text("a"), MailboxName::inbox()];
    assert_eq!(connection.status(&names, StatusItems::ALL).await.unwrap(), [None, None]);
    assert!(connection.is_usable());
    server.finish().await.unwrap();
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
    let namespace = connection.namespace().await.unwrap().unwrap();
    assert!(namespace.personal.is_empty());
    assert_eq!(namespace.shared[0].delimiter, Some(b'.'));
    server.finish().await.unwrap();
}

/// A28: OfflineIMAP/offlineimap#696, pimalaya/himalaya#651
#[tokio::test]
async fn a_server_that_offers_id_is_told_who_we_are_along_with_the_first_command_and_once() {
    let transcript = r#"
        C: A1 ID ("name" "ImapMigration")
        C: A2 NOOP
        S: A1 BAD what
        S: A2 OK done
        C: A3 NOOP
        S: A3 OK done"#;
    let (mut connection, server) = session("ID", transcript).await;
    connection.noop().await.unwrap();
    connection.noop().await.unwrap();
    server.finish().await.unwrap();
}

/// A29: jstedfast/MailKit#2006
#[tokio::test]
async fn a_server_that_says_ok_and_tells_no_namespace_has_none() {
    let transcript = r#"
        C: A1 NAMESPACE
        S: * CAPABILITY (("" "/")) NIL NIL
        S: A1 OK done"#;
    let (mut connection, server) = session("NAMESPACE", transcript).await;
    assert_eq!(connection.namespace().await.unwrap(), None);
    assert!(connection.capabilities().namespace());
    server.finish().await.unwrap();
}

#[tokio::test]
async fn two_spellings_of_a_name_are_two_folders_with_a_status_each() {
    let transcript = r#"
        C: A1 STATUS "&AGE-" (MESSAGES)
        C: A2 STATUS "a" (MESSAGES)
        S: * STATUS &AGE- (MESSAGES 1)
        S: A1 OK done
        S: A2 NO no"#;
    let (mut connection, server) = session("", transcript).await;
    let items = StatusItems { messages: true, ..StatusItems::default() };
    let names = ["&AGE-", "a"].map(MailboxName::from_wire);
    let status = connection.status(&names, items).await.unwrap();
    assert_eq!(status[0].as_ref().unwrap().numbers.messages, Some(1));
    assert_eq!(status[1], None, "the status of the other is not its own");
    server.finish().await.unwrap();
}

/// IndySockets/Indy#329
#[tokio::test]
async fn a_status_finds_its_name_without_quotes() {
    let transcript =
        "\nC: A1 STATUS \"To do (old)\" (MESSAGES)\nS: * STATUS To do (old) (MESSAGES 1)\nS: A1 OK done";
    let (mut connection, server) = session("", transcript).await;
    let items = StatusItems { messages: true, ..StatusItems::default() };
    let status = connection.status(&[MailboxName::from_wire("To do (old)")], items).await.unwrap();
    assert_eq!(status[0].as_ref().unwrap().numbers.messages, Some(1));
    server.finish().await.unwrap();
}
