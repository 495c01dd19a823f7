//! The worker: leases users that are due, runs their passes, and ends when nothing is wanted any more.
//!
//! One worker serves a store. What it knows, it reads from the store; killed at any moment, its successor goes on.

mod ended;
mod look;
mod purge;
mod reckoning;
mod serving;
mod telling;
mod trouble;
pub(crate) mod vault;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use model::Result;
use store::{Store, WorkerLock};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use self::serving::Worker;
pub use self::serving::WorkerEnd;
use crate::base::blocking::blocking;
use crate::base::world::World;

/// How often the lock is tried for before another worker is believed in.
const LOCK_TRIES: u32 = 20;
/// How often it is looked whether the store is still there, which costs microseconds.
const PLACE_LOOK: Duration = Duration::from_millis(100);
/// The pause between two tries.
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// How a worker serves.
#[derive(Debug, Clone)]
pub struct WorkerOptions {
    /// The store's folder.
    pub folder: PathBuf,
    /// How long it stays when no batch wants anything.
    pub idle_exit: Duration,
    /// What it lives in.
    pub world: World,
}

/// Serves a store until told to stop, or until nothing is wanted for a while.
pub async fn serve(options: WorkerOptions, stop: CancellationToken) -> Result<WorkerEnd> {
    let WorkerOptions { folder, idle_exit, world } = options;
    let Some((lock, store)) = blocking(move || open(folder)).await? else {
        return Ok(WorkerEnd::AlreadyServed);
    };
    info!(process = std::process::id(), "Worker serves the store");
    let world = vault::with_vaults_in(world, &store);
    let lock = Arc::new(lock);
    let mut worker = Worker::new(store.clone(), lock.clone(), world);
    let end = tokio::select! {
        biased;
        () = gone(&store, &lock) => WorkerEnd::StoreGone,
        end = worker.run(idle_exit, stop) => end,
    };
    if end == WorkerEnd::StoreGone {
        error!(store = %store.folder().display(), "The store was removed or replaced: all passes end, nothing more is written");
        worker.abandon().await;
    } else {
        worker.drain().await;
    }
    info!(?end, "Worker ends");
    Ok(end)
}

/// Returns when the store is no longer the one at its path. Nobody sees its worker then, and who starts another one would have
/// two at the same mailboxes.
async fn gone(store: &Store, lock: &WorkerLock) {
    while store.is_in_place(lock) {
        sleep(PLACE_LOOK).await;
    }
}

fn open(folder: PathBuf) -> Result<Option<(WorkerLock, Store)>> {
    let store = Store::open(&folder)?;
    Ok(take_lock(&store)?.map(|lock| (lock, store)))
}

/// Whoever asks whether a worker runs holds the lock for an instant: one refusal proves nothing yet.
fn take_lock(store: &Store) -> Result<Option<WorkerLock>> {
    for _ in 0..LOCK_TRIES {
        if let Some(lock) = store.try_worker_lock()? {
            return Ok(Some(lock));
        }
        std::thread::sleep(LOCK_PAUSE);
    }
    Ok(None)
}
