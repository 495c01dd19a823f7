//! Looks through all folders of the target for copies that are gone from their own ones.

use std::collections::{BTreeMap, BTreeSet};

use model::folder::{ListedFolder, Listing};
use model::plan::{Elsewhere, Identity, Mark, Place};
use model::{Result, UidValidity};
use store::{LedgerFolder, LedgerMessage, Store};
use wire::{InternalDate, SummaryItems, UidSet};

use crate::base::blocking::blocking;
use crate::base::digest::fingerprints;
use crate::base::header::{IDENTITY_FIELDS, identity};
use crate::pass::report::words::is_of_folder;
use crate::target::{ImapTarget, OpenPlace, Target};

/// A ledger's page with its key.
pub(crate) type Page = (i64, LedgerFolder);

/// The folders of a target, as they were looked through.
#[derive(Debug, Default)]
pub(crate) struct Searched {
    /// Their names, by which places refer to them.
    pub(crate) names: Vec<String>,
    /// Those that could not be read.
    pub(crate) unread: Vec<String>,
}

/// The rows of a folder whose copies are gone.
pub(super) async fn missing(store: &Store, folder: i64) -> Result<Vec<LedgerMessage>> {
    let store = store.clone();
    blocking(move || {
        let mut rows = Vec::new();
        store.ledger_messages(folder, |row| rows.extend(Some(row).filter(|row| row.target_uid.is_none())))?;
        Ok(rows)
    })
    .await
}

/// What a missing copy is known by: in Maildir trees the name of its file.
pub(super) fn mark(row: &LedgerMessage, validity: Option<UidValidity>, is_maildir: bool) -> Mark {
    if is_maildir {
        return Mark::of_file(row.source_uid, validity);
    }
    Mark::Content { identity: row.identity, received: row.received }
}

/// What rows of these folders are known by whose copies are gone.
pub(crate) async fn sought(
    store: &Store,
    pages: &[Page],
    folders: &BTreeSet<i64>,
    is_maildir: bool,
) -> Result<Elsewhere> {
    let mut elsewhere = Elsewhere::default();
    for (id, page) in pages.iter().filter(|(id, _)| folders.contains(id)) {
        let rows = missing(store, *id).await?;
        let mark = |row| mark(row, page.source_uid_validity, is_maildir);
        rows.iter().for_each(|row| elsewhere.seek(mark(row), row.digest));
    }
    Ok(elsewhere)
}

/// Looks through all folders of the target for what is sought.
pub(crate) async fn search(
    target: &mut Target,
    store: &Store,
    pages: &[Page],
    elsewhere: &mut Elsewhere,
) -> Result<Searched> {
    let mut searched = Searched::default();
    let (listing, ..) = target.listing().await?;
    for folder in listing.folders.iter().filter(|folder| may_hold(folder) && is_own(folder, &listing)) {
        let own: Vec<&Page> =
            pages.iter().filter(|(_, page)| is_same(&page.target_name, &folder.name)).collect();
        let at = searched.names.len();
        match search_folder(target, store, (&own, &folder.name), at, elsewhere).await {
            // One that nobody may read is none of the user's own.
            Err(e) if is_of_folder(e.kind) => searched.unread.push(folder.name.clone()),
            done => done?,
        }
        searched.names.push(folder.name.clone());
    }
    Ok(searched)
}

/// A view of flagged messages shows what lies in other folders (RFC 6154).
fn may_hold(folder: &ListedFolder) -> bool {
    folder.is_selectable() && !folder.has("\\Flagged")
}

/// What others share with the user is no part of the mailbox (RFC 2342).
fn is_own(folder: &ListedFolder, listing: &Listing) -> bool {
    let foreign = listing.namespaces.others.iter().chain(&listing.namespaces.shared);
    foreign.filter(|n| !n.prefix.is_empty()).all(|n| !folder.name.starts_with(&n.prefix))
}

fn is_same(one: &str, other: &str) -> bool {
    one == other || (one.eq_ignore_ascii_case("INBOX") && other.eq_ignore_ascii_case("INBOX"))
}

async fn search_folder(
    target: &mut Target,
    store: &Store,
    (own, name): (&[&Page], &str),
    at: usize,
    elsewhere: &mut Elsewhere,
) -> Result<()> {
    let imap = match target {
        Target::Imap(imap) => imap,
        Target::Maildir(_) => {
            let folder = target.open_folder(name, None).await?;
            let OpenPlace::Maildir(files) = &folder.place else { return Ok(()) };
            let names = files.names()?;
            let mut named = BTreeMap::new();
            for (id, page) in own {
                named.insert(page.source_uid_validity, copies_named(store, *id).await?);
            }
            for (uid, validity) in names {
                if !named.get(&validity).is_some_and(|named: &UidSet| named.contains(uid)) {
                    let folder = own.first().map(|(id, _)| *id);
                    elsewhere.note(Mark::of_file(uid, validity), Place { folder, at, uid, digest: None });
                }
            }
            return Ok(());
        }
    };
    search_imap(imap, store, (own, name), at, elsewhere).await
}

async fn search_imap(
    imap: &mut ImapTarget,
    store: &Store,
    (own, name): (&[&Page], &str),
    at: usize,
    elsewhere: &mut Elsewhere,
) -> Result<()> {
    let numbers = imap.read_anew(name).await?;
    if numbers.messages == Some(0) {
        return Ok(());
    }
    let mut named = UidSet::new();
    for (id, page) in own {
        // Numbers that hold no longer name nobody: then more may be found than was moved, which brings nothing twice.
        if UidValidity::holds(numbers.uid_validity, page.target_uid_validity) {
            copies_named(store, *id).await?.ranges().for_each(|range| named.insert_range(range));
        }
    }
    let folder = own.first().map(|(id, _)| *id);
    let items =
        SummaryItems { internal_date: true, header_fields: IDENTITY_FIELDS, ..SummaryItems::default() };
    let connection = imap.read(name).await?;
    let mut contested = Vec::new();
    connection
        .uid_fetch_summaries(&UidSet::all(), items, |summary| {
            if named.contains(summary.uid) {
                return;
            }
            let identity = summary.header.and_then(|block| identity(&block)).map(Identity::digest);
            let received = summary.internal_date.as_ref().and_then(InternalDate::to_epoch_seconds);
            let mark = Mark::Content { identity, received };
            if elsewhere.is_contested(mark) {
                contested.push((mark, summary.uid));
            } else {
                elsewhere.note(mark, Place { folder, at, uid: summary.uid, digest: None });
            }
        })
        .await?;
    let digests = fingerprints(connection, contested.iter().map(|(_, uid)| *uid).collect()).await?;
    for (mark, uid) in contested {
        elsewhere.note(mark, Place { folder, at, uid, digest: digests.get(&uid).copied() });
    }
    Ok(())
}

/// The copies of a folder that rows and orphans name.
async fn copies_named(store: &Store, folder: i64) -> Result<UidSet> {
    let store = store.clone();
    blocking(move || {
        let mut named = UidSet::new();
        store.ledger_messages(folder, |row| row.target_uid.into_iter().for_each(|uid| named.insert(uid)))?;
        let orphans = store.orphans(folder)?.into_iter().filter_map(|orphan| orphan.message.target_uid);
        orphans.for_each(|uid| named.insert(uid));
        Ok(named)
    })
    .await
}
