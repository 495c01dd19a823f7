//! Finds what is on the target already: the tail that the ledger does not know is read and matched by content.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use model::plan::{
    Adopted, Adoption, Candidate, Digest, Flags, Found, Present, Reconciliation, Tail, reconcile,
};
use model::repair::{self, Changes};
use model::{Repair, Result, Side, UidValidity};
use wire::{Connection, SummaryItems, UidSet};

use crate::base::digest::{Hashed, fingerprints, hash_all};
use crate::base::flags::plan_flags;
use crate::base::header::{IDENTITY_FIELDS, identity};
use crate::base::present::{all_nameable, present};
use crate::pass::memory::suspects::{Suspects, is_break};
use crate::pass::side::source::of_source;
use crate::target::ImapTarget;

/// What may be changed in copies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Repairs<'a> {
    /// The repairs that the target's messages may have had; none, and copies are equal to the originals.
    pub(crate) wanted: &'a [Repair],
    /// Source UIDs of messages that the target has refused.
    pub(crate) refused: &'a BTreeSet<u32>,
}

/// The source, as it is read here: messages at which it may hang up go a group at a time. What it gives is acquitted of
/// nothing, for that is less than a copy reads.
pub(crate) struct Reader<'r> {
    /// The source, its folder selected.
    pub(crate) connection: &'r mut Connection,
    /// Messages at which it may hang up,
    pub(crate) suspects: &'r Suspects,
    /// by the ledger's key of the folder.
    pub(crate) ledger_id: i64,
}

impl Reader<'_> {
    async fn candidates(&mut self, uids: UidSet, repairs: Repairs<'_>) -> Result<Vec<Candidate>> {
        let mut found = Vec::new();
        for group in self.groups(uids) {
            let read = candidates_of(self.connection, &group, repairs.wanted).await;
            found.extend(self.note(group, read)?.0);
        }
        found.sort_unstable_by_key(|candidate| candidate.uid);
        for candidate in found.iter_mut().filter(|_| !repairs.wanted.is_empty()) {
            candidate.was_refused = repairs.refused.contains(&candidate.uid);
        }
        Ok(found)
    }

    /// What these messages are known by.
    pub(crate) async fn present(&mut self, uids: UidSet) -> Result<Vec<Present>> {
        let mut found = Vec::new();
        for group in self.groups(uids) {
            let read = present(self.connection, &group).await;
            found.extend(self.note(group, read)?);
        }
        found.sort_unstable_by_key(|message| message.uid);
        Ok(found)
    }

    async fn read_digests(
        &mut self,
        uids: &[u32],
        candidates: &mut [Candidate],
        repairs: &[Repair],
    ) -> Result<BTreeMap<u32, Changes>> {
        let mut changes = BTreeMap::new();
        for group in self.groups(uids.iter().copied().collect()) {
            let uids: Vec<u32> = group.iter().collect();
            let read = read_digests(self.connection, &uids, candidates, repairs).await;
            changes.extend(self.note(group, read)?);
        }
        Ok(changes)
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
            of_source(error)
        })
    }
}

/// What lies on the target and is not accounted for.
pub(crate) struct Unknown {
    /// The messages, and the flags that they have.
    pub(crate) copies: Vec<Candidate>,
    flags: BTreeMap<u32, Flags>,
    /// Which part of the folder that is.
    tail: Tail,
    /// The UID up to which it was looked at.
    pub(crate) seen: u32,
    /// What rows are known by that have lost their copies: any of these may be theirs.
    pub(crate) contested: BTreeSet<[u8; 16]>,
    /// Some copies as they were sent, where no copy can be there without a row: then nothing that has other bytes is a copy,
    /// if the target gives these back.
    pub(crate) sent: Option<Sent>,
}

/// Some copies as they were sent.
#[derive(Debug)]
pub(crate) struct Sent {
    /// The target folder that they lie in,
    pub(crate) folder: String,
    /// and its UIDVALIDITY.
    pub(crate) uid_validity: Option<UidValidity>,
    /// Their bytes by their UIDs.
    pub(crate) bytes: BTreeMap<u32, [u8; 16]>,
}

/// Reads what lies at or above a UID, or all at first contact, but for copies that rows name: those are nobody else's.
pub(crate) async fn unknown(target: &mut Connection, first: Option<u32>, named: &UidSet) -> Result<Unknown> {
    let tail = if first.is_some() { Tail::SinceLedger } else { Tail::Whole };
    let range = first.and_then(NonZeroU32::new).map_or_else(UidSet::all, UidSet::starting_at);
    let (mut copies, flags) = candidates_of(target, &range, &[]).await?;
    let seen = copies.last().map_or(0, |last| last.uid.saturating_add(1));
    copies.retain(|copy| !named.contains(copy.uid));
    Ok(Unknown { copies, flags, tail, seen, contested: BTreeSet::new(), sent: None })
}

/// Matches source messages with what is not accounted for on the target. Both folders are open.
pub(crate) async fn adopt(
    mut source: Reader<'_>,
    (target, folder): (&mut ImapTarget, &str),
    unknown: Unknown,
    candidates: Vec<u32>,
    repairs: Repairs<'_>,
) -> Result<Found> {
    let Unknown { copies: mut theirs, flags, tail, contested, sent, .. } = unknown;
    if theirs.is_empty() || candidates.is_empty() {
        return Ok(Found { adopted: Vec::new(), append: candidates });
    }
    let mut ours = source.candidates(candidates.iter().copied().collect(), repairs).await?;
    for own in &mut ours {
        own.is_contested = own.identity.is_some_and(|identity| contested.contains(&identity.digest()));
    }
    let mut changes = BTreeMap::new();
    loop {
        match reconcile(&ours, &theirs, tail) {
            Reconciliation::NeedsDigests { source: our_uids, target: their_uids } => {
                changes.extend(source.read_digests(&our_uids, &mut ours, repairs.wanted).await?);
                read_digests(target.read(folder).await?, &their_uids, &mut theirs, &[]).await?;
            }
            Reconciliation::Done { adopted } => {
                let adopted = match reconcile(&ours, &theirs, Tail::Whole) {
                    Reconciliation::Done { adopted: equal }
                        if equal != adopted && gives_back(target, sent).await? =>
                    {
                        equal
                    }
                    _ => adopted,
                };
                changes.retain(|uid, _| is_repaired(*uid, &adopted, &ours, &theirs));
                return Ok(conclude(candidates, adopted, &ours, &flags, changes));
            }
        }
    }
}

