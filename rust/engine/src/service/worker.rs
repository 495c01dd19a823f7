//! The worker of a store: show, start, stop.

use std::time::Duration;

use model::contract::{Item, WorkerStop, WorkerView};
use model::{Error, ErrorKind, Result};

use super::change::Change;
use super::context::{Context, Reply};
use super::ensure::{STOP_PATIENCE, eventually};
use super::served::Served;

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
