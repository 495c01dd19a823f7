//! Writes the ledger beside the wire: rows are collected, and written a transaction at a time while copying goes on.

use std::time::Duration;

use model::{Error, Lease, Result};
use store::{FolderRecord, LedgerFolder, LedgerMessage, Store};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::base::blocking::blocking;

/// Rows are written when there are so many,
const MOST_ROWS: usize = 1000;
/// or when the oldest is so old.
const OLDEST: Duration = Duration::from_secs(1);

/// Collects what is new in a user's ledger and writes it in the order in which it came.
#[derive(Debug)]
pub(crate) struct Recorder {
    store: Store,
    lease: Lease,
    records: Vec<FolderRecord>,
    rows: usize,
    oldest: Option<Instant>,
    writing: Option<JoinHandle<Result<()>>>,
}

impl Recorder {
    pub(crate) fn new(store: Store, lease: Lease) -> Self {
        Self { store, lease, records: Vec::new(), rows: 0, oldest: None, writing: None }
    }

    /// Adds a message of a folder.
    pub(crate) async fn row(&mut self, folder: i64, row: LedgerMessage) -> Result<()> {
        let mut record = self.record(folder);
        // Everything on the target up to this message is accounted for, because appends are answered in order.
        let next = row.target_uid.and_then(|uid| uid.checked_add(1));
        record.target_uid_next = record.target_uid_next.max(next);
        record.messages.push(row);
        self.records.push(record);
        self.rows += 1;
        self.write_when_due().await
    }

    /// Changes a folder's numbers. What was added before is written before, or along.
    pub(crate) async fn numbers(&mut self, folder: i64, numbers: LedgerFolder) -> Result<()> {
        self.records.push(FolderRecord { folder, numbers: Some(numbers), ..FolderRecord::default() });
        self.write_when_due().await
    }

    /// Writes what there is, and waits until it is written.
    pub(crate) async fn flush(&mut self) -> Result<()> {
        self.begin_write().await?;
        self.written().await
    }

    /// Takes the last record, if it is this folder's, or a new one.
    fn record(&mut self, folder: i64) -> FolderRecord {
        let last = self.records.pop_if(|last| last.folder == folder);
        last.unwrap_or_else(|| FolderRecord { folder, ..FolderRecord::default() })
    }

    async fn write_when_due(&mut self) -> Result<()> {
        let oldest = *self.oldest.get_or_insert_with(Instant::now);
        if self.rows >= MOST_ROWS || oldest.elapsed() >= OLDEST {
            self.begin_write().await?;
        }
        Ok(())
    }

    async fn begin_write(&mut self) -> Result<()> {
        self.written().await?;
        if self.records.is_empty() {
            return Ok(());
        }
        (self.rows, self.oldest) = (0, None);
        let records = std::mem::take(&mut self.records);
        let (store, lease) = (self.store.clone(), self.lease.clone());
        self.writing = Some(tokio::spawn(blocking(move || store.record(&lease, &records))));
        Ok(())
    }

    async fn written(&mut self) -> Result<()> {
        match self.writing.take() {
            Some(writing) => writing
                .await
                .unwrap_or_else(|e| Err(Error::internal(format!("the ledger was not written: {e}")))),
            None => Ok(()),
        }
    }
}
