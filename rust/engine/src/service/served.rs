//! Who serves the store, and what keeps it waiting.

use model::Result;
use store::{BatchSummary, Trouble, WorkerRow};

use super::context::Context;

/// The worker, as others see it.
pub(super) struct Served {
    /// Whether it lives.
    pub(super) running: bool,
    /// What is known of it, or of its predecessor.
    pub(super) row: WorkerRow,
    trouble: Option<Trouble>,
}

impl Served {
    pub(super) fn of(context: &Context) -> Result<Self> {
        let running = context.store.worker_is_running()?;
        // A dead worker's troubles are over.
        let trouble = if running { context.store.worker_trouble()? } else { None };
        Ok(Self { running, row: context.store.worker_row()?, trouble })
    }

    /// What keeps a batch waiting that wants a worker.
    pub(super) fn message(&self, batch: &BatchSummary) -> Option<String> {
        match batch.wants_a_worker {
            false => None,
            true if self.running => self.trouble(),
            true => Some(self.nobody()),
        }
    }

    /// Nobody is at work, as after a crash or a restart of the machine.
    fn nobody(&self) -> String {
        let since = self.row.last_seen_at.map(|at| format!(" since {} UTC", at.strftime("%F %T")));
        let since = since.unwrap_or_default();
        format!(
            "no worker serves the batch{since}; start one with Start-MigrationWorker, it goes on where the last one ended"
        )
    }

    /// What keeps the worker from its work.
    pub(super) fn trouble(&self) -> Option<String> {
        let Trouble { since, message } = self.trouble.as_ref()?;
        Some(format!("the worker waits since {} UTC: {message}", since.strftime("%F %T")))
    }
}
