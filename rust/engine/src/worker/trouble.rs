//! What keeps the worker from its work: it pauses, tells, and goes on as soon as it can.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use model::{Error, ErrorKind, ReportEntry, Result};
use store::{ReportOf, Store, Trouble, WorkerLock};
use tracing::{error, info, warn};

use crate::base::blocking::blocking;

/// The first pause; it doubles each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest one.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The troubles of a worker, which has the lock.
pub(super) struct Troubles {
    lock: Arc<WorkerLock>,
    now: Option<(Trouble, Duration)>,
}

impl Troubles {
    pub(super) fn new(lock: Arc<WorkerLock>) -> Self {
        Self { lock, now: None }
    }

    /// The store does not do what it should. Says for how long to leave it alone.
    pub(super) async fn met(&mut self, error: &Error, now: Timestamp) -> Duration {
        let (since, pause) = match &self.now {
            None => {
                error!(%error, "The worker cannot use its store, and waits");
                (now, FIRST_PAUSE)
            }
            Some((trouble, pause)) => {
                warn!(%error, since = %trouble.since, "The worker still cannot use its store");
                (trouble.since, pause.saturating_mul(2).min(LONGEST_PAUSE))
            }
        };
        let trouble = Trouble { since, message: error.to_string() };
        self.tell(Some(trouble.clone())).await;
        self.now = Some((trouble, pause));
        pause
    }

    /// What it is, if there is one.
    pub(super) fn current(&self) -> Option<&Trouble> {
        self.now.as_ref().map(|(trouble, _)| trouble)
    }

    /// The store does again what it should.
    pub(super) async fn over(&mut self) {
        if let Some((trouble, _)) = self.now.take() {
            info!(since = %trouble.since, "The worker can use its store again");
            self.tell(None).await;
        }
    }

    async fn tell(&self, trouble: Option<Trouble>) {
        let lock = self.lock.clone();
        let told: Result<()> =
            blocking(move || lock.tell(trouble.as_ref()).map_err(|error| Error::internal(error.to_string())))
                .await;
        if let Err(error) = told {
            warn!(%error, "The worker's state cannot be told to others");
        }
    }
}

/// Writes a trouble that is over into the reports of the batches that it kept waiting.
pub(super) fn note(
    store: &Store,
    batches: BTreeSet<String>,
    trouble: &Trouble,
    now: Timestamp,
) -> Result<()> {
    let Trouble { since, message } = trouble;
    let since = since.strftime("%F %T");
    let text = format!("The worker could not use its store since {since} UTC, and waited: {message}");
    for batch in batches {
        let guid = match store.batch(&batch) {
            // Nobody is left to read it.
            Err(error) if error.kind == ErrorKind::BatchNotFound => continue,
            found => found?.guid,
        };
        store.add_report(ReportOf::Batch(guid), &[ReportEntry { at: now, text: text.clone() }])?;
    }
    Ok(())
}
