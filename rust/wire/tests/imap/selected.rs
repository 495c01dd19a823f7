//! SELECT, STORE and inventories.

use std::num::NonZeroU32;

use model::ErrorKind;
use wire::{
    Access, Condition, Flag, Flags, MailboxName, PermanentFlags, StoreAction, SummaryItems, UidSet,
    Unnameable,
};

use crate::support::{refusal, session, set};

#[tokio::test]
async fn select_tells_what_the_server_says() {
    let (mut connection, server) = session(
        "",
        r#"
        C: A1 SELECT "INBOX"
        S: * flags (\Seen)
        S: *  7   exists
        S: * 0 RECENT
        S: * OK [UNSEEN 3] first
        S: * OK [uidvalidity 42] x
        S: * OK [UIDNEXT 100 ] x
        S: * OK [HIGHESTMODSEQ 9] x
        S: * OK [PERMANENTFLAGS (\Seen \*)] x
        S: * NO disk almost full
        S: A1 OK [READ-WRITE] done"#,
    )
    .await;
    let selected = connection.select(&MailboxName::inbox()).await.unwrap();
    server.finish().await.unwrap();
    assert_eq!((selected.exists, selected.read_only), (7, false));
    assert_eq!(selected.numbers.uid_validity.map(model::UidValidity::get), Some(42));
    assert_eq!(selected.numbers.uid_next.map(NonZeroU32::get), Some(100));
    assert_eq!(selected.numbers.highest_modseq, Some(9));
    let kept = selected.permanent_flags.unwrap();
    assert!(kept.accepts_new_keywords && kept.keeps(&Flag::SEEN) && kept.keeps(&Flag::new("$any")));
    assert!(!kept.keeps(&Flag::DELETED));
}

/// D6: a folder may take any keyword, and yet no flag of the system's that it does not name.
#[tokio::test]
async fn a_system_flag_that_the_folder_does_not_name_is_not_kept() {
    let kept = permanent_flags(r"(\Seen \*)").await.unwrap();
    for (flag, is_kept) in
        [("\\Seen", true), ("$NotJunk", true), ("\\$NOTJUNK", false), ("\\Something", false)]
    {
        assert_eq!(kept.keeps(&Flag::new(flag)), is_kept, "{flag}");
    }
}

/// A13
#[tokio::test]
async fn permanent_flags_that_are_no_list_say_nothing() {
    for malformed in [r"\Seen \*", r"(\Seen [odd] \*)", r"(\Seen", "", "NIL"] {
        assert_eq!(permanent_flags(malformed).await, None, "{malformed}");
    }
    assert!(permanent_flags("()").await.unwrap().flags.is_empty());
    assert!(permanent_flags(r"( \Seen  \Seen \* ) ").await.unwrap().keeps(&Flag::SEEN));
}

/// What a SELECT makes of this list.
async fn permanent_flags(list: &str) -> Option<PermanentFlags> {
    let transcript =
        format!("\nC: A1 SELECT *\nS: * 0 EXISTS\nS: * OK [PERMANENTFLAGS {list}] x\nS: A1 OK done");
    let (mut connection, _server) = session("", transcript).await;
    connection.select(&MailboxName::inbox()).await.unwrap().permanent_flags
}

#[tokio::test]
async fn a_look_into_a_folder_takes_one_round_trip_and_leaves_it() {
    let (mut connection, server) = session(
        "UNSELECT",
        r#"
        C: A1 SELECT "x"
        C: A2 UNSELECT
        S: * 3 EXISTS
        S: * OK [UIDVALIDITY 42] x
        S: A1 OK [READ-WRITE] done
        S: A2 OK done"#,
    )
    .await;
    let found = connection.look_into(&MailboxName::from_text("x")).await.unwrap();
    assert_eq!((found.exists, found.numbers.uid_validity), (3, model::UidValidity::new(42)));
    server.finish().await.unwrap();
}

#[tokio::test]
async fn a_server_that_offers_unselect_and_refuses_it_has_told_of_the_folder_all_the_same() {
    let transcript = r#"
        C: A1 SELECT "x"
        C: A2 UNSELECT
        S: * 3 EXISTS
        S: A1 OK [READ-WRITE] done
        S: A2 BAD what"#;
    let (mut connection, server) = session("UNSELECT", transcript).await;
    assert_eq!(connection.look_into(&MailboxName::from_text("x")).await.unwrap().exists, 3);
    server.finish().await.unwrap();
}

