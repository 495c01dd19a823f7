//! Writes a folder's ledger rows in batches, beside the wire: copying never waits for the disk.

use std::time::{Duration, Instant};

use model::{Lease, Result};
use store::{FolderRecord, LedgerMessage, Store};
use tokio::task::JoinHandle;

use crate::service::blocking;

/// Rows are written when there are so many,
const MOST_ROWS: usize = 1000;
/// or when the oldest is so old.
const OLDEST: Duration = Duration::from_secs(1);

/// Collects rows and writes them, one transaction at a time.
#[derive(Debug)]
pub(super) struct Recorder {
    store: Store,
    lease: Lease,
    folder: i64,
    rows: Vec<LedgerMessage>,
    target_uid_next: Option<u32>,
    oldest: Option<Instant>,
    writing: Option<JoinHandle<Result<()>>>,
}

impl Recorder {
    pub(super) fn new(store: Store, lease: Lease, folder: i64) -> Self {
        Self { store, lease, folder, rows: Vec::new(), target_uid_next: None, oldest: None, writing: None }
    }

    /// Adds a row; once in a while a batch goes to the disk.
    pub(super) async fn push(&mut self, row: LedgerMessage) -> Result<()> {
        // Everything on the target up to this message is accounted for, because appends are answered in order.
        self.target_uid_next = self.target_uid_next.max(row.target_uid.and_then(|uid| uid.checked_add(1)));
        self.rows.push(row);
        let oldest = *self.oldest.get_or_insert_with(Instant::now);
        if self.rows.len() >= MOST_ROWS || oldest.elapsed() >= OLDEST {
            self.begin_write().await?;
        }
        Ok(())
    }

    /// Writes what there is, and waits until it is on the disk.
    pub(super) async fn write_now(&mut self) -> Result<()> {
        self.begin_write().await?;
        self.written().await
    }

    /// As [`write_now`](Self::write_now), for good. Returns the UIDNEXT that follows from what was recorded.
    pub(super) async fn finish(mut self) -> Result<Option<u32>> {
        self.write_now().await?;
        Ok(self.target_uid_next)
    }

    async fn begin_write(&mut self) -> Result<()> {
        self.written().await?;
        if self.rows.is_empty() {
            return Ok(());
        }
        self.oldest = None;
        let record = FolderRecord {
            folder: self.folder,
            target_uid_next: self.target_uid_next,
            messages: std::mem::take(&mut self.rows),
        };
        let (store, lease) = (self.store.clone(), self.lease.clone());
        self.writing = Some(tokio::spawn(blocking(move || store.record(&lease, &[record]))));
        Ok(())
    }

    async fn written(&mut self) -> Result<()> {
        match self.writing.take() {
            Some(writing) => writing
                .await
                .unwrap_or_else(|e| Err(model::Error::internal(format!("the ledger was not written: {e}")))),
            None => Ok(()),
        }
    }
}
