//! The client against a server that says anything: it ends, and whatever it hands on was asked for.

use model::UidValidity;
use wire::{
    AppendOptions, Begun, Connection, FetchOptions, Flag, Flags, InternalDate, ListOptions, MailboxName,
    Result, StatusItems, StoreAction, SummaryItems, Ticket, UidSet,
};

use crate::client::{connect, run};

const ALL_OF_IT: &str = "* OK [CAPABILITY IMAP4rev1] ready\r\n$ OK [CAPABILITY IMAP4rev1 LITERAL+ MULTIAPPEND UIDPLUS \
    CONDSTORE LIST-EXTENDED LIST-STATUS SPECIAL-USE NAMESPACE OBJECTID STATUS=SIZE] in\r\n";

/// Reads a text as UIDs, and what is written of them: it says the same.
pub(crate) fn uid_set(data: &[u8]) {
    let Ok(set) = String::from_utf8_lossy(data).parse::<UidSet>() else { return };
    assert_eq!(set.to_string().parse(), Ok(set.clone()));
    let parts = set.clone().split_lines(1_000_000_000, 50);
    assert_eq!(parts.iter().map(UidSet::count).sum::<u64>(), set.count());
}

/// Lists folders and messages.
pub(crate) fn listing(data: &[u8]) {
    let script = [ALL_OF_IT.as_bytes(), data].concat();
    run(async move {
        let connection = connect(&script).await;
        assert!(connection.is_some(), "the server lets in whoever comes");
        if let Some(mut connection) = connection {
            // It says what went wrong with its own words, which nobody reads here.
            let _ended = list(&mut connection).await;
        }
    });
}

async fn list(connection: &mut Connection) -> Result<()> {
    let options = ListOptions { special_use: true, subscribed: true, status: Some(StatusItems::ALL) };
    let _folders = connection.list("", "*", options).await?;
    let names = [MailboxName::inbox(), MailboxName::from_text("ä")];
    let told = connection.status(&names, StatusItems::ALL).await?;
    assert_eq!(told.len(), names.len());
    let _selected = connection.examine(&MailboxName::inbox()).await?;
    summarize(connection, &UidSet::all()).await?;
    summarize(connection, &[2, 3, 5, 7].into_iter().collect()).await
}

async fn summarize(connection: &mut Connection, uids: &UidSet) -> Result<()> {
    let items = SummaryItems {
        flags: true,
        internal_date: true,
        size: true,
        modseq: true,
        ..SummaryItems::default()
    };
    connection.uid_fetch_summaries(uids, items, |summary| assert!(uids.contains(summary.uid))).await.map(drop)
}

/// Fetches bodies: each comes once and as long as was said, and none is forgotten.
pub(crate) fn fetch(data: &[u8]) {
    let script = [ALL_OF_IT.as_bytes(), data].concat();
    run(async move {
        let connection = connect(&script).await;
        assert!(connection.is_some(), "the server lets in whoever comes");
        if let Some(mut connection) = connection {
            // As above.
            let _ended = bodies(&mut connection).await;
        }
    });
}

async fn bodies(connection: &mut Connection) -> Result<()> {
    let asked: UidSet = [1, 2, 3, 9].into_iter().collect();
    let options = FetchOptions { messages_per_command: 3, commands_in_flight: 2 };
    let mut bodies = connection.fetch_bodies(asked.clone(), options)?;
    let mut accounted = UidSet::new();
    while let Some(mut body) = bodies.next().await? {
        let (uid, size) = (body.head().uid, body.head().size);
        assert!(asked.contains(uid) && !accounted.contains(uid), "{uid}");
        accounted.insert(uid);
        let mut came = 0;
        while let Some(chunk) = body.chunk().await? {
            came += chunk.len() as u64;
        }
        assert_eq!(came, size);
    }
    let report = bodies.take_report();
    accounted
        .extend(report.missing.iter().chain(report.refused.iter().flat_map(|refused| refused.uids.iter())));
    assert_eq!(accounted, asked);
    Ok(())
}

/// A whole session, from the greeting on.
pub(crate) fn session(data: &[u8]) {
    let script = data.to_vec();
    run(async move {
        let Some(mut connection) = connect(&script).await else { return };
        // A refusal is no end; what leaves the connection unusable is.
        let mut goes_on = async || -> Result<()> {
            let _compressed = connection.compress().await?;
            let _who = connection.id().await.is_ok() && connection.namespace().await.is_ok();
            let _listed = list(&mut connection).await;
            let _fetched = bodies(&mut connection).await;
            let _appended = append(&mut connection).await;
            let _changed = change(&mut connection).await;
            Ok(())
        };
        let _ended = goes_on().await;
        let _left = connection.logout().await;
    });
}

async fn append(connection: &mut Connection) -> Result<()> {
    let mut appender =
        connection.appender(AppendOptions { messages_per_batch: 2, ..AppendOptions::default() })?;
    let flags: Flags = [Flag::SEEN, Flag::new("$Forwarded")].into_iter().collect();
    let date = InternalDate::new("17-Jul-1996 02:44:25 -0700");
    let mut told: Vec<Ticket> = Vec::new();
    for _ in 0..3 {
        match appender.begin(&MailboxName::from_text("ä"), &flags, Some(&date), 5).await? {
            Begun::Accepted(_) => {
                appender.write(b"A: b\n").await?;
                appender.finish().await?;
            }
            Begun::Refused(outcome) => told.push(outcome.ticket),
        }
    }
    appender.drain().await?;
    while let Some(outcome) = appender.next_outcome() {
        let uid_validity = outcome.result.ok().flatten().map(|place| place.uid_validity);
        assert!(uid_validity.is_none_or(|number| UidValidity::holds(Some(number), Some(number))));
        told.push(outcome.ticket);
    }
    told.sort_unstable();
    told.dedup();
    assert_eq!(told.len(), 3, "each message has one outcome");
    Ok(())
}

async fn change(connection: &mut Connection) -> Result<()> {
    let name = MailboxName::from_text("a");
    let _made = connection.create(std::slice::from_ref(&name)).await?;
    let _selected = connection.look_into(&name).await?;
    let flags: Flags = std::iter::once(Flag::SEEN).collect();
    connection.uid_store(&UidSet::one(1), StoreAction::Add, &flags).await?;
    let _renamed = connection.rename(&name, &MailboxName::from_text("b")).await?;
    Ok(())
}
