//! What several steps of a copy fill: what was sent, what became of it, what is to be tried again.

use std::collections::{BTreeMap, BTreeSet};

use model::Result;
use model::plan::Flags;
use wire::{Refusal, RefusedFetch, UidSet};

/// The first copy with each flag, by its UID on the target.
pub(crate) type Samples = BTreeMap<String, u32>;

/// What became of a message.
#[derive(Debug)]
pub(crate) struct Delivered {
    /// The message.
    pub(crate) message: Sent,
    /// Where it is now, as far as it is known.
    pub(crate) result: Result<Option<u32>, NotDelivered>,
}

/// Why a message was not delivered.
#[derive(Debug)]
pub(crate) enum NotDelivered {
    /// It shared a command, and all were refused: any of them may be why.
    WithOthers {
        /// How many shared it.
        together: usize,
    },
    /// It was refused for itself.
    Refused(Box<Refusal>),
}

/// A message on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sent {
    /// Its UID on the source.
    pub(crate) uid: u32,
    /// Its exact size.
    pub(crate) size: u64,
    /// XXH3 of its bytes: it tells what was sent, and guards against nobody.
    pub(crate) digest: [u8; 16],
    /// The flags that it has on the source.
    pub(crate) flags: Flags,
}

/// What a copy came to, beside the messages that it copied and recorded.
#[derive(Debug, Default)]
pub(crate) struct CopyReport {
    /// Messages that the target refused, each for itself.
    pub(crate) refused: Vec<(Sent, Refusal)>,
    /// Messages at which the target hung up, again and again.
    pub(crate) guilty: UidSet,
    /// The message at which the target said goodbye.
    pub(crate) blamed: Option<u32>,
    /// Messages at which the source hung up, again and again.
    pub(crate) unread: UidSet,
    /// Messages that the source listed and did not deliver.
    pub(crate) missing: UidSet,
    /// Messages that the source refused to deliver, each for itself.
    pub(crate) unreadable: Vec<RefusedFetch>,
    /// Messages that are on the target under UIDs that the server did not tell.
    pub(crate) unplaced: Vec<Sent>,
    /// A copy for each flag that was sent along.
    pub(crate) samples: Samples,
    /// Flags that the target folder does not keep.
    pub(crate) dropped_flags: BTreeSet<String>,
    /// How many were copied.
    pub(crate) copied: u64,
    /// How many the target has refused since for a bug of its own.
    pub(crate) bugs: u32,
    /// The target's UIDNEXT after them, as far as it was told.
    pub(crate) target_uid_next: Option<u32>,
}

impl CopyReport {
    /// Whether nothing was left behind.
    pub(crate) fn is_clean(&self) -> bool {
        self.refused.is_empty()
            && self.guilty.is_empty()
            && self.unread.is_empty()
            && self.missing.is_empty()
            && self.unreadable.is_empty()
    }

    /// Takes over what became of a refused message that was sent again.
    pub(crate) fn sent_again(&mut self, uid: u32, again: Self) {
        self.dropped_flags.extend(again.dropped_flags);
        if again.copied == 0 {
            return;
        }
        self.refused.retain(|(sent, _)| sent.uid != uid);
        self.guilty.remove(uid);
        self.unplaced.extend(again.unplaced);
        for (flag, place) in again.samples {
            self.samples.entry(flag).or_insert(place);
        }
        self.copied += again.copied;
        self.target_uid_next = self.target_uid_next.max(again.target_uid_next);
    }
}

/// Messages that were refused together.
#[derive(Debug, Default)]
pub(crate) struct Again {
    pub(crate) uids: UidSet,
    /// How many shared the largest of the refused commands.
    pub(crate) together: usize,
}
