//! A pair of connections, and what folder steps do over it.

use std::sync::Arc;

use model::Numbers;
use store::LedgerFolder;
use wire::UidSet;

use super::context::Context;
use super::side::recorder::Recorder;
use super::side::source::{Source, SourceFolder};
use crate::target::Target;

/// Both sides of a pass over one connection to each.
pub(crate) struct Pair {
    pub(crate) context: Arc<Context>,
    pub(crate) source: Source,
    pub(crate) target: Target,
    /// Where the ledger is written.
    pub(crate) recorder: Recorder,
    /// What the target said OK to, in folders whose counts were not asked for since.
    pub(crate) receipts: Vec<Receipt>,
}

/// What the target said OK to in a folder.
pub(crate) struct Receipt {
    /// The folder as a person reads it.
    pub(crate) shown: String,
    /// As it lies on the source, but for its messages.
    pub(crate) from: SourceFolder,
    /// The ledger's key of it.
    pub(crate) ledger_id: i64,
    /// What the ledger says of it.
    pub(crate) page: LedgerFolder,
    /// What the target folder said of itself before anything was sent.
    pub(crate) before: Numbers,
    /// How many copies it said OK to,
    pub(crate) copied: u64,
    /// and which UIDs they have; one that was told twice is there once.
    pub(crate) placed: UidSet,
    /// Whether a pass that sent something here before did not come to its end, as far as one knows.
    pub(crate) after_loss: bool,
}

impl Receipt {
    /// Whether a server that stores late may have doubled something here: more came than it said OK to.
    pub(crate) fn may_be_doubled(&self, now: Numbers) -> bool {
        let came = now.messages.and_then(|now| now.checked_sub(self.before.messages.unwrap_or(0)));
        self.after_loss && came.is_none_or(|came| came > self.copied)
    }

    /// Whether the folder has no less than it said OK to, by what it says of itself now: as many messages more, a UID for each,
    /// and as many UIDs given out as messages came, so that nobody's mail stands for another's.
    pub(crate) fn is_met(&self, now: Numbers) -> bool {
        let before = self.before;
        let Some(came) = now.messages.and_then(|now| now.checked_sub(before.messages.unwrap_or(0))) else {
            return false;
        };
        let next = |numbers: Numbers| numbers.uid_next.map(|next| u64::from(next.get()));
        let given = next(now).zip(next(before)).map(|(now, before)| now.checked_sub(before));
        let has_uids =
            next(now).is_none_or(|next| self.placed.last().is_none_or(|last| u64::from(last) < next));
        let is_each_ones =
            self.placed.count() == self.copied && given.is_none_or(|given| given == Some(came));
        came >= self.copied && has_uids && is_each_ones
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    #[test]
    fn a_receipt_is_met_by_as_many_messages_more_and_a_uid_for_each() {
        let numbers = |uid_next, messages| {
            let uid_next = NonZeroU32::new(uid_next);
            Numbers { uid_next, messages, ..Numbers::default() }
        };
        let receipt = |placed: &[u32]| Receipt {
            shown: String::new(),
            from: SourceFolder::default(),
            ledger_id: 1,
            page: LedgerFolder::default(),
            before: numbers(5, Some(2)),
            copied: 3,
            placed: placed.iter().copied().collect(),
            after_loss: false,
        };
        let met = |now| receipt(&[5, 6, 7]).is_met(now);
        assert!(met(numbers(8, Some(5))) && met(numbers(9, Some(6))), "others bring mail, too");
        assert!(!met(numbers(9, Some(5))), "that may hide that one is gone");
        assert!(met(numbers(0, Some(5))), "it need not tell UIDNEXT");
        assert!(!met(numbers(8, Some(4))) && !met(numbers(7, Some(5))) && !met(numbers(8, None)));
        assert!(!receipt(&[5, 6]).is_met(numbers(8, Some(5))), "one UID was told twice");
    }
}