/// Whether the target gives back the bytes that were sent, as far as that is known.
async fn gives_back(target: &mut ImapTarget, sent: Option<Sent>) -> Result<bool> {
    let Some(Sent { folder, uid_validity, bytes }) = sent else { return Ok(false) };
    let now = match target.read_anew(&folder).await {
        // Its owner has deleted it, or it is not to be had now.
        Err(e) if target.connection.is_usable() && e.server.is_some() => return Ok(false),
        now => now?,
    };
    if !UidValidity::holds(now.uid_validity, uid_validity) {
        return Ok(false);
    }
    let there = fingerprints(target.read(&folder).await?, bytes.keys().copied().collect()).await?;
    Ok(!there.is_empty() && there.iter().all(|(uid, digest)| bytes.get(uid) == Some(digest)))
}

/// Whether the copy of a message has the bytes of the repaired message.
fn is_repaired(uid: u32, adopted: &[Adoption], ours: &[Candidate], theirs: &[Candidate]) -> bool {
    let place = adopted.binary_search_by_key(&uid, |adoption| adoption.uid).ok();
    let copy = place.and_then(|at| candidate(theirs, adopted.get(at)?.target_uid));
    let repaired = candidate(ours, uid).and_then(|own| own.repaired.as_deref());
    copy.zip(repaired).is_some_and(|(copy, repaired)| copy.digest == Digest::Is(*repaired))
}

fn candidate(candidates: &[Candidate], uid: u32) -> Option<&Candidate> {
    candidates.binary_search_by_key(&uid, |candidate| candidate.uid).ok().and_then(|at| candidates.get(at))
}

/// Whatever is not adopted is appended, a message that vanished meanwhile included: its fetch will tell.
fn conclude(
    candidates: Vec<u32>,
    adopted: Vec<Adoption>,
    ours: &[Candidate],
    flags: &BTreeMap<u32, Flags>,
    mut changes: BTreeMap<u32, Changes>,
) -> Found {
    let own = |uid: u32| candidate(ours, uid);
    let mut with_flags = |adoption: Adoption| Adopted {
        uid: adoption.uid,
        target_uid: adoption.target_uid,
        repaired: changes.remove(&adoption.uid),
        size: own(adoption.uid).and_then(|own| own.size).unwrap_or(0),
        flags: flags.get(&adoption.target_uid).cloned().unwrap_or_default(),
        identity: own(adoption.uid).and_then(|own| own.identity),
        received: own(adoption.uid).and_then(|own| own.received),
    };
    let adopted: Vec<Adopted> = adopted.into_iter().map(&mut with_flags).collect();
    let is_adopted = |uid: &u32| adopted.binary_search_by_key(uid, |a| a.uid).is_ok();
    let append = candidates.into_iter().filter(|uid| !is_adopted(uid)).collect();
    Found { adopted, append }
}

/// What the server tells of messages. What they are known by is in the header as it is repaired.
async fn candidates_of(
    connection: &mut Connection,
    uids: &UidSet,
    repairs: &[Repair],
) -> Result<(Vec<Candidate>, BTreeMap<u32, Flags>)> {
    let items = SummaryItems {
        flags: true,
        internal_date: true,
        size: true,
        header_fields: IDENTITY_FIELDS,
        ..SummaryItems::default()
    };
    let mut found = BTreeMap::new();
    let mut flags = BTreeMap::new();
    let left = connection
        .uid_fetch_summaries(uids, items, |summary| {
            let candidate = Candidate {
                uid: summary.uid,
                identity: summary.header.and_then(|block| identity(&repair::mend(repairs, &block))),
                size: summary.size,
                received: summary.internal_date.and_then(|date| date.to_epoch_seconds()),
                ..Candidate::default()
            };
            found.insert(summary.uid, candidate);
            flags.insert(summary.uid, summary.flags.as_ref().map(plan_flags).unwrap_or_default());
        })
        .await?;
    all_nameable(left)?;
    Ok((found.into_values().collect(), flags))
}

/// Fills in digests, those of the repaired messages among them. Says what is changed in these.
async fn read_digests(
    connection: &mut Connection,
    uids: &[u32],
    candidates: &mut [Candidate],
    repairs: &[Repair],
) -> Result<BTreeMap<u32, Changes>> {
    let mut changes = BTreeMap::new();
    let mut hashed = hash_all(connection, uids.iter().copied().collect(), repairs).await?;
    for candidate in candidates.iter_mut().filter(|c| uids.binary_search(&c.uid).is_ok()) {
        let Some(Hashed { digest, repaired, .. }) = hashed.remove(&candidate.uid) else {
            candidate.digest = Digest::Unreadable;
            continue;
        };
        candidate.digest = Digest::Is(digest);
        candidate.repaired = repaired.as_ref().map(|repaired| Box::new(repaired.digest));
        changes.extend(repaired.map(|repaired| (candidate.uid, repaired.changes)));
    }
    Ok(changes)
}
