//! Reads what outlives numbers: identity and date of each message in an open folder, and its bytes where these do not tell.

use std::collections::BTreeMap;

use model::plan::{Bytes, Claims, Identity, Present, Proof, Remembered, claim};
use model::{Error, ErrorKind, Result};
use wire::{Connection, InternalDate, SummaryItems, UidSet, Unnameable};

use super::digest::fingerprints;
use super::header::{IDENTITY_FIELDS, identity};

/// What the server tells of these messages, by ascending UID.
pub(crate) async fn present(connection: &mut Connection, uids: &UidSet) -> Result<Vec<Present>> {
    let items = SummaryItems {
        internal_date: true,
        size: true,
        header_fields: IDENTITY_FIELDS,
        ..SummaryItems::default()
    };
    let mut found = BTreeMap::new();
    if uids.is_empty() {
        return Ok(Vec::new());
    }
    let left = connection
        .uid_fetch_summaries(uids, items, |summary| {
            let message = Present {
                uid: summary.uid,
                identity: summary.header.and_then(|block| identity(&block)).map(Identity::digest),
                received: summary.internal_date.as_ref().and_then(InternalDate::to_epoch_seconds),
                size: summary.size,
                bytes: Bytes::NotRead,
            };
            found.insert(summary.uid, message);
        })
        .await?;
    all_nameable(left)?;
    Ok(found.into_values().collect())
}

/// Whether a folder shows only what commands can name: of anything else nobody knows whether it is a copy.
pub(crate) fn all_nameable(left: Unnameable) -> Result<()> {
    match left.first {
        None => Ok(()),
        Some(uid) => {
            let text = format!("messages of the folder are numbered beyond 32 bits, as {uid}");
            Err(Error::new(ErrorKind::ServerRefused, text))
        }
    }
}

/// Fills in the digests of these messages.
async fn read_bytes(connection: &mut Connection, uids: Vec<u32>, messages: &mut [Present]) -> Result<()> {
    let uids: UidSet = uids.into_iter().collect();
    let digests = fingerprints(connection, uids.clone()).await?;
    for message in messages.iter_mut().filter(|message| uids.contains(message.uid)) {
        message.bytes = digests.get(&message.uid).map_or(Bytes::Unreadable, |digest| Bytes::Are(*digest));
    }
    Ok(())
}

/// Finds the messages of rows in the open folder, reading what it takes to tell them apart.
pub(crate) async fn claimed(
    connection: &mut Connection,
    rows: &[Remembered],
    mut messages: Vec<Present>,
    proof: Proof,
) -> Result<BTreeMap<u32, u32>> {
    loop {
        match claim(rows, &messages, proof) {
            Claims::NeedDigests(uids) => read_bytes(connection, uids, &mut messages).await?,
            Claims::Done(claimed) => return Ok(claimed),
        }
    }
}