/// A35: MailCore/mailcore2#1249, dbmail/dbmail#195
#[tokio::test]
async fn numbers_of_messages_beyond_32_bits_are_told_and_name_none() {
    let transcript = r#"
        C: A1 SELECT "x"
        S: * 3 EXISTS
        S: * OK [UIDNEXT 19564493743] x
        S: A1 OK [READ-WRITE] done
        C: A2 UID FETCH 1:* (UID RFC822.SIZE)
        S: * 1 FETCH (UID 7 RFC822.SIZE 4294967297)
        S: * 2 FETCH (UID 19564493741 RFC822.SIZE 5)
        S: * 3 FETCH (UID 19564493742 RFC822.SIZE 6)
        S: A2 OK done"#;
    let (mut connection, server) = session("", transcript).await;
    let selected = connection.select(&MailboxName::from_text("x")).await.unwrap();
    assert_eq!((selected.numbers.uid_next, selected.uid_next_beyond), (None, Some(19_564_493_743)));
    let mut sizes = Vec::new();
    let items = SummaryItems { size: true, ..SummaryItems::default() };
    let left =
        connection.uid_fetch_summaries(&UidSet::all(), items, |summary| sizes.extend(summary.size)).await;
    assert_eq!(
        (sizes, left.unwrap()),
        (vec![4_294_967_297], Unnameable { count: 2, first: Some(19_564_493_741) })
    );
    server.finish().await.unwrap();
}

/// GNU mailutils rewrites, or cuts off, a folder that somebody has open for writing while mail is appended to it.
#[tokio::test]
async fn where_there_is_no_unselect_a_folder_is_left_by_closing_it_unchanged() {
    let (mut connection, server) = session(
        "",
        r#"
        C: A1 SELECT "x"
        C: A2 EXAMINE "x"
        S: * 3 EXISTS
        S: * OK [PERMANENTFLAGS (\Seen \*)] x
        S: A1 OK [READ-WRITE] done
        S: * 3 EXISTS
        S: * OK [PERMANENTFLAGS ()] none
        S: A2 OK [READ-ONLY] done
        C: A3 CLOSE
        S: A3 OK done
        C: A4 CLOSE
        S: A4 NO [READ-ONLY] Mailbox is read-only."#,
    )
    .await;
    let name = MailboxName::from_text("x");
    let found = connection.look_into(&name).await.unwrap();
    assert!(found.permanent_flags.unwrap().accepts_new_keywords, "what SELECT said counts");
    connection.leave(&name, Access::Read).await.unwrap();
    server.finish().await.unwrap();
}

/// CLOSE expunges what is open for writing (RFC 3501 §6.4.2).
#[tokio::test]
async fn a_folder_that_cannot_be_opened_for_reading_is_not_closed() {
    for refusal in ["NO not now", "BAD unknown command"] {
        let transcript = format!(
            "\nC: A1 SELECT *\nC: A2 EXAMINE *\nS: * 3 EXISTS\nS: A1 OK done\nS: A2 {refusal}\nC: A3 NOOP\nS: A3 OK done"
        );
        let (mut connection, server) = session("", transcript).await;
        assert_eq!(connection.look_into(&MailboxName::from_text("x")).await.unwrap().exists, 3);
        connection.noop().await.unwrap();
        server.finish().await.unwrap();
    }
}

#[tokio::test]
async fn a_server_that_knows_only_select_is_read_by_that_and_never_told_to_close() {
    let (mut connection, server) = session(
        "",
        "
        C: A1 EXAMINE \"x\"
        S: A1 BAD unknown command
        C: A2 SELECT \"x\"
        S: * 3 EXISTS
        S: A2 OK [READ-WRITE] done
        C: A3 SELECT \"y\"
        S: * 4 EXISTS
        S: A3 OK [READ-WRITE] done
        C: A4 NOOP
        S: A4 OK done",
    )
    .await;
    for (name, exists) in [("x", 3), ("y", 4)] {
        let name = MailboxName::from_text(name);
        assert_eq!(connection.examine(&name).await.unwrap().exists, exists);
        connection.leave(&name, Access::Read).await.unwrap();
    }
    connection.noop().await.unwrap();
    server.finish().await.unwrap();
}

