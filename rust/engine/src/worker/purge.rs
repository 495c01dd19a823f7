//! Removes what is to be removed, beside the work: a little, then as long a pause.

use std::sync::Arc;
use std::time::Duration;

use store::{Purged, Store};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use tracing::{info, warn};

use crate::base::blocking::blocking;

/// The pause after a step that failed: the worker tells why the store cannot be written.
const AFTER_FAILURE: Duration = Duration::from_secs(10);

/// The task that purges. It ends when this is dropped, and the next worker goes on.
#[derive(Debug)]
pub(super) struct Purge {
    wanted: Arc<Notify>,
    task: JoinHandle<()>,
}

impl Purge {
    /// Begins to look for what is to be removed.
    pub(super) fn start(store: Store) -> Self {
        let wanted = Arc::<Notify>::default();
        let task = tokio::spawn(purge(store, wanted.clone()));
        Self { wanted, task }
    }

    /// Looks again: there may be something to remove.
    pub(super) fn look(&self) {
        self.wanted.notify_one();
    }
}

impl Drop for Purge {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn purge(store: Store, wanted: Arc<Notify>) {
    loop {
        let (began, step) = (Instant::now(), store.clone());
        match blocking(move || step.purge_step()).await {
            Ok(Purged::Nothing) => wanted.notified().await,
            Ok(purged) => {
                if purged == Purged::Batch {
                    info!("A batch is removed");
                }
                sleep(began.elapsed()).await;
            }
            Err(error) => {
                warn!(%error, "Nothing can be removed");
                sleep(AFTER_FAILURE).await;
            }
        }
    }
}
