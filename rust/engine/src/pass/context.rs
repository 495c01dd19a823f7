//! What all steps of a user's pass share.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use model::content_filter::ContentFilter;
use model::folder::MappedFolder;
use model::plan::Elsewhere;
use model::{Error, Lease, Repair, Result, SkippedItem, SkippedKind};
use store::{LedgerMessage, Store};
use tokio_util::sync::CancellationToken;

use super::memory::Memory;
use super::report::journal::Journal;
use super::report::meter::Meter;
use super::report::tally::Tally;
use crate::base::blocking::blocking;
use crate::base::lock::lock;

/// A pass, as each of its steps sees it.
pub(crate) struct Context {
    pub(crate) store: Store,
    pub(crate) lease: Lease,
    pub(crate) memory: Memory,
    pub(crate) journal: Journal,
    pub(crate) meter: Meter,
    /// Cancelled when the pass is told to stop, or one of its lanes has failed.
    pub(crate) stop: CancellationToken,
    /// Which messages are wanted, if not all.
    pub(crate) content_filter: Option<ContentFilter>,
    /// How messages that the target refuses may be repaired.
    pub(crate) repairs: Vec<Repair>,
    /// The name by which the target's habits are remembered.
    pub(crate) target_host: String,
    /// What was found so far.
    pub(crate) tally: Tally,
    /// The messages that earlier passes left behind, by folder and UID.
    pub(crate) skipped_before: Mutex<SkippedBefore>,
    /// Whether there are no retries left after this pass.
    pub(crate) is_last_try: bool,
    /// Whether a folder was opened in this pass, or known not to have changed.
    pub(crate) opens_folders: AtomicBool,
    /// In the second turn of a pass, which restores missing copies: where they may lie after all.
    pub(crate) elsewhere: Option<Mutex<Elsewhere>>,
    /// What the target said OK to and does not have where it was sent, to be looked for when all folders are in step.
    pub(crate) astray: Arc<Mutex<Vec<Astray>>>,
    /// What earlier passes have left behind for that, by folder and UID.
    pub(crate) lost_before: BTreeSet<(String, u32)>,
}

/// A message that the target said OK to, and that is not where it was sent.
#[derive(Debug, Clone)]
pub(crate) struct Astray {
    /// The ledger's key of its folder.
    pub(crate) folder: i64,
    /// That folder as a person reads it.
    pub(crate) shown: String,
    /// Its row, without a copy.
    pub(crate) row: LedgerMessage,
    /// Whether the ledger has that row, so that it is not sent again.
    pub(crate) is_known: bool,
}

/// Messages that were left behind, by folder and UID.
pub(crate) type SkippedBefore = BTreeMap<String, BTreeMap<u32, SkippedKind>>;

impl Context {
    /// The same pass in its second turn. What its first turn has counted is not counted again.
    pub(crate) fn second_turn(&self, elsewhere: Elsewhere, skipped_before: SkippedBefore) -> Self {
        Self {
            store: self.store.clone(),
            lease: self.lease.clone(),
            memory: self.memory.clone(),
            journal: self.journal.clone(),
            meter: self.meter.clone(),
            stop: self.stop.clone(),
            content_filter: self.content_filter.clone(),
            repairs: self.repairs.clone(),
            target_host: self.target_host.clone(),
            tally: Tally::new(self.meter.clone()),
            skipped_before: Mutex::new(skipped_before),
            is_last_try: self.is_last_try,
            opens_folders: AtomicBool::new(self.opens_folders.load(Ordering::Relaxed)),
            elsewhere: Some(Mutex::new(elsewhere)),
            astray: self.astray.clone(),
            lost_before: self.lost_before.clone(),
        }
    }

    /// Whether this turn is to find out which copies are missing, whatever the target's counts say.
    pub(crate) fn looks_for_missing(&self) -> bool {
        self.lease.restore && self.elsewhere.is_none()
    }

    /// The messages of a folder that the target refused in earlier passes.
    pub(crate) fn refused_before(&self, folder: &str) -> BTreeSet<u32> {
        let before = lock(&self.skipped_before);
        let skipped = before.get(folder).into_iter().flatten();
        skipped.filter(|(_, kind)| kind.is_refusal()).map(|(uid, _)| *uid).collect()
    }

    /// The messages of a folder that earlier passes left behind as a whole.
    pub(crate) fn left_behind(&self, folder: &str) -> Vec<u32> {
        let before = lock(&self.skipped_before);
        let whole = before.get(folder).into_iter().flatten().filter(|(_, kind)| !kind.is_of_copy());
        whole.map(|(uid, _)| *uid).collect()
    }

    /// The messages of a folder that earlier passes left behind; they are forgotten.
    pub(crate) fn take_skipped_before(&self, folder: &str) -> Option<BTreeMap<u32, SkippedKind>> {
        lock(&self.skipped_before).remove(folder)
    }

    /// Strikes all messages of a folder from what was left behind: their numbers mean nothing any more.
    pub(crate) async fn forget_left_behind(&self, folder: &str) -> Result<()> {
        let before = self.take_skipped_before(folder).unwrap_or_default();
        self.journal.unskip(folder, before.into_keys().collect()).await
    }

    /// What was left behind of a folder that has another name now stays so under that.
    pub(crate) async fn rename_left_behind(&self, before: &str, now: &str) -> Result<()> {
        let left_behind = self.take_skipped_before(before);
        if let Some(left_behind) = left_behind {
            lock(&self.skipped_before).insert(now.to_owned(), left_behind);
        }
        self.journal.rename_skipped(before, now).await
    }

    /// Counts a folder that was left out as it was known before.
    pub(crate) async fn count_as_known(&self, ledger_id: i64, counted: Option<u64>) -> Result<()> {
        let store = self.store.clone();
        let rows = blocking(move || store.ledger_count(ledger_id)).await?;
        self.tally.known(ledger_id, counted.unwrap_or(0), rows);
        Ok(())
    }

    /// Names a folder that cannot be copied.
    pub(crate) async fn leave_out(
        &self,
        folder: &MappedFolder,
        kind: SkippedKind,
        error: &Error,
    ) -> Result<()> {
        let shown = folder.source_shown();
        self.journal.note(format!("Folder {shown} was left out: {error}")).await?;
        self.journal.skip(vec![SkippedItem::of_folder(kind, shown, error.to_string())]).await
    }
}
