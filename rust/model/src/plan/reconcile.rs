//! Finds out which messages of a target folder are copies of source messages that the ledger does not know.
//!
//! A copy whose OK was lost, one made before a crash or by another machine, mail that was there from the start: all
//! are adopted, so that nothing is copied twice.
//!
//! INVARIANT: nothing is adopted twice; two messages are paired only if Message-ID, size and date are the same and
//! nobody else's on either side, or if the digests of their bytes are the same, as they are or as they are repaired; of
//! equal messages, as many are paired as the side with fewer has. What is merely alike is never adopted, but where
//! everything on the target came since the ledger's last word: there a message with the identity and the date of one that
//! was to be copied is its copy, which the server has rewritten (peers A4, A10, N2).

use std::collections::{BTreeMap, BTreeSet};

use super::Identity;

/// The digest of all of a message's bytes, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Digest {
    /// Not read yet.
    #[default]
    NotRead,
    /// The server would not give the bytes. Such a message matches none by digest.
    Unreadable,
    /// BLAKE3.
    Is([u8; 32]),
}

/// Which part of a target folder is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    /// All of it, at first contact: anybody may have put anything there.
    Whole,
    /// What came since the ledger's last word of it.
    SinceLedger,
}

/// A message of either side that the ledger does not know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Candidate {
    /// Its UID.
    pub uid: u32,
    /// What it is known by.
    pub identity: Option<Identity>,
    /// RFC822.SIZE, where the server tells one.
    pub size: Option<u64>,
    /// INTERNALDATE as Unix time, where the server tells one.
    pub received: Option<i64>,
    /// The digest of its bytes.
    pub digest: Digest,
    /// BLAKE3 of its bytes as they are repaired, where that changes them: a copy may have these as well. Boxed, because
    /// few messages have one.
    pub repaired: Option<Box<[u8; 32]>>,
    /// Whether the target has refused it, so that only its bytes tell of its copy: repairs may change all else.
    pub was_refused: bool,
    /// Whether a row that has lost its copy is known by the same: then only bytes tell whose a copy is.
    pub is_contested: bool,
}

impl Candidate {
    fn message_id(&self) -> Option<Identity> {
        self.identity.filter(|identity| identity.is_message_id())
    }

    /// Size and date, if it has a Message-ID to go with them.
    fn mark(&self) -> Option<(u64, i64)> {
        self.message_id()
            .filter(|_| !self.was_refused && !self.is_contested)
            .and(self.size.zip(self.received))
    }

    /// What it is known by, and its date, if its bytes had their say before.
    fn likeness(&self) -> Option<(Identity, i64)> {
        let read = self.digest != Digest::NotRead && !self.was_refused && !self.is_contested;
        self.identity.filter(|_| read).zip(self.received)
    }

    fn as_it_is(&self) -> Option<[u8; 32]> {
        match self.digest {
            Digest::Is(digest) => Some(digest),
            Digest::NotRead | Digest::Unreadable => None,
        }
    }

    fn as_repaired(&self) -> Option<[u8; 32]> {
        self.repaired.as_deref().copied()
    }
}

/// A source message and the target message that is its copy. The ledger row takes the target's flags, so that the
/// next plan makes up for what differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Adoption {
    /// The UID on the source.
    pub uid: u32,
    /// The UID on the target.
    pub target_uid: u32,
}

/// What a reconciliation came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reconciliation {
    /// It depends on bytes: read these messages, fill in their digests, and reconcile all again.
    NeedsDigests {
        /// UIDs on the source, ascending.
        source: Vec<u32>,
        /// UIDs on the target, ascending.
        target: Vec<u32>,
    },
    /// It is decided.
    Done {
        /// What is there already, by source UID.
        adopted: Vec<Adoption>,
    },
}

/// Pairs source messages with target messages. Neither list may hold a message that a ledger row names.
pub fn reconcile(source: &[Candidate], target: &[Candidate], tail: Tail) -> Reconciliation {
    let mut groups: BTreeMap<Option<Identity>, Group<'_>> = BTreeMap::new();
    for message in source {
        groups.entry(message.message_id()).or_default().source.push(message);
    }
    for message in target {
        groups.entry(message.message_id()).or_default().target.push(message);
    }
    let mut adopted = Vec::new();
    let (mut unread_source, mut unread_target) = (BTreeSet::new(), BTreeSet::new());
    let mut left = Group::default();
    for mut group in groups.into_values() {
        group.pair_unique(Candidate::mark, may_be_equal, &mut adopted);
        if !group.source.is_empty() && !group.target.is_empty() {
            unread_source.extend(unread(&group.source));
            unread_target.extend(unread(&group.target));
            let bytes = group.source.iter().filter_map(|message| message.as_it_is()).collect();
            group.pair_by_digest(Candidate::as_it_is, &mut adopted);
            if tail == Tail::SinceLedger {
                group.pair_alike(&bytes, &mut adopted);
            }
        }
        left.source.extend(group.source.into_iter().filter(|m| m.was_refused || m.repaired.is_some()));
        left.target.extend(group.target);
    }
    if left.source.iter().any(|message| message.was_refused) && !left.target.is_empty() {
        unread_source.extend(unread(&left.source));
        unread_target.extend(unread(&left.target));
    }
    left.pair_by_digest(Candidate::as_repaired, &mut adopted);
    conclude(adopted, unread_source, unread_target)
}

