//! Conversations with the server's core.

use super::*;
use crate::mail::{By, Flags, Incoming};

fn server(change: impl FnOnce(&mut Manners)) -> Server {
    let mut manners = Manners::plain();
    change(&mut manners);
    let mut server = Server::new(manners, Chance::new(1, "server"), 0);
    server.add_account("ann", 0);
    server
}

fn talk(server: &mut Server, session: &mut Session, said: &str) -> String {
    session.out.clear();
    session.feed(said.as_bytes());
    while session.step(server) {}
    String::from_utf8_lossy(&session.out).into_owned()
}

fn log_in(server: &mut Server) -> Session {
    let mut session = Session::greet(server);
    assert!(talk(server, &mut session, "a LOGIN ann secret\r\n").starts_with("a OK"));
    session
}

fn put(server: &mut Server, text: &str) {
    let account = server.accounts.get_mut("ann").unwrap();
    let lineage = account.fresh();
    let content: crate::mail::Content = text.as_bytes().into();
    let incoming =
        Incoming { octets: content.clone(), content, date: 0, flags: Flags::new(), lineage, by: By::People };
    account.deliver("INBOX", incoming);
}

const DATE: &str = "\"01-Jan-1970 00:00:09 +0000\"";

#[test]
fn a_login_takes_a_password_in_either_way() {
    let mut server = server(|_| {});
    let mut session = Session::greet(&server);
    assert!(talk(&mut server, &mut session, "a LOGIN ann wrong\r\n").contains("a NO"));
    assert_eq!(talk(&mut server, &mut session, "b AUTHENTICATE PLAIN\r\n"), "+ \r\n");
    assert!(talk(&mut server, &mut session, "AGFubgBzZWNyZXQ=\r\n").contains("b OK"));
}

#[test]
fn an_append_is_stored_once_it_is_whole_and_can_be_fetched() {
    let mut server = server(|_| {});
    let mut session = log_in(&mut server);
    assert_eq!(talk(&mut server, &mut session, "b APPEND INBOX (\\seen) {9}\r\n"), "+ Go ahead\r\n");
    assert!(talk(&mut server, &mut session, "A: b\r\n\r\nx\r\n").contains("b OK [APPENDUID"));
    let said = format!("c APPEND INBOX {DATE} {{3+}}\r\none {DATE} {{3+}}\r\ntwo\r\n");
    assert!(talk(&mut server, &mut session, &said).contains("2:3]"));
    talk(&mut server, &mut session, "d SELECT INBOX\r\n");
    let heard =
        talk(&mut server, &mut session, "e UID FETCH 1:* (UID FLAGS BODY.PEEK[HEADER.FIELDS (A)])\r\n");
    assert!(heard.contains("* 1 FETCH (UID 1 FLAGS (\\Seen) BODY[HEADER.FIELDS (A)] {8}\r\nA: b\r\n\r\n)"));
    let heard = talk(&mut server, &mut session, "f UID FETCH 3:* (INTERNALDATE BODY.PEEK[])\r\n");
    assert!(heard.contains(&format!("* 3 FETCH (UID 3 INTERNALDATE {DATE} BODY[] {{3}}\r\ntwo)")));
}

#[test]
fn what_is_refused_takes_its_whole_command_with_it() {
    let mut server = server(|manners| manners.refuses = true);
    let mut session = log_in(&mut server);
    let said = "b APPEND INBOX {1+}\r\nx {17+}\r\nX-Refuse: yes\r\n\r\n\r\n";
    assert!(talk(&mut server, &mut session, said).starts_with("b NO"));
    assert_eq!(server.appended, 0);
}

#[test]
fn changes_are_told_since_a_number() {
    let mut server = server(|_| {});
    let mut session = log_in(&mut server);
    put(&mut server, "one");
    put(&mut server, "two");
    assert!(talk(&mut server, &mut session, "b SELECT INBOX\r\n").contains("[HIGHESTMODSEQ 3]"));
    talk(&mut server, &mut session, "c UID STORE 1 +FLAGS.SILENT (\\Flagged)\r\n");
    let heard = talk(&mut server, &mut session, "d UID FETCH 1:* (UID FLAGS) (CHANGEDSINCE 3)\r\n");
    assert_eq!(heard, "* 1 FETCH (UID 1 FLAGS (\\Flagged) MODSEQ (4))\r\nd OK Done\r\n");
}

#[test]
fn a_listing_tells_paths_in_the_servers_own_way() {
    let mut server = server(|manners| (manners.separator, manners.prefix) = ('.', "INBOX/"));
    let mut session = log_in(&mut server);
    talk(&mut server, &mut session, "b CREATE INBOX.Work.R&-D\r\n");
    assert!(server.accounts["ann"].folder("Work/R&D").is_some());
    let heard =
        talk(&mut server, &mut session, "c LIST \"\" \"*\" RETURN (SUBSCRIBED STATUS (MESSAGES))\r\n");
    assert!(
        heard.contains("* LIST () \".\" \"INBOX.Work.R&-D\"\r\n* STATUS \"INBOX.Work.R&-D\" (MESSAGES 0)")
    );
    assert!(talk(&mut server, &mut session, "d CREATE Work\r\n").starts_with("d NO"));
}

#[test]
fn a_connection_hears_what_others_did() {
    let mut server = server(|_| {});
    put(&mut server, "one");
    put(&mut server, "two");
    let mut session = log_in(&mut server);
    talk(&mut server, &mut session, "b SELECT INBOX\r\n");
    server.accounts.get_mut("ann").unwrap().delete("INBOX", 1);
    put(&mut server, "three");
    assert_eq!(talk(&mut server, &mut session, "c NOOP\r\n"), "* 1 EXPUNGE\r\n* 2 EXISTS\r\nc OK Done\r\n");
}

#[test]
fn odd_servers_are_odd_in_their_way() {
    let mut server = server(|manners| {
        (manners.validity, manners.swallows, manners.tells_uid_next) = (Validity::AfterFirstAppend, 1, false);
    });
    let mut session = log_in(&mut server);
    let before = server.accounts["ann"].folder("INBOX").unwrap().validity;
    let said = "b APPEND INBOX {3+}\r\none {3+}\r\ntwo\r\n";
    assert!(talk(&mut server, &mut session, said).starts_with("b OK Stored"));
    let folder = server.accounts["ann"].folder("INBOX").unwrap();
    assert_eq!((folder.messages.len(), folder.validity == before), (1, false));
    assert!(!talk(&mut server, &mut session, "c STATUS INBOX (MESSAGES UIDNEXT)\r\n").contains("UIDNEXT 2"));
}
