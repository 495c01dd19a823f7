//! What several steps of a copy fill: what was sent, what became of it, what is to be tried again.

use std::collections::{BTreeMap, BTreeSet};

use model::Result;
use model::plan::{Flags, Identity, Remembered};
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
    /// When it arrived there, as Unix time.
    pub(crate) received: Option<i64>,
    /// Whether that is told in UTC, if at all.
    pub(crate) is_utc: bool,
    /// What it is known by.
    pub(crate) identity: Option<Identity>,
}

impl Sent {
    /// By what its copy is found on the target, but for its bytes, which that may change.
    pub(crate) fn remembered(&self, key: u32) -> Remembered {
        let identity = self.identity.map(Identity::digest);
        Remembered { key, identity, received: self.received, size: Some(self.size), digest: None }
    }
}

/// Where a copy has its date from, where the source tells none that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateFrom {
    /// The Date field of the message.
    Header,
    /// What the source wrote, taken for UTC, as its zone can be none.
    Zoneless,
    /// Nowhere: it has the date of its copying.
    Nowhere,
}

/// A copy that was sent with a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dated {
    /// Its UID on the target.
    pub(crate) uid: u32,
    /// The date, as Unix time.
    pub(crate) received: i64,
    /// Whether it was told in UTC.
    pub(crate) is_utc: bool,
}

/// A copy, and how much was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sized {
    /// The message's UID on the source.
    pub(crate) uid: u32,
    /// The copy's UID on the target.
    pub(crate) place: u32,
    /// How many octets were sent.
    pub(crate) size: u64,
}

/// A copy, and what was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Smallest {
    /// The copy's UID on the target.
    pub(crate) place: u32,
    /// How many octets were sent,
    pub(crate) size: u64,
    /// and which.
    pub(crate) digest: [u8; 16],
}

/// Which messages got another date than one of the source.
#[derive(Debug, Default)]
pub(crate) struct Dates {
    header: UidSet,
    zoneless: UidSet,
    nowhere: UidSet,
}

impl Dates {
    /// Notes a message that is sent, maybe not for the first time.
    pub(crate) fn note(&mut self, uid: u32, from: DateFrom) {
        match from {
            DateFrom::Header => self.header.insert(uid),
            DateFrom::Zoneless => self.zoneless.insert(uid),
            DateFrom::Nowhere => self.nowhere.insert(uid),
        }
    }

    /// The line of the report.
    pub(crate) fn words(&self) -> Option<String> {
        let got = [
            (&self.header, "the date of their Date field"),
            (&self.zoneless, "the date of the source in UTC"),
            (&self.nowhere, "the date of their copying"),
        ];
        let got = got.into_iter().filter(|(uids, _)| !uids.is_empty());
        let got: Vec<_> =
            got.map(|(uids, date)| format!("{} got {date} (UID {uids})", uids.count())).collect();
        let text = "of some messages the source tells no date that can be read";
        (!got.is_empty()).then(|| format!("{text}: {}.", got.join(", ")))
    }
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
    /// Messages of which the source delivered more bodies than one.
    pub(crate) doubled: UidSet,
    /// Messages of which the source delivered fewer octets than it says that they have: so many, of so many.
    pub(crate) delivered_short: BTreeMap<u32, (u64, u64)>,
    /// Messages that the source refused to deliver, each for itself.
    pub(crate) unreadable: Vec<RefusedFetch>,
    /// Messages of which the target said OK and which it does not have.
    pub(crate) not_stored: Vec<Sent>,
    /// Messages that it gave a UID, which somebody has taken away since.
    pub(crate) taken_away: Vec<Sent>,
    /// Source UIDs of what was on the target already.
    pub(crate) found: UidSet,
    /// Messages that are on the target under UIDs that the server did not tell.
    pub(crate) unplaced: Vec<Sent>,
    /// A copy for each flag that was sent along.
    pub(crate) samples: Samples,
    /// A few copies that were sent with a date.
    pub(crate) dated: Vec<Dated>,
    /// The largest copy.
    pub(crate) largest: Option<Sized>,
    /// The smallest one.
    pub(crate) smallest: Option<Smallest>,
    /// A copy that has other bytes than were sent, by its UID on the target.
    pub(crate) altered: Option<u32>,
    /// Messages of which the target has no more than so many first octets.
    pub(crate) cut_short: BTreeMap<u32, u64>,
    /// Flags that the target folder does not keep.
    pub(crate) dropped_flags: BTreeSet<String>,
    /// Source UIDs of what was copied.
    pub(crate) done: UidSet,
    /// UIDs that copies have on the target, as far as they were told.
    pub(crate) placed: UidSet,
    /// Source UIDs of what the target has although it refused it.
    pub(crate) stored_all_the_same: UidSet,
    /// Source UIDs of what was copied behind messages that come later in the source's order.
    pub(crate) late: UidSet,
    /// The last of the messages, in the source's order, that the target has.
    pub(crate) last: u32,
    /// Messages without a date of the source.
    pub(crate) dates: Dates,
    /// How many copies were seen to have another date than they were sent with.
    pub(crate) redated: u64,
    /// How many were copied.
    pub(crate) copied: u64,
    /// How many octets they are.
    pub(crate) octets: u64,
    /// How many the target has refused since for a bug of its own.
    pub(crate) bugs: u32,
}

