//! Waits for a batch, telling how far it is.

use std::time::Duration;

use model::contract::{Progress, WaitBatch};
use model::status::{BatchStatus, batch_status};
use model::{Error, ErrorKind, Result, User};
use store::{BatchSummary, Changes, Store};
use tokio::time::Instant;

use super::batch::shown;
use super::context::{Context, Reply};
use super::pace::Pace;
use super::view;
use crate::base::blocking::blocking;
use crate::job::Events;

/// How often the store is asked whether anything changed, which costs next to nothing.
const INTERVAL: Duration = Duration::from_millis(10);
/// How often it is read although nothing changed: time passes, and a worker may die.
const LOOK: Duration = Duration::from_secs(1);
/// How long a batch may want a worker and have none, before that is an error.
const PATIENCE: Duration = Duration::from_secs(5);

/// What one look at the store shows.
struct Look {
    context: Context,
    summary: Option<BatchSummary>,
    running: Vec<User>,
    served: bool,
    changes: Changes,
}

pub(super) async fn wait(mut context: Context, args: WaitBatch, events: &Events) -> Result<Reply> {
    let deadline = args.timeout_seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let batch = context.store.batch(&args.identity)?;
    let mut unserved_since = None;
    let mut pace = Pace::default();
    loop {
        let guid = batch.guid.to_string();
        let look = blocking(move || look(context, &guid)).await?;
        context = look.context;
        // Gone: somebody removed it, and that is an end, too.
        let Some(summary) = look.summary else { return Ok(Reply::none()) };
        let status = batch_status(summary.batch.facts(), summary.counts, context.now);
        if status == BatchStatus::Created {
            return Err(Error::new(
                ErrorKind::InvalidState,
                format!("batch `{}` has not been started", batch.name),
            )
            .object(batch.name.as_str())
            .remedy("start it with Start-MigrationBatch"));
        }
        if is_settled(status) {
            return blocking(move || Ok(Reply::items(shown(&context, vec![summary], false)?))).await;
        }
        events.progress(progress(&summary, status, look.running, &mut pace));
        let unserved = *unserved_since.get_or_insert_with(Instant::now);
        if look.served {
            unserved_since = None;
        } else if unserved.elapsed() > PATIENCE {
            return Err(Error::new(
                ErrorKind::WorkerUnavailable,
                format!("no worker serves batch `{}`", batch.name),
            )
            .object(batch.name.as_str())
            .remedy("start one with Start-MigrationWorker; it goes on where the last one ended"));
        }
        if deadline.is_some_and(|at| Instant::now() >= at) {
            return Err(timed_out(&batch.name, status));
        }
        until_changed(&context.store, look.changes).await?;
    }
}

/// Returns when the store has changed since the mark, or after a while.
async fn until_changed(store: &Store, mark: Changes) -> Result<()> {
    let deadline = Instant::now() + LOOK;
    while store.changes()? == mark && Instant::now() < deadline {
        tokio::time::sleep(INTERVAL).await;
    }
    Ok(())
}

fn look(mut context: Context, guid: &str) -> Result<Look> {
    context.now = context.world.clock.now();
    let changes = context.store.changes()?;
    let summary = match context.store.batch_summary(guid, context.now) {
        Ok(summary) => Some(summary),
        Err(e) if e.kind == ErrorKind::BatchNotFound => None,
        Err(e) => return Err(e),
    };
    let running = summary.as_ref().map(|s| context.store.running_users(s.batch.guid)).transpose()?;
    let running = running.unwrap_or_default();
    let served = context.store.worker_is_running()?;
    Ok(Look { context, summary, running, served, changes })
}

/// Nothing happens any more unless time passes or somebody asks.
fn is_settled(status: BatchStatus) -> bool {
    use BatchStatus::*;
    match status {
        Created | Syncing | Stopping | Removing | IncrementalSyncing | Completing | Waiting | Starting => {
            false
        }
        Stopped | Completed | Failed | Synced | CompletedWithErrors | SyncedWithErrors | Corrupted => true,
    }
}

fn progress(summary: &BatchSummary, status: BatchStatus, running: Vec<User>, pace: &mut Pace) -> Progress {
    let (counts, totals) = (summary.counts, summary.totals);
    let totals_known = view::totals_known(counts, totals);
    let rate = pace.rate(totals, running.iter().map(|user| user.progress.bytes_per_second).sum());
    Progress {
        activity: summary.batch.name.to_string(),
        status: format!("{status:?}"),
        users_done: u64::from(counts.total - counts.active()),
        users_total: u64::from(counts.total),
        totals_known,
        items_done: totals.synced_items,
        items_total: totals.source_items,
        bytes_done: totals.transferred_bytes,
        bytes_total: totals.source_bytes,
        bytes_per_second: rate,
        current_folder: running.first().and_then(|user| user.progress.current_folder.clone()),
        current_user: running.into_iter().next().map(|user| user.row.email_address),
        percent: view::percent(totals.thousandths, counts.total),
        seconds_remaining: pace.remaining(totals, counts.total, totals_known, rate),
    }
}

fn timed_out(batch: &model::Name, status: BatchStatus) -> Error {
    Error::new(
        ErrorKind::WaitTimedOut,
        format!("batch `{batch}` is still {status:?} at the end of the time given"),
    )
    .object(batch.as_str())
    .remedy("the batch goes on; wait again, or look with Get-MigrationBatch and Get-MigrationUser")
}
