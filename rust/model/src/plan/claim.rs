//! Finds the messages that rows of the ledger are about, when UIDs do not tell: a UIDVALIDITY changed, or a message left
//! its folder and came back.
//!
//! INVARIANT: no message is claimed by two rows, and none by a row of other bytes, as far as those are known.

use std::collections::{BTreeMap, BTreeSet};

/// A row of the ledger, by what outlives numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remembered {
    /// The caller's key of it. Rows are claimed for in the order of their keys.
    pub key: u32,
    /// A digest of what the message is known by.
    pub identity: Option<[u8; 16]>,
    /// Its INTERNALDATE as Unix time.
    pub received: Option<i64>,
    /// Its size.
    pub size: Option<u64>,
    /// A digest of its bytes, if they were read.
    pub digest: Option<[u8; 16]>,
}

/// A message as it is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Present {
    /// Its UID.
    pub uid: u32,
    /// A digest of what it is known by.
    pub identity: Option<[u8; 16]>,
    /// Its INTERNALDATE as Unix time.
    pub received: Option<i64>,
    /// Its size as the server tells it.
    pub size: Option<u64>,
    /// A digest of its bytes.
    pub bytes: Bytes,
}

/// A digest of a message's bytes, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Bytes {
    /// Not read yet.
    #[default]
    NotRead,
    /// The server would not give them. Such a message matches none by them.
    Unreadable,
    /// The digest.
    Are([u8; 16]),
}

/// What it takes to be the message of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Date and size, where nobody else has its identity; the bytes otherwise.
    Mark,
    /// The bytes, where the row has their digest.
    Bytes,
}

/// What claims came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claims {
    /// They depend on bytes: read these messages, fill in the digests, and claim again.
    NeedDigests(Vec<u32>),
    /// Keys of rows, and the UIDs of their messages.
    Done(BTreeMap<u32, u32>),
}

/// Finds the source messages of rows.
pub fn claim(rows: &[Remembered], messages: &[Present], proof: Proof) -> Claims {
    let mut open = Open::new(rows, messages);
    if proof == Proof::Mark {
        let lone = open.lone_identities();
        let mark = |row: &Remembered| row.whole_mark().filter(|(identity, ..)| lone.contains(identity));
        open.pair(mark, Present::whole_mark, Which::InOrder);
    }
    let unread = open.unread();
    if !unread.is_empty() {
        return Claims::NeedDigests(unread);
    }
    // Of equal messages each row takes one of its own date before any takes another's.
    open.pair(
        |row| Some((row.identity, row.received, row.digest?)),
        |m| Some((m.identity, m.received, m.digest()?)),
        Which::InOrder,
    );
    open.pair(Remembered::unread_mark, Present::whole_mark, Which::InOrder);
    open.pair(|row| Some((row.identity, row.digest?)), |m| Some((m.identity, m.digest()?)), Which::InOrder);
    Claims::Done(open.pairs)
}

/// Finds the copies of rows on a target that has numbered its messages anew. Keys are the UIDs that copies had: where the
/// message of that number is still the same, it is the copy. Targets may rewrite what they store, so that bytes say
/// nothing, and some forget dates.
pub fn follow(rows: &[Remembered], messages: &[Present]) -> BTreeMap<u32, u32> {
    let mut open = Open::new(rows, messages);
    open.pair(
        |row| Some((row.key, row.identity, row.received)),
        |m| Some((m.uid, m.identity, m.received)),
        Which::Unique,
    );
    open.pair(Remembered::whole_mark, Present::whole_mark, Which::InOrder);
    open.pair(Remembered::mark, Present::mark, Which::InOrder);
    open.pair(|row| row.identity, |m| m.identity, Which::Unique);
    open.pairs
}

/// Finds where messages lie that a target has just taken and not said where: among those that came to its folder since.
/// Keys are in the order in which they were sent. What is not found was not stored.
pub fn place(sent: &[Remembered], came: &[Present]) -> BTreeMap<u32, u32> {
    let mut open = Open::new(sent, came);
    // Of several with one Message-ID and date, sizes tell which were stored, if the target keeps them.
    open.pair(Remembered::whole_mark, Present::whole_mark, Which::InOrder);
    open.pair(Remembered::mark, Present::mark, Which::InOrder);
    open.pair(|row| row.identity, |m| m.identity, Which::InOrder);
    // What has no header is known by nothing but its order.
    let nothing = |identity: Option<[u8; 16]>| identity.is_none().then_some(());
    open.pair(|row| nothing(row.identity), |m| nothing(m.identity), Which::InOrder);
    open.pairs
}

