//! Finds what is on the target already: the tail that the ledger does not know is read and matched by content.

use std::collections::BTreeMap;

use model::Result;
use model::plan::{Candidate, Digest, Flags, Reconciliation, reconcile};
use wire::{Connection, FetchOptions, SummaryItems, UidSet};

use super::inventory::plan_flags;
use super::suspects::{Side, Suspects, is_break};

/// A message that need not be copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Adopted {
    /// Its UID on the source.
    pub(crate) uid: u32,
    /// Its UID on the target.
    pub(crate) target_uid: u32,
    /// Its size as the source tells it; 0 where it does not.
    pub(crate) size: u64,
    /// The flags that it has there.
    pub(crate) flags: Flags,
}

/// What is there already, and what is to be appended.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// What is there.
    pub(crate) adopted: Vec<Adopted>,
    /// Source UIDs of what is not, ascending.
    pub(crate) append: Vec<u32>,
}

/// The source, as it is read here: messages at which it may hang up go a group at a time. What it gives is acquitted of
/// nothing, for that is less than a copy reads.
pub(super) struct Reader<'r> {
    /// The source, its folder selected.
    pub(super) connection: &'r mut Connection,
    /// Messages at which it may hang up,
    pub(super) suspects: &'r Suspects,
    /// by the ledger's key of the folder.
    pub(super) ledger_id: i64,
}

impl Reader<'_> {
    async fn candidates(&mut self, uids: UidSet) -> Result<Vec<Candidate>> {
        let mut found = Vec::new();
        for group in self.groups(uids) {
            let read = candidates_of(self.connection, &group).await;
            found.extend(self.note(group, read)?.0);
        }
        found.sort_unstable_by_key(|candidate| candidate.uid);
        Ok(found)
    }

    async fn read_digests(&mut self, uids: &[u32], candidates: &mut [Candidate]) -> Result<()> {
        for group in self.groups(uids.iter().copied().collect()) {
            let uids: Vec<u32> = group.iter().collect();
            let read = read_digests(self.connection, &uids, candidates).await;
            self.note(group, read)?;
        }
        Ok(())
    }

    fn groups(&self, uids: UidSet) -> impl Iterator<Item = UidSet> + use<> {
        let runs = self.suspects.of(self.ledger_id, Side::Source).divide(uids);
        runs.into_iter().map(|(run, _)| run)
    }

    fn note<T>(&self, group: UidSet, read: Result<T>) -> Result<T> {
        read.map_err(|mut error| {
            if is_break(error.kind) {
                self.suspects.broke(self.ledger_id, Side::Source, group, false);
                error.retryable = true;
            }
            error
        })
    }
}

/// Matches source messages with what lies on the target at or above a UID. Both folders are selected.
pub(super) async fn adopt(
    mut source: Reader<'_>,
    target: &mut Connection,
    first_unknown: u32,
    candidates: Vec<u32>,
) -> Result<Found> {
    if candidates.is_empty() {
        return Ok(Found::default());
    }
    let tail = std::num::NonZeroU32::new(first_unknown).map_or_else(UidSet::all, UidSet::starting_at);
    let (mut theirs, flags) = candidates_of(target, &tail).await?;
    if theirs.is_empty() {
        return Ok(Found { adopted: Vec::new(), append: candidates });
    }
    let mut ours = source.candidates(candidates.iter().copied().collect()).await?;
    loop {
        match reconcile(&ours, &theirs) {
            Reconciliation::NeedsDigests { source: our_uids, target: their_uids } => {
                source.read_digests(&our_uids, &mut ours).await?;
                read_digests(target, &their_uids, &mut theirs).await?;
            }
            Reconciliation::Done { adopted, .. } => {
                return Ok(conclude(candidates, adopted, &ours, &flags));
            }
        }
    }
}