#[tokio::test]
async fn news_of_a_messages_flags_take_nothing_back_of_what_was_listed() {
    let (mut connection, server) = session(
        "",
        "
        C: A1 SELECT *
        S: * 1 EXISTS
        S: A1 OK done
        C: A2 UID FETCH 1:* (UID FLAGS RFC822.SIZE)
        S: * 1 FETCH (UID 1 FLAGS () RFC822.SIZE 9)
        S: * 1 FETCH (UID 1 FLAGS (\\Seen))
        S: A2 OK done",
    )
    .await;
    connection.select(&MailboxName::from_text("x")).await.unwrap();
    let (mut sizes, items) =
        (Vec::new(), SummaryItems { flags: true, size: true, ..SummaryItems::default() });
    connection.uid_fetch_summaries(&UidSet::all(), items, |summary| sizes.push(summary.size)).await.unwrap();
    assert_eq!(sizes, [Some(9)]);
    server.finish().await.unwrap();
}

/// peers 2.4: two UIDVALIDITYs of zero are not equal.
#[tokio::test]
async fn a_uidvalidity_that_cannot_be_is_unknown() {
    for odd in ["0", "99999999999999999999", "x", ""] {
        let transcript =
            format!("\nC: A1 SELECT *\nS: * 0 EXISTS\nS: * OK [UIDVALIDITY {odd}] x\nS: A1 OK done");
        let (mut connection, _server) = session("", transcript).await;
        assert_eq!(
            connection.select(&MailboxName::inbox()).await.unwrap().numbers.uid_validity,
            None,
            "{odd}"
        );
    }
}

/// The RFC gives it 32 bits, servers more.
#[tokio::test]
async fn a_uidvalidity_of_64_bits_is_taken_as_it_is() {
    let (mut connection, _server) = session(
        "",
        "\nC: A1 SELECT *\nS: * 0 EXISTS\nS: * OK [UIDVALIDITY 1700000000123456789] x\nS: A1 OK done",
    )
    .await;
    let selected = connection.select(&MailboxName::inbox()).await.unwrap();
    assert_eq!(selected.numbers.uid_validity, model::UidValidity::new(1_700_000_000_123_456_789));
}

#[tokio::test]
async fn a_refused_select_keeps_code_and_text_and_the_connection() {
    let (mut connection, server) = session(
        "",
        r#"
        C: A1 SELECT "x"
        S: A1 NO [NONEXISTENT] Unknown Mailbox
        C: A2 NOOP
        S: A2 OK done"#,
    )
    .await;
    let refusal = refusal(connection.select(&MailboxName::from_text("x")).await);
    assert_eq!((refusal.condition, refusal.code.as_deref()), (Condition::No, Some("NONEXISTENT")));
    assert_eq!((refusal.kind(), refusal.text.as_str()), (ErrorKind::FolderNotFound, "Unknown Mailbox"));
    assert!(connection.is_usable());
    connection.noop().await.unwrap();
    server.finish().await.unwrap();
}

#[tokio::test]
async fn a_select_cut_off_is_no_empty_mailbox() {
    let (mut connection, _server) = session("", "\nC: A1 SELECT *\nS: * 0 EXISTS\nS: <CUT>").await;
    assert_eq!(connection.select(&MailboxName::inbox()).await.unwrap_err().kind(), ErrorKind::ConnectionLost);
    assert!(!connection.is_usable());
}

/// peers 2.3-9
#[tokio::test]
async fn a_refused_store_is_no_success() {
    let (mut connection, server) =
        session("", "\nC: A1 UID STORE 1:3 +FLAGS.SILENT (\\Seen)\nS: A1 NO [NOPERM] no").await;
    let flags: Flags = [Flag::SEEN, Flag::RECENT].into_iter().collect();
    let refusal = refusal(connection.uid_store(&set("1:3"), StoreAction::Add, &flags).await);
    assert_eq!(refusal.kind(), ErrorKind::PermissionDenied);
    server.finish().await.unwrap();
}

/// O20
#[tokio::test]
async fn no_command_line_is_longer_than_8000_bytes() {
    let uids: UidSet = (100_000..110_000).step_by(2).collect();
    let lines = uids.clone().split_lines(u64::MAX, 7900);
    let commands = |what: &str| {
        let command = |(number, line): (usize, &UidSet)| {
            format!("C: A{number} UID {what}\n").replace("{}", &line.to_string())
        };
        (1..).zip(&lines).map(command).collect::<Vec<_>>()
    };
    let answers: String = (1..=lines.len()).map(|number| format!("S: A{number} OK done\n")).collect();
    for what in ["STORE {} FLAGS.SILENT ()", "FETCH {} (UID)"] {
        let commands = commands(what);
        assert!(commands.iter().all(|line| line.len() < 8000));
        let (mut connection, server) = session("", format!("\n{}{answers}", commands.concat())).await;
        if what.starts_with("STORE") {
            connection.uid_store(&uids, StoreAction::Replace, &Flags::new()).await.unwrap();
        } else {
            connection.uid_fetch_summaries(&uids, SummaryItems::default(), |_| {}).await.unwrap();
        }
        server.finish().await.unwrap();
    }
}

