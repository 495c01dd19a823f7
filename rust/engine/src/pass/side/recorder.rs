//! Writes the ledger beside the wire: rows are collected, and written a transaction at a time while copying goes on.

use std::time::Duration;

use model::plan::Frontier;
use model::{Error, Lease, Result};
use store::{FolderRecord, LedgerFolder, LedgerMessage, Store};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tracing::debug;

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
    /// The folder at work, and its frontier, if it has one.
    folder: i64,
    frontier: Option<Frontier>,
    /// Its numbers as they were written last, since it was turned to.
    written: Option<LedgerFolder>,
    records: Vec<FolderRecord>,
    rows: usize,
    oldest: Option<Instant>,
    writing: Option<JoinHandle<Result<()>>>,
}

impl Recorder {
    pub(crate) fn new(store: Store, lease: Lease) -> Self {
        let (folder, frontier, records) = (0, None, Vec::new());
        Self { store, lease, folder, frontier, written: None, records, rows: 0, oldest: None, writing: None }
    }

    /// Turns to a folder, of which so much is accounted for.
    pub(crate) fn turn_to(&mut self, folder: i64, frontier: Option<u32>) {
        (self.folder, self.frontier, self.written) = (folder, frontier.map(Frontier::new), None);
    }

    /// The first UID of the target folder that is not accounted for; none at first contact.
    pub(crate) fn first_unknown(&self) -> Option<u32> {
        self.frontier.as_ref().map(Frontier::first_unknown)
    }

    /// Notes that everything below this UID of the target was read and reconciled.
    pub(crate) fn reconciled(&mut self, next: u32) {
        self.frontier.get_or_insert_with(|| Frontier::new(1)).reconciled(next);
    }

    /// Adds a message.
    pub(crate) async fn row(&mut self, row: LedgerMessage) -> Result<()> {
        self.add(row, None).await
    }

    /// Adds a message that had been an orphan.
    pub(crate) async fn claimed(&mut self, orphan: i64, row: LedgerMessage) -> Result<()> {
        self.add(row, Some(orphan)).await
    }

    async fn add(&mut self, row: LedgerMessage, orphan: Option<i64>) -> Result<()> {
        if let (Some(frontier), Some(uid)) = (&mut self.frontier, row.target_uid) {
            frontier.place(uid);
        }
        let mut record = self.record();
        record.frontier = record.frontier.max(self.first_unknown());
        record.messages.push(row);
        record.claimed.extend(orphan);
        self.records.push(record);
        self.rows += 1;
        self.write_when_due().await
    }

    /// Changes the folder's numbers, its frontier along with them. What was added before is written before, or along.
    pub(crate) async fn numbers(&mut self, page: LedgerFolder) -> Result<()> {
        let page = LedgerFolder { frontier: self.first_unknown(), ..page };
        if self.written.as_ref() == Some(&page) {
            return Ok(());
        }
        self.written = Some(page.clone());
        let mut record = self.record();
        (record.frontier, record.numbers) = (page.frontier, Some(page));
        self.records.push(record);
        self.write_when_due().await
    }

    /// Changes the numbers of a folder that is not at work.
    pub(crate) async fn save_page(&mut self, page: LedgerFolder) -> Result<()> {
        let (store, lease) = (self.store.clone(), self.lease.clone());
        blocking(move || store.save_folders(&lease, &[page])).await.map(drop)
    }

    /// As [`numbers`](Self::numbers), and on the disk when it returns.
    pub(crate) async fn numbers_durably(&mut self, page: LedgerFolder) -> Result<()> {
        self.flush().await?;
        let pages = [LedgerFolder { frontier: self.first_unknown(), ..page }];
        let (store, lease) = (self.store.clone(), self.lease.clone());
        blocking(move || store.save_folders_durably(&lease, &pages)).await?;
        debug!(folders = 1, "Pages are on the disk");
        Ok(())
    }

    /// Writes what there is, and waits until it is written.
    pub(crate) async fn flush(&mut self) -> Result<()> {
        self.begin_write().await?;
        self.settled().await
    }

    /// Takes the last record, if it is this folder's, or a new one.
    fn record(&mut self) -> FolderRecord {
        let folder = self.folder;
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
        self.settled().await?;
        if self.records.is_empty() {
            return Ok(());
        }
        (self.rows, self.oldest) = (0, None);
        let records = std::mem::take(&mut self.records);
        let (store, lease) = (self.store.clone(), self.lease.clone());
        self.writing = Some(tokio::spawn(blocking(move || store.record(&lease, &records))));
        Ok(())
    }

    async fn settled(&mut self) -> Result<()> {
        match self.writing.take() {
            Some(writing) => writing
                .await
                .unwrap_or_else(|e| Err(Error::internal(format!("the ledger was not written: {e}")))),
            None => Ok(()),
        }
    }
}