fn conclude(
    mut adopted: Vec<Adoption>,
    unread_source: BTreeSet<u32>,
    unread_target: BTreeSet<u32>,
) -> Reconciliation {
    if !unread_source.is_empty() || !unread_target.is_empty() {
        return Reconciliation::NeedsDigests {
            source: unread_source.into_iter().collect(),
            target: unread_target.into_iter().collect(),
        };
    }
    adopted.sort_unstable();
    Reconciliation::Done { adopted }
}

fn unread(messages: &[&Candidate]) -> impl Iterator<Item = u32> {
    messages.iter().filter(|message| message.digest == Digest::NotRead).map(|message| message.uid)
}

/// Messages of both sides that may be pairs, and are none yet: those with one Message-ID, or without any.
#[derive(Default)]
struct Group<'a> {
    source: Vec<&'a Candidate>,
    target: Vec<&'a Candidate>,
}

impl<'a> Group<'a> {
    /// Pairs what has a key that nobody else of its side has, where the digests allow it.
    fn pair_unique<K: Ord>(
        &mut self,
        key: fn(&Candidate) -> Option<K>,
        allow: fn(Digest, Digest) -> bool,
        adopted: &mut Vec<Adoption>,
    ) {
        let (source, target) = (by(key, &self.source), by(key, &self.target));
        let unique = source.iter().filter_map(|(key, messages)| {
            let ([own], [other]) = (messages.as_slice(), target.get(key)?.as_slice()) else { return None };
            allow(own.digest, other.digest).then_some((own.uid, other.uid))
        });
        self.take(unique.collect(), adopted);
    }

    /// Pairs source messages of these digests with target messages that have the same bytes, the first with the first,
    /// for as long as both sides have one.
    fn pair_by_digest(&mut self, digest: fn(&Candidate) -> Option<[u8; 32]>, adopted: &mut Vec<Adoption>) {
        self.pair_in_order(digest, Candidate::as_it_is, adopted);
    }

    /// Pairs source messages with target messages of the same key, the first with the first.
    fn pair_in_order<K: Ord>(
        &mut self,
        of_source: fn(&Candidate) -> Option<K>,
        of_target: fn(&Candidate) -> Option<K>,
        adopted: &mut Vec<Adoption>,
    ) {
        let target = by(of_target, &self.target);
        let mut pairs = BTreeMap::new();
        for (key, own) in by(of_source, &self.source) {
            let equal = own.into_iter().zip(target.get(&key).into_iter().flatten());
            pairs.extend(equal.map(|(own, other)| (own.uid, other.uid)));
        }
        self.take(pairs, adopted);
    }

    /// Pairs what is known by the same and has one date, where it does not matter which is which: there is one of each, or as
    /// many on both sides, or all of the source are the same bytes. What has the bytes of a message of the source, `bytes`,
    /// is one copy too many of that one, and nobody else's.
    fn pair_alike(&mut self, bytes: &BTreeSet<[u8; 32]>, adopted: &mut Vec<Adoption>) {
        let rewritten =
            |message: &&&Candidate| message.as_it_is().is_none_or(|digest| !bytes.contains(&digest));
        let target: Vec<_> = self.target.iter().filter(rewritten).copied().collect();
        let target = by(Candidate::likeness, &target);
        let mut pairs = BTreeMap::new();
        for (key, own) in by(Candidate::likeness, &self.source) {
            let others = target.get(&key).map_or(&[][..], Vec::as_slice);
            let bytes: BTreeSet<_> = own.iter().map(|message| message.as_it_is()).collect();
            if own.len() == others.len() || (bytes.len() == 1 && !bytes.contains(&None)) {
                pairs.extend(own.into_iter().zip(others).map(|(own, other)| (own.uid, other.uid)));
            }
        }
        self.take(pairs, adopted);
    }

    /// Takes pairs of UIDs out.
    fn take(&mut self, pairs: BTreeMap<u32, u32>, adopted: &mut Vec<Adoption>) {
        let paired: BTreeSet<u32> = pairs.values().copied().collect();
        self.source.retain(|message| !pairs.contains_key(&message.uid));
        self.target.retain(|message| !paired.contains(&message.uid));
        adopted.extend(pairs.into_iter().map(|(uid, target_uid)| Adoption { uid, target_uid }));
    }
}

/// The messages of each key, by ascending UID.
fn by<'a, K: Ord>(
    key: fn(&Candidate) -> Option<K>,
    messages: &[&'a Candidate],
) -> BTreeMap<K, Vec<&'a Candidate>> {
    let mut keys: BTreeMap<K, Vec<_>> = BTreeMap::new();
    for message in messages {
        if let Some(key) = key(message) {
            keys.entry(key).or_default().push(*message);
        }
    }
    keys.values_mut().for_each(|messages| messages.sort_unstable_by_key(|message| message.uid));
    keys
}

fn may_be_equal(a: Digest, b: Digest) -> bool {
    !matches!((a, b), (Digest::Is(a), Digest::Is(b)) if a != b)
}