/// Whatever is not adopted is appended, a message that vanished meanwhile included: its fetch will tell.
fn conclude(
    candidates: Vec<u32>,
    adopted: Vec<model::plan::Adoption>,
    ours: &[Candidate],
    flags: &BTreeMap<u32, Flags>,
) -> Found {
    let size = |uid: u32| ours.binary_search_by_key(&uid, |c| c.uid).ok().and_then(|at| ours.get(at)?.size);
    let with_flags = |adoption: model::plan::Adoption| Adopted {
        uid: adoption.uid,
        target_uid: adoption.target_uid,
        size: size(adoption.uid).unwrap_or(0),
        flags: flags.get(&adoption.target_uid).cloned().unwrap_or_default(),
    };
    let adopted: Vec<Adopted> = adopted.into_iter().map(with_flags).collect();
    let is_adopted = |uid: &u32| adopted.binary_search_by_key(uid, |a| a.uid).is_ok();
    let append = candidates.into_iter().filter(|uid| !is_adopted(uid)).collect();
    Found { adopted, append }
}

async fn candidates_of(
    connection: &mut Connection,
    uids: &UidSet,
) -> Result<(Vec<Candidate>, BTreeMap<u32, Flags>)> {
    let items = SummaryItems {
        flags: true,
        internal_date: true,
        size: true,
        header_fields: &["MESSAGE-ID"],
        ..SummaryItems::default()
    };
    let mut found = BTreeMap::new();
    let mut flags = BTreeMap::new();
    connection
        .uid_fetch_summaries(uids, items, |summary| {
            let candidate = Candidate {
                uid: summary.uid,
                message_id: summary.header.as_deref().and_then(field_value),
                size: summary.size,
                received: summary.internal_date.and_then(|date| date.to_epoch_seconds()),
                digest: Digest::NotRead,
            };
            found.insert(summary.uid, candidate);
            flags.insert(summary.uid, summary.flags.as_ref().map(plan_flags).unwrap_or_default());
        })
        .await?;
    Ok((found.into_values().collect(), flags))
}

/// The value of the one field in a block of header fields, unfolded.
fn field_value(block: &[u8]) -> Option<Box<str>> {
    let text = String::from_utf8_lossy(block);
    let (_, value) = text.split_once(':')?;
    let value = value.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    (!value.is_empty()).then(|| value.into_boxed_str())
}

async fn read_digests(connection: &mut Connection, uids: &[u32], candidates: &mut [Candidate]) -> Result<()> {
    let mut digests = digests(connection, uids.iter().copied().collect()).await?;
    for candidate in candidates.iter_mut().filter(|c| uids.binary_search(&c.uid).is_ok()) {
        candidate.digest = digests.remove(&candidate.uid).map_or(Digest::Unreadable, Digest::Is);
    }
    Ok(())
}

/// BLAKE3 of the bodies of these messages. What the server does not give is left out.
pub(crate) async fn digests(connection: &mut Connection, uids: UidSet) -> Result<BTreeMap<u32, [u8; 32]>> {
    let mut found = BTreeMap::new();
    let mut bodies = connection.fetch_bodies(uids, FetchOptions::default())?;
    while let Some(mut body) = bodies.next().await? {
        let mut hasher = blake3::Hasher::new();
        while let Some(chunk) = body.chunk().await? {
            hasher.update(chunk);
        }
        found.insert(body.head().uid, *hasher.finalize().as_bytes());
    }
    Ok(found)
}

/// BLAKE3, cut to what tells a mailbox's messages apart.
pub(crate) fn short_digest(hasher: &blake3::Hasher) -> [u8; 16] {
    let mut digest = [0; 16];
    hasher.finalize_xof().fill(&mut digest);
    digest
}

#[cfg(test)]
mod tests {
    use super::*;

    /// G13, A10
    #[test]
    fn a_message_id_is_the_same_however_it_is_folded_and_padded_and_an_empty_one_is_none() {
        for block in
            ["Message-ID:\r\n <a@b>\r\n\r\n", "MESSAGE-ID:\t<a@b> \t\r\n\r\n", "Message-ID:  <a@b>\n\n"]
        {
            assert_eq!(field_value(block.as_bytes()).as_deref(), Some("<a@b>"), "{block:?}");
        }
        assert_eq!(field_value(b"\r\n"), None);
        assert_eq!(field_value(b"Message-ID: \r\n\r\n"), None);
    }
}