impl CopyReport {
    /// Whether nothing was left behind.
    pub(crate) fn is_clean(&self) -> bool {
        self.refused.is_empty()
            && self.guilty.is_empty()
            && self.unread.is_empty()
            && self.missing.is_empty()
            && self.unreadable.is_empty()
            && self.not_stored.is_empty()
    }

    /// Whether no UID was told of two copies, so that each that is looked at by its UID is the one that was sent.
    pub(crate) fn has_own_uids(&self) -> bool {
        let unplaced = u64::try_from(self.unplaced.len()).unwrap_or(u64::MAX);
        self.placed.count().saturating_add(unplaced) == self.copied
    }

    /// Notes a message that was copied now.
    pub(crate) fn done(&mut self, uid: u32) {
        self.done.insert(uid);
        if uid < self.last {
            self.late.insert(uid);
        }
        self.last = self.last.max(uid);
    }

    /// Notes where there is a copy, to look whether it is as it was sent.
    pub(crate) fn sample(&mut self, Sent { uid, size, flags, digest, .. }: &Sent, place: u32) {
        if self.smallest.is_none_or(|smallest| *size < smallest.size) {
            self.smallest = Some(Smallest { place, size: *size, digest: *digest });
        }
        if self.largest.is_none_or(|largest| largest.size < *size) {
            self.largest = Some(Sized { uid: *uid, place, size: *size });
        }
        for flag in flags.iter() {
            if !self.samples.contains_key(flag) && !self.dropped_flags.contains(flag) {
                self.samples.insert(flag.to_owned(), place);
            }
        }
    }

    /// Takes an OK back: the message is not there, though it may have been.
    pub(crate) fn not_there(&mut self, sent: Sent, was_given_a_uid: bool) {
        self.copied = self.copied.saturating_sub(1);
        self.octets = self.octets.saturating_sub(sent.size);
        self.done.remove(sent.uid);
        self.late.remove(sent.uid);
        if was_given_a_uid { &mut self.taken_away } else { &mut self.not_stored }.push(sent);
    }

    /// The report of a message that is sent again: what is known of the other copies goes along.
    pub(crate) fn of_one(&mut self) -> Self {
        let (placed, unplaced) = (std::mem::take(&mut self.placed), std::mem::take(&mut self.unplaced));
        Self { placed, unplaced, ..Self::default() }
    }

    /// Takes over what became of a refused message that was sent again.
    pub(crate) fn sent_again(&mut self, uid: u32, again: Self) {
        (self.placed, self.unplaced) = (again.placed, again.unplaced);
        self.dropped_flags.extend(again.dropped_flags);
        if again.copied == 0 {
            return;
        }
        self.refused.retain(|(sent, _)| sent.uid != uid);
        self.guilty.remove(uid);
        self.stored_all_the_same.extend(again.stored_all_the_same.iter());
        for (flag, place) in again.samples {
            self.samples.entry(flag).or_insert(place);
        }
        again.done.iter().for_each(|uid| self.done(uid));
        self.copied += again.copied;
        self.octets += again.octets;
    }
}

/// What is to be tried again, and why.
#[derive(Debug, Default)]
pub(crate) struct Again {
    /// Messages that were refused together.
    pub(crate) uids: UidSet,
    /// Those of them that the target refused.
    pub(crate) denied: Vec<Sent>,
    /// What the source refused to read.
    pub(crate) read: Refused,
    /// What the target refused.
    pub(crate) sent: Refused,
}

/// What one side refused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Refused {
    /// How many shared the largest command; 0 where none was refused that several shared.
    pub(crate) together: usize,
    /// Whether a message was refused for itself.
    pub(crate) alone: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_copied_behind_a_later_message_is_late_once_it_is_there() {
        let mut report = CopyReport { last: 3, ..CopyReport::default() };
        [2, 7, 5, 8].into_iter().for_each(|uid| report.done(uid));
        assert_eq!(
            (report.late, report.done),
            ([2, 5].into_iter().collect(), [2, 5, 7, 8].into_iter().collect())
        );
    }
}
