//! The wishes of a batch: start, stop, remove, sync now.

use std::time::{Duration, Instant};

use model::contract::{BatchQuery, SetBatch};
use model::status::Wish;
use model::{Batch, Error, ErrorKind, Result};
use store::Purged;
use uuid::Uuid;

use super::change::Change;
use super::context::Context;
use super::ensure;
use super::telling::{STARTED, tell};

/// How long a removal waits for passes that still run.
const REMOVE_PATIENCE: Duration = Duration::from_secs(10);

/// What is wanted of the users of a batch besides.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Nothing,
    Sync,
    Restore,
}

impl Asked {
    pub(super) fn of(args: &SetBatch) -> Self {
        match (args.restore_missing, args.sync_now) {
            (true, _) => Self::Restore,
            (false, true) => Self::Sync,
            (false, false) => Self::Nothing,
        }
    }
}

pub(super) fn start(context: &Context, identity: Option<&str>) -> Result<Change> {
    let batch = one_batch(context, identity)?;
    refuse_removed(&batch)?;
    Ok(Change::writing(move |context| run(context, &batch)).needing_a_worker(true))
}

pub(super) fn stop(context: &Context, identity: Option<&str>) -> Result<Change> {
    let batch = one_batch(context, identity)?;
    match batch.wish {
        Wish::Hold => Err(Error::new(
            ErrorKind::InvalidState,
            format!("batch `{}` has not been started, so there is nothing to stop", batch.name),
        )
        .object(batch.name.as_str())
        .remedy("start it with Start-MigrationBatch, or remove it with Remove-MigrationBatch")),
        Wish::Remove => Err(being_removed(&batch)),
        Wish::Run | Wish::Stop => Ok(Change::writing(move |context| {
            context.store.set_wish(batch.guid, Wish::Stop)?;
            tell(context, &batch, "The batch was stopped.")
        })),
    }
}

pub(super) fn remove(context: &Context, identity: Option<&str>) -> Result<Change> {
    let Batch { guid, wish, .. } = one_batch(context, identity)?;
    // Who asks once more gets what was asked for.
    let change = if wish == Wish::Remove {
        Change::default()
    } else {
        Change::writing(move |context| context.store.set_wish(guid, Wish::Remove))
    };
    Ok(change.answering(move |context| {
        // The worker stops its passes at the next message. Whoever is answered finds the name free.
        ensure::eventually(context, REMOVE_PATIENCE, || {
            purge(context)?;
            Ok(is_gone(context, guid)? || !context.store.worker_is_running()?)
        })?;
        Ok(Vec::new())
    }))
}

fn is_gone(context: &Context, batch: Uuid) -> Result<bool> {
    match context.store.batch(&batch.to_string()) {
        Err(e) if e.kind == ErrorKind::BatchNotFound => Ok(true),
        there => there.map(|_| false),
    }
}

/// Removes the batch at once where nothing runs any more. The ledgers of its users may take long: a worker does that, and
/// the next one what a host gave up.
fn purge(context: &Context) -> Result<()> {
    let Context { store, cancelled, .. } = context;
    loop {
        let began = Instant::now();
        match store.purge_step()? {
            Purged::Nothing => return Ok(()),
            _ if cancelled.is_cancelled() => return Ok(()),
            Purged::Ledger if store.worker_is_running()? => return Ok(()),
            // Others get their turn between two steps.
            Purged::Users | Purged::Batch | Purged::Ledger => std::thread::sleep(began.elapsed()),
        }
    }
}

/// The batch of that name or guid; without one, the only batch there is (spec 1.9).
fn one_batch(context: &Context, identity: Option<&str>) -> Result<Batch> {
    if let Some(identity) = identity {
        return context.store.batch(identity);
    }
    let mut all = context.store.batch_summaries(&BatchQuery::default(), context.now)?;
    match (all.pop(), all.len()) {
        (Some(only), 0) => Ok(only.batch),
        (found, more) => {
            let count = more + usize::from(found.is_some());
            Err(Error::new(
                ErrorKind::InvalidArgument,
                format!("there are {count} batches, so one must be named"),
            )
            .remedy("name it with -Identity; Get-MigrationBatch lists them"))
        }
    }
}

pub(super) fn run(context: &Context, batch: &Batch) -> Result<()> {
    tell(context, batch, STARTED)?;
    context.store.start(batch.guid, context.now)
}

pub(super) fn ask(context: &Context, batch: &Batch, asked: Asked) -> Result<()> {
    match asked {
        Asked::Nothing => {}
        Asked::Sync => {
            tell(context, batch, "A sync was asked for.")?;
            context.store.request_batch_sync(batch.guid, context.now)?;
        }
        Asked::Restore => {
            tell(context, batch, "Copies that are missing on the target were asked for.")?;
            context.store.request_batch_restore(batch.guid, context.now)?;
        }
    }
    Ok(())
}

pub(super) fn refuse_removed(batch: &Batch) -> Result<()> {
    if batch.wish == Wish::Remove { Err(being_removed(batch)) } else { Ok(()) }
}

fn being_removed(batch: &Batch) -> Error {
    Error::new(ErrorKind::InvalidState, format!("batch `{}` is being removed", batch.name))
        .object(batch.name.as_str())
        .remedy("wait until it is gone, then make a new one")
}
