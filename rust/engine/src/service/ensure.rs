//! Makes sure of things: that a worker serves the store, and that something becomes so in time.

use std::thread::sleep;
use std::time::{Duration, Instant};

use model::{Error, ErrorKind, Result};

use super::context::Context;
use super::spawn;

/// How long a stop may take unless the caller says otherwise.
pub(super) const STOP_PATIENCE: Duration = Duration::from_secs(30);
/// How long a new worker may take to show itself.
const START_PATIENCE: Duration = Duration::from_secs(10);
/// How often the lock is looked at meanwhile.
const INTERVAL: Duration = Duration::from_millis(25);

/// Whether a worker serves the store, or could be started.
pub(super) fn worker_can_be(context: &Context) -> Result<()> {
    if context.store.worker_is_running()? {
        return Ok(());
    }
    spawn::check(context.worker.as_deref(), &context.environment)
}

/// Makes sure that a worker serves the store.
pub(super) fn worker(context: &Context) -> Result<()> {
    let running = || context.store.worker_is_running();
    if running()? {
        // One that was told to end is as good as gone.
        if !context.store.worker_stop_requested()? || !eventually(context, STOP_PATIENCE, || Ok(!running()?))?
        {
            return Ok(());
        }
    }
    // It is up when it has shown a sign of life of its own: the lock alone does not say whose it is. Where it cannot write one,
    // as the disk is full, it tells so beside the lock, and stays.
    let before = context.store.worker_row()?.heartbeat;
    spawn::spawn(context.worker.as_deref(), &context.environment, &context.folder)?;
    let store = &context.store;
    let is_up = || {
        let sign = store.worker_row()?.heartbeat != before || store.worker_trouble()?.is_some();
        Ok(running()? && sign)
    };
    if eventually(context, START_PATIENCE, is_up)? || context.cancelled.is_cancelled() {
        return Ok(());
    }
    Err(Error::new(ErrorKind::WorkerUnavailable, "the worker was started and did not stay")
        .object(context.folder.display().to_string())
        .remedy(format!("read its log, `{}`", context.store.worker_log_path().display())))
}

/// Whether something becomes so before patience, or the host's, is over.
pub(super) fn eventually(
    context: &Context,
    patience: Duration,
    mut is_so: impl FnMut() -> Result<bool>,
) -> Result<bool> {
    let deadline = Instant::now() + patience;
    while !is_so()? {
        if Instant::now() >= deadline || context.cancelled.is_cancelled() {
            return Ok(false);
        }
        sleep(INTERVAL);
    }
    Ok(true)
}
