//! What a pass has to do, folder by folder, for one connection or several.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use model::folder::MappedFolder;
use store::LedgerFolder;
use tokio_util::sync::CancellationToken;

use super::source::ListOrder;
use crate::lock::lock;
use crate::target::FolderNumbers;
use crate::worker::governor::ExtraSeats;

/// A folder to be brought in step.
pub(super) struct Job {
    pub(super) mapped: MappedFolder,
    pub(super) ledger_id: i64,
    pub(super) ledger: LedgerFolder,
    /// The numbers of the target folder, where this pass has made it: nothing is in it.
    pub(super) as_made: Option<FolderNumbers>,
    /// Whether the ledger has no messages of it.
    pub(super) is_new: bool,
    /// How many messages the source counts in it; unknown where only some are wanted.
    pub(super) counted: Option<u64>,
    /// How many messages there seem to be to copy.
    pub(super) messages: u64,
    pub(super) order: ListOrder,
}

/// One lane's way to the jobs that nobody has taken.
#[derive(Clone)]
pub(super) struct Jobs {
    left: Arc<Mutex<VecDeque<Job>>>,
    all_taken: CancellationToken,
    /// What an extra lane works by.
    extra: Option<Arc<ExtraSeats>>,
}

impl Jobs {
    /// The first lane does them in this order.
    pub(super) fn new(jobs: Vec<Job>) -> Self {
        Self { left: Arc::new(Mutex::new(jobs.into())), all_taken: CancellationToken::new(), extra: None }
    }

    /// Puts the largest first.
    pub(super) fn sort(&self) {
        lock(&self.left).make_contiguous().sort_by_key(|job| std::cmp::Reverse(job.messages));
    }

    /// The same jobs from the other end, for as long as there is room for another connection: while the first lane
    /// does a large folder, the small ones do not wait for it.
    pub(super) fn for_extra_lane(&self, seats: Arc<ExtraSeats>) -> Self {
        Self { extra: Some(seats), ..self.clone() }
    }

    /// Takes the next.
    pub(super) fn take(&self) -> Option<Job> {
        let job = match &self.extra {
            None => lock(&self.left).pop_front(),
            Some(seats) if seats.are_wanted_by_others() => return None,
            Some(_) => lock(&self.left).pop_back(),
        };
        if job.is_none() {
            self.all_taken.cancel();
        }
        job
    }

    /// When there are none left.
    pub(super) async fn all_taken(&self) {
        self.all_taken.cancelled().await;
    }

    /// How many folders there are, and how many messages to copy in them.
    pub(super) fn size(&self) -> (usize, u64) {
        let left = lock(&self.left);
        (left.iter().filter(|job| job.messages > 0).count(), left.iter().map(|job| job.messages).sum())
    }
}
