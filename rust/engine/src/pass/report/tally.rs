//! What a pass has found so far: progress is measured against it.

use std::collections::BTreeSet;
use std::sync::Mutex;

use super::meter::Meter;
use crate::base::lock::lock;

/// Counts messages, and shows them on the meter.
#[derive(Debug)]
pub(crate) struct Tally {
    counts: Mutex<Counts>,
    /// The ledger's keys of the folders that were counted.
    folders: Mutex<BTreeSet<i64>>,
    meter: Meter,
}

/// What was counted.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Counts {
    /// Messages on the source.
    pub(crate) items: u64,
    /// Their bytes, where the server tells them.
    pub(crate) bytes: Option<u64>,
    /// Messages that are on the target.
    pub(crate) synced: u64,
}

impl Tally {
    pub(crate) fn new(meter: Meter) -> Self {
        Self { counts: Mutex::default(), folders: Mutex::default(), meter }
    }

    /// Notes how many bytes there are on the source.
    pub(crate) fn weigh(&self, bytes: Option<u64>) {
        lock(&self.counts).bytes = bytes;
    }

    /// Counts a folder's messages, and those of them that are known to be on the target.
    pub(crate) fn found(&self, folder: i64, items: u64, open: usize) {
        lock(&self.folders).insert(folder);
        let synced = items.saturating_sub(u64::try_from(open).unwrap_or(u64::MAX));
        self.count(items, synced);
    }

    /// Counts a folder by what was known of it before, if it was not looked into: what was copied stays so.
    pub(crate) fn known(&self, folder: i64, items: u64, synced: u64) {
        if lock(&self.folders).insert(folder) {
            self.count(items.max(synced), synced);
        }
    }

    /// Counts messages that are on the target now.
    pub(crate) fn synced(&self, items: u64) {
        self.count(0, items);
    }

    /// Takes back messages that were counted and are not on the target.
    pub(crate) fn lost(&self, items: u64) {
        let mut counts = lock(&self.counts);
        counts.synced = counts.synced.saturating_sub(items);
    }

    /// What was counted by now.
    pub(crate) fn read(&self) -> Counts {
        *lock(&self.counts)
    }

    /// Shows what was found so far; counts of earlier passes stay until this one knows better.
    fn count(&self, items: u64, synced: u64) {
        let mut counts = lock(&self.counts);
        counts.items += items;
        counts.synced += synced;
        self.meter.update(|p| {
            p.source_items = p.source_items.max(counts.items);
            p.synced_items = p.synced_items.max(counts.synced);
        });
    }
}