#[tokio::test]
async fn a_long_set_is_split_and_the_first_refusal_is_told() {
    let (mut connection, server) = session(
        "",
        "
        C: A1 UID STORE *
        C: A2 UID STORE *
        S: A1 NO first
        S: A2 OK done
        C: A3 NOOP
        S: A3 OK done",
    )
    .await;
    let uids: UidSet = (1..5_000).step_by(2).collect();
    let refusal = refusal(connection.uid_store(&uids, StoreAction::Replace, &Flags::new()).await);
    assert_eq!(refusal.text, "first");
    connection.noop().await.unwrap();
    server.finish().await.unwrap();
}

#[tokio::test]
async fn nothing_is_sent_for_an_empty_set() {
    let (mut connection, server) = session("", "\nC: A1 NOOP\nS: A1 OK done").await;
    connection.uid_store(&UidSet::new(), StoreAction::Add, &Flags::new()).await.unwrap();
    connection.noop().await.unwrap();
    server.finish().await.unwrap();
}

#[tokio::test]
async fn summaries_come_one_by_one_in_any_order_of_items() {
    let (mut connection, server) = session(
        "CONDSTORE",
        "
        C: A1 UID FETCH 5:* (UID FLAGS INTERNALDATE RFC822.SIZE MODSEQ BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]) (CHANGEDSINCE 3)
        S: * 1 FETCH (FLAGS (\\Seen) RFC822.SIZE 10 MODSEQ (4) INTERNALDATE \" 1-Jan-2020 00:00:00 +0000\" BODY[HEADER.FIELDS (MESSAGE-ID)] {10}
        S: I: <a@b>
        S:  UID 5)
        S: * 9 FETCH (FLAGS ())
        S: * 2 FETCH (UID 6 RFC822.SIZE NIL INTERNALDATE NIL X-NEW (1 (2)) BODY[HEADER.FIELDS (\"Message-ID\")] \"\")
        S: * 3 FETCH (UID 4)
        S: * 3 EXPUNGE
        S: A1 OK done",
    )
    .await;
    let mut seen = Vec::new();
    let items = SummaryItems {
        flags: true,
        internal_date: true,
        size: true,
        modseq: true,
        header_fields: &["MESSAGE-ID"],
        changed_since: Some(3),
    };
    let uids = UidSet::starting_at(NonZeroU32::new(5).unwrap());
    connection
        .uid_fetch_summaries(&uids, items, |summary| {
            let date = summary.internal_date.and_then(|date| date.to_epoch_seconds());
            seen.push((
                summary.uid,
                summary.size,
                summary.modseq,
                date,
                summary.header.unwrap().into_owned(),
            ));
        })
        .await
        .unwrap();
    server.finish().await.unwrap();
    let expected = [
        (5, Some(10), Some(4), Some(1_577_836_800), b"I: <a@b>\r\n".to_vec()),
        (6, None, None, None, Vec::new()),
    ];
    assert_eq!(seen, expected);
}

/// peers 2.4
#[tokio::test]
async fn a_refused_inventory_is_no_empty_one() {
    let (mut connection, _server) =
        session("", "\nC: A1 UID FETCH *\nS: A1 NO [UNAVAILABLE] disk read failed").await;
    let result = connection.uid_fetch_summaries(&UidSet::all(), SummaryItems::default(), |_| {}).await;
    assert_eq!(refusal(result).kind(), ErrorKind::Throttled);
}

#[tokio::test]
async fn an_inventory_cut_off_is_an_error() {
    let (mut connection, _server) = session("", "\nC: A1 UID FETCH *\nS: * 1 FETCH (UID 1)\nS: <CUT>").await;
    let mut count = 0;
    let result = connection.uid_fetch_summaries(&set("1:3"), SummaryItems::default(), |_| count += 1).await;
    assert_eq!((result.unwrap_err().kind(), count), (ErrorKind::ConnectionLost, 1));
}