/// Finds what a target has stored of messages that it refused, among those that came to its folder since, where bytes do not
/// tell: it may rewrite what it stores. Whatever has no identity is not found so.
pub fn recognize(refused: &[Remembered], came: &[Present]) -> BTreeMap<u32, u32> {
    let mut open = Open::new(refused, came);
    open.pair(|row| row.identity.and(row.whole_mark()), |m| m.identity.and(m.whole_mark()), Which::InOrder);
    open.pair(|row| row.identity.and(row.mark()), |m| m.identity.and(m.mark()), Which::InOrder);
    open.pairs
}

/// Identity, date and size.
type WholeMark = (Option<[u8; 16]>, i64, u64);

impl Remembered {
    fn mark(&self) -> Option<(Option<[u8; 16]>, i64)> {
        Some((self.identity, self.received?))
    }

    fn whole_mark(&self) -> Option<WholeMark> {
        Some((self.identity, self.received?, self.size?))
    }

    /// The same, where its bytes were never read.
    fn unread_mark(&self) -> Option<WholeMark> {
        self.whole_mark().filter(|_| self.digest.is_none())
    }
}

impl Present {
    fn mark(&self) -> Option<(Option<[u8; 16]>, i64)> {
        Some((self.identity, self.received?))
    }

    fn whole_mark(&self) -> Option<WholeMark> {
        Some((self.identity, self.received?, self.size?))
    }

    fn digest(&self) -> Option<[u8; 16]> {
        match self.bytes {
            Bytes::Are(digest) => Some(digest),
            Bytes::NotRead | Bytes::Unreadable => None,
        }
    }
}

/// Which of those with one key are paired.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    /// One on each side.
    Unique,
    /// The first with the first, as many as the side with fewer has.
    InOrder,
}

/// Rows and messages that have not found each other.
struct Open<'a> {
    rows: Vec<&'a Remembered>,
    messages: Vec<&'a Present>,
    pairs: BTreeMap<u32, u32>,
}

impl<'a> Open<'a> {
    fn new(rows: &'a [Remembered], messages: &'a [Present]) -> Self {
        let (mut rows, mut messages): (Vec<_>, Vec<_>) = (rows.iter().collect(), messages.iter().collect());
        rows.sort_by_key(|row| row.key);
        messages.sort_by_key(|message| message.uid);
        Self { rows, messages, pairs: BTreeMap::new() }
    }

    fn pair<K: Ord>(
        &mut self,
        of_row: impl Fn(&Remembered) -> Option<K>,
        of_message: impl Fn(&Present) -> Option<K>,
        which: Which,
    ) {
        let rows = by(&self.rows, |row| Some((of_row(row)?, row.key)));
        let messages = by(&self.messages, |message| Some((of_message(message)?, message.uid)));
        for (key, keys) in rows {
            let uids = messages.get(&key).map_or(&[][..], Vec::as_slice);
            if which == Which::InOrder || (keys.len() == 1 && uids.len() == 1) {
                self.pairs.extend(keys.into_iter().zip(uids.iter().copied()));
            }
        }
        let taken: BTreeSet<u32> = self.pairs.values().copied().collect();
        self.rows.retain(|row| !self.pairs.contains_key(&row.key));
        self.messages.retain(|message| !taken.contains(&message.uid));
    }

    /// What one row and one message are known by, and nobody else. Two versions of a letter may be of one size and date, and
    /// only one of them be here.
    fn lone_identities(&self) -> BTreeSet<Option<[u8; 16]>> {
        let rows = by(&self.rows, |row| Some((row.identity, row.key)));
        let messages = by(&self.messages, |message| Some((message.identity, message.uid)));
        let is_lone =
            |identity: &Option<[u8; 16]>| messages.get(identity).is_some_and(|uids| uids.len() == 1);
        let lone = rows.into_iter().filter(|(identity, keys)| keys.len() == 1 && is_lone(identity));
        lone.map(|(identity, _)| identity).collect()
    }

    /// Messages that must be read, because a row of the same identity knows its bytes.
    fn unread(&self) -> Vec<u32> {
        let known = by(&self.rows, |row| row.digest.map(|_| (row.identity, row.key)));
        let unread = self.messages.iter().filter(|message| message.bytes == Bytes::NotRead);
        unread.filter(|message| known.contains_key(&message.identity)).map(|message| message.uid).collect()
    }
}

fn by<T, K: Ord>(all: &[&T], split: impl Fn(&T) -> Option<(K, u32)>) -> BTreeMap<K, Vec<u32>> {
    let mut keys: BTreeMap<K, Vec<u32>> = BTreeMap::new();
    for (key, value) in all.iter().filter_map(|one| split(one)) {
        keys.entry(key).or_default().push(value);
    }
    keys
}
