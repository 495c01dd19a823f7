//! How passes end: what is due next, and what is remembered of a failure.

use jiff::Timestamp;
use model::status::DataConsistencyScore;
use model::{Batch, Error, Lease, Progress, ReportEntry, Result};
use rusqlite::{Connection, named_params, params};

use crate::Store;
use crate::column::{Json, Millis};
use crate::fault::Sql;
use crate::leases::{holds, write_progress};
use crate::reports::{ReportOf, add_lines};

/// How a pass ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PassEnd {
    /// Everything that could be copied is copied.
    Done,
    /// It was told to stop. The user is as before, and due.
    Stopped,
    /// It failed and is to be tried again.
    Retry {
        /// Why it failed.
        error: Error,
        /// When to try again.
        at: Timestamp,
        /// What it does to the number of attempts in vain.
        attempts: Attempts,
    },
    /// It failed, and trying again at once would not help.
    Failed {
        /// Why.
        error: Error,
    },
}

/// What a pass that is tried again does to the number of attempts in vain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempts {
    /// It is one more.
    Count,
    /// It is none: what failed was not about this user.
    Keep,
    /// It was not in vain, and forgives those before.
    Forgive,
}

/// What a pass leaves at its end.
#[derive(Debug, Clone)]
pub struct LastWords {
    /// How far it came.
    pub progress: Progress,
    /// How good the copy is, if that is known.
    pub score: Option<DataConsistencyScore>,
    /// What is told of it.
    pub lines: Vec<(ReportOf, ReportEntry)>,
}

impl Store {
    /// Gives a user back. False: the lease has been lost, and nothing was written.
    pub fn finish(&self, lease: &Lease, end: &PassEnd, now: Timestamp) -> Result<bool> {
        self.write(|tx| give_back(tx, lease, end, now))
    }

    /// As [`finish`](Self::finish), with what the pass leaves: all of it or nothing, so that whoever sees the end finds the
    /// report complete, and no line comes twice if the store fails and it is called again.
    pub fn finish_with(
        &self,
        lease: &Lease,
        end: &PassEnd,
        last: &LastWords,
        now: Timestamp,
    ) -> Result<bool> {
        self.write(|tx| {
            let LastWords { progress, score, lines } = last;
            if !write_progress(tx, lease.user.id, lease.epoch, progress, *score, now)? {
                return Ok(false);
            }
            add_lines(tx, lines)?;
            give_back(tx, lease, end, now)
        })
    }
}

fn give_back(tx: &Connection, lease: &Lease, end: &PassEnd, now: Timestamp) -> Sql<bool> {
    if !holds(tx, lease)? {
        return Ok(false);
    }
    match end {
        PassEnd::Done => finish_done(tx, lease, now)?,
        PassEnd::Stopped => {}
        PassEnd::Retry { error, at, attempts } => finish_retry(tx, lease, error, *at, *attempts, now)?,
        PassEnd::Failed { error } => finish_failed(tx, lease, error, now)?,
    }
    clear(tx, lease, now)?;
    Ok(true)
}

/// Whether something was asked for that the pass which ends does not answer.
const ASKED_FOR: &str = "max(ifnull(sync_wanted, 0), ifnull(restore_wanted, 0)) > epoch";

/// Due again at once if that was asked for meanwhile, else after a day, else never.
fn next_pass() -> String {
    let interval = Batch::SYNC_INTERVAL_SECONDS * 1000;
    format!(
        "due_at = CASE WHEN {ASKED_FOR} THEN 0
             WHEN (SELECT incremental AND NOT analyze FROM batch WHERE id = batch_id) THEN :now + {interval} END,
         sync_wanted = CASE WHEN {ASKED_FOR} THEN epoch + 1 END, attempts = 0"
    )
}

fn finish_done(tx: &Connection, lease: &Lease, now: Timestamp) -> Sql<()> {
    let sql = format!(
        "UPDATE user SET {}, seeded_at = ifnull(seeded_at, :now), synced_at = :now, thousandths = 1000, failed = 0, failed_at = NULL,
             error = NULL, restore_wanted = CASE WHEN restore_wanted > epoch THEN restore_wanted END WHERE id = :id",
        next_pass()
    );
    tx.prepare_cached(&sql)?.execute(named_params! { ":now": Millis(now), ":id": lease.user.id })?;
    Ok(())
}

fn finish_retry(
    tx: &Connection,
    lease: &Lease,
    error: &Error,
    at: Timestamp,
    attempts: Attempts,
    now: Timestamp,
) -> Sql<()> {
    let attempts = match attempts {
        Attempts::Count => "attempts + 1",
        Attempts::Keep => "attempts",
        Attempts::Forgive => "0",
    };
    tx.prepare_cached(&format!(
        "UPDATE user SET due_at = ?, attempts = {attempts}, failed = 0, failed_at = ?, error = ? WHERE id = ?"
    ))?
    .execute(params![Millis(at), Millis(now), Json(error), lease.user.id])?;
    Ok(())
}

/// After a failed initial pass the user waits for Start; after an incremental one it is tried again tomorrow. What was not
/// checked to its end has no score.
fn finish_failed(tx: &Connection, lease: &Lease, error: &Error, now: Timestamp) -> Sql<()> {
    let next = if lease.user.facts.seeded {
        format!("{}, failed = ifnull(sync_wanted <= epoch, 1)", next_pass())
    } else {
        "due_at = NULL, sync_wanted = NULL, attempts = 0, failed = 1".to_owned()
    };
    let sql = format!("UPDATE user SET {next}, score = -1, failed_at = :now, error = :error WHERE id = :id");
    tx.prepare_cached(&sql)?.execute(named_params! {
        ":now": Millis(now),
        ":error": Json(error),
        ":id": lease.user.id,
    })?;
    Ok(())
}

fn clear(tx: &Connection, lease: &Lease, now: Timestamp) -> Sql<()> {
    tx.prepare_cached(
        "UPDATE user SET lease_owner = NULL, bytes_per_second = 0, current_folder = NULL,
             updated_at = ? WHERE id = ?",
    )?
    .execute(params![Millis(now), lease.user.id])?;
    Ok(())
}
