//! The worker of a store: show, start, stop.

use std::thread::sleep;
use std::time::{Duration, Instant};

use model::contract::{Item, WorkerStop, WorkerView};
use model::{Error, ErrorKind, Result};

use super::change::Change;
use super::context::{Context, Reply};
use super::served::Served;
use super::spawn;

/// How long a new worker may take to show itself.
const START_PATIENCE: Duration = Duration::from_secs(10);
/// How long a stop may take unless the caller says otherwise.
const STOP_PATIENCE: Duration = Duration::from_secs(30);
/// How often the lock is looked at meanwhile.
const INTERVAL: Duration = Duration::from_millis(25);

pub(super) fn get(context: &Context) -> Result<Reply> {
    items(context).map(Reply::items)
}

pub(super) fn start() -> Change {
    Change::default().needing_a_worker(true).answering(items)
}

pub(super) fn stop(args: WorkerStop) -> Change {
    Change::default().answering(move |context| end(context, &args).and_then(|()| items(context)))
}

fn items(context: &Context) -> Result<Vec<Item>> {
    Ok(vec![Item::Worker(view(context)?)])
}

fn end(context: &Context, args: &WorkerStop) -> Result<()> {
    if context.store.worker_is_running()? {
        context.store.request_worker_stop(true)?;
        let patience = args.timeout_seconds.map_or(STOP_PATIENCE, Duration::from_secs);
        let ended = eventually(context, patience, || Ok(!context.store.worker_is_running()?))?;
        if !ended && !context.cancelled.is_cancelled() {
            return Err(Error::new(ErrorKind::WaitTimedOut, "the worker has not ended in the time given")
                .object(context.folder.display().to_string())
                .remedy("it ends after its next checkpoint; look again with Get-MigrationWorker"));
        }
    }
    Ok(())
}

/// Whether a worker serves the store, or could be started.
pub(super) fn is_available(context: &Context) -> Result<()> {
    if context.store.worker_is_running()? {
        return Ok(());
    }
    spawn::check(context.worker.as_deref(), &context.environment)
}

/// Makes sure that a worker serves the store.
pub(super) fn ensure(context: &Context) -> Result<()> {
    let running = || context.store.worker_is_running();
    if running()? {
        // One that was told to end is as good as gone.
        if !context.store.worker_stop_requested()? || !eventually(context, STOP_PATIENCE, || Ok(!running()?))?
        {
            return Ok(());
        }
    }
    // It is up when it has shown a sign of life of its own: the lock alone does not say whose it is.
    let before = context.store.worker_row()?.heartbeat;
    spawn::spawn(context.worker.as_deref(), &context.environment, &context.folder)?;
    let is_up = || Ok(running()? && context.store.worker_row()?.heartbeat != before);
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

fn view(context: &Context) -> Result<WorkerView> {
    let served = Served::of(context)?;
    let (running, message) = (served.running, served.trouble());
    let heartbeat = served.row.heartbeat.as_ref();
    Ok(WorkerView {
        running,
        process_id: heartbeat.map(|h| h.process_id).filter(|_| running),
        started_at: heartbeat.map(|h| h.started_at),
        last_seen_at: served.row.last_seen_at,
        active_users: heartbeat.map(|h| h.active_users).filter(|_| running).unwrap_or(0),
        version: heartbeat.map(|h| h.version.clone()),
        log_path: Some(context.store.worker_log_path().display().to_string()),
        store: context.folder.display().to_string(),
        message,
    })
}
