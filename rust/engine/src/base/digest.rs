//! Hashes bodies: as they are, and as they are repaired.

use std::collections::BTreeMap;

use model::repair::{Changes, Mender};
use model::{Repair, Result};
use wire::{Body, Connection, FetchOptions, UidSet};
use xxhash_rust::xxh3::Xxh3Default;

/// What a body was found to be.
pub(crate) struct Hashed {
    /// BLAKE3 of its bytes.
    pub(crate) digest: [u8; 32],
    /// How many of its line feeds have no CR in front.
    pub(crate) bare_line_feeds: u64,
    /// The body as it is repaired, where that changes it.
    pub(crate) repaired: Option<Repaired>,
}

/// A body as it is repaired.
pub(crate) struct Repaired {
    /// BLAKE3 of its bytes.
    pub(crate) digest: [u8; 32],
    /// How many there are.
    pub(crate) size: u64,
    /// What was changed.
    pub(crate) changes: Changes,
}

/// Reads a body to its end.
pub(crate) async fn hash(body: &mut Body<'_, '_>, repairs: &[Repair]) -> Result<Hashed> {
    let mut hasher = blake3::Hasher::new();
    let mut repaired = (!repairs.is_empty()).then(|| (Mender::new(repairs), blake3::Hasher::new()));
    let (mut bare_line_feeds, mut last) = (0, 0);
    while let Some(chunk) = body.chunk().await? {
        hasher.update(chunk);
        bare_line_feeds += bare(chunk, last);
        last = chunk.last().copied().unwrap_or(last);
        if let Some((mender, hasher)) = &mut repaired {
            hasher.update(mender.mend(chunk));
        }
    }
    let repaired = repaired.map(|(mut mender, mut hasher)| {
        let digest = *hasher.update(mender.finish()).finalize().as_bytes();
        Repaired { digest, size: hasher.count(), changes: mender.changes() }
    });
    let repaired = repaired.filter(|repaired| !repaired.changes.is_none());
    Ok(Hashed { digest: *hasher.finalize().as_bytes(), bare_line_feeds, repaired })
}

/// How many line feeds have no CR in front, in what follows an octet.
fn bare(chunk: &[u8], last: u8) -> u64 {
    let before = std::iter::once(&last).chain(chunk);
    let bare = before.zip(chunk).filter(|(before, octet)| **octet == b'\n' && **before != b'\r');
    u64::try_from(bare.count()).unwrap_or(u64::MAX)
}

/// Hashes the bodies of these messages. What the server does not give is left out.
pub(crate) async fn hash_all(
    connection: &mut Connection,
    uids: UidSet,
    repairs: &[Repair],
) -> Result<BTreeMap<u32, Hashed>> {
    let mut found = BTreeMap::new();
    let mut bodies = connection.fetch_bodies(uids, FetchOptions::default())?;
    while let Some(mut body) = bodies.next().await? {
        found.insert(body.head().uid, hash(&mut body, repairs).await?);
    }
    Ok(found)
}

/// A digest, cut to what tells a mailbox's messages apart.
pub(crate) fn short(digest: &[u8; 32]) -> [u8; 16] {
    digest.first_chunk().copied().unwrap_or_default()
}

/// XXH3 of the bodies of these messages, as the ledger has it. What the server does not give is left out.
pub(crate) async fn fingerprints(
    connection: &mut Connection,
    uids: UidSet,
) -> Result<BTreeMap<u32, [u8; 16]>> {
    let mut found = BTreeMap::new();
    let mut bodies = connection.fetch_bodies(uids, FetchOptions::default())?;
    while let Some(mut body) = bodies.next().await? {
        let mut hasher = Xxh3Default::new();
        while let Some(chunk) = body.chunk().await? {
            hasher.update(chunk);
        }
        found.insert(body.head().uid, hasher.digest128().to_be_bytes());
    }
    Ok(found)
}
