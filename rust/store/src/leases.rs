//! Leases: which user a worker takes up next, and how its pass ends.
//!
//! One worker serves a store, so a lease has no end of its own: it is held until it is given back, or until the next
//! worker finds that its holder is dead. No clock has a say in it. Whoever takes up a user counts its epoch up. What is
//! written for an earlier epoch afterwards changes nothing.

use jiff::{SignedDuration, Timestamp};
use model::status::{DataConsistencyScore, PassKind};
use model::{Batch, Error, ErrorKind, Lease, Progress, Result};
use rusqlite::{Connection, OptionalExtension, named_params, params};

use crate::Store;
use crate::column::{Json, Millis, Rank};
use crate::fault::Sql;
use crate::users::{USER_COLUMNS, select};

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
        /// Whether it counts as an attempt in vain; one that does not forgives those before.
        counts: bool,
    },
    /// It failed, and trying again at once would not help.
    Failed {
        /// Why.
        error: Error,
    },
}

/// The users that may be taken up: for each batch and state the one that is due longest.
///
/// Requests come first, then initial passes, then incremental ones; among these the batch with the fewest passes
/// running; then whoever waits longest. An endpoint is full for a kind of pass when that many run through it.
const NEXT: &str = "
    WITH live AS MATERIALIZED (
        SELECT b.id AS batch_id, b.source_id, b.target_id, g.state >= 12 AS incremental, sum(g.users) AS users
        FROM tally g JOIN batch b ON b.id = g.batch_id WHERE g.state >= 8 AND g.users > 0 GROUP BY b.id, incremental
    ), vacancy AS MATERIALIZED (
        SELECT id, ifnull(max_migrations >
                   (SELECT total(users) FROM live WHERE NOT incremental AND id IN (source_id, target_id)), 1) AS initial,
               ifnull(max_incremental_syncs >
                   (SELECT total(users) FROM live WHERE incremental AND id IN (source_id, target_id)), 1) AS incremental
        FROM endpoint
    )
    SELECT u.id FROM batch b
    JOIN vacancy s ON s.id = b.source_id
    LEFT JOIN vacancy t ON t.id = b.target_id
    JOIN tally g ON g.batch_id = b.id AND g.state < 8 AND g.users > 0
    JOIN user u ON u.id = (SELECT id FROM user WHERE batch_id = b.id AND state = g.state AND due_at <= :now
                           ORDER BY due_at, id LIMIT 1)
    WHERE b.wish = 'run' AND (b.start_after IS NULL OR b.start_after <= :now)
        AND CASE WHEN g.state >= 4 THEN s.incremental AND ifnull(t.incremental, 1)
                 ELSE s.initial AND ifnull(t.initial, 1) END
    ORDER BY CASE WHEN g.state < 4 THEN 1 WHEN g.state & 1 THEN 0 ELSE 2 END,
        (SELECT total(users) FROM live WHERE batch_id = b.id), u.due_at, u.id
    LIMIT 1";

/// Whether a batch that is to be removed is there, a pass of a running batch, or a user of one who is due or scheduled.
const BUSY: &str = "
    SELECT EXISTS (SELECT 1 FROM batch WHERE wish = 'remove')
        OR EXISTS (SELECT 1 FROM tally g JOIN batch b ON b.id = g.batch_id
                   WHERE b.wish = 'run' AND g.users > 0 AND (g.state >= 8 OR EXISTS
                       (SELECT 1 FROM user WHERE batch_id = b.id AND state = g.state AND due_at IS NOT NULL)))";

impl Store {
    /// Takes up the user that comes next, with its passwords. None if nobody is due, or only behind full endpoints.
    pub fn lease_due(&self, owner: &str, now: Timestamp) -> Result<Option<Lease>> {
        self.write(|tx| {
            let next =
                tx.prepare_cached(NEXT)?.query_row(named_params! { ":now": Millis(now) }, |row| row.get(0));
            let Some(id) = next.optional()? else { return Ok(None) };
            take(tx, id, owner, now)?;
            self.read_lease(tx, id).map(Some)
        })
    }

    /// Gives a user back. False: the lease has been lost, and nothing was written.
    pub fn finish(&self, lease: &Lease, end: &PassEnd, now: Timestamp) -> Result<bool> {
        self.write(|tx| {
            if !holds(tx, lease)? {
                return Ok(false);
            }
            match end {
                PassEnd::Done => finish_done(tx, lease, now)?,
                PassEnd::Stopped => {}
                PassEnd::Retry { error, at, counts } => finish_retry(tx, lease, error, *at, *counts, now)?,
                PassEnd::Failed { error } => finish_failed(tx, lease, error, now)?,
            }
            clear(tx, lease, now)?;
            Ok(true)
        })
    }

    /// Writes how far a pass is, and its score if that is known. False: the lease has been lost, and nothing was written.
    pub fn save_progress(
        &self,
        lease: &Lease,
        progress: &Progress,
        score: Option<DataConsistencyScore>,
        now: Timestamp,
    ) -> Result<bool> {
        self.write(|tx| {
            let held = holds(tx, lease)?;
            if held {
                write_progress(tx, lease.user.id, progress, score, now)?;
            }
            Ok(held)
        })
    }

    /// Clears the leases that a dead worker left: for the one worker that has the [lock](Self::try_worker_lock).
    pub fn release_all(&self) -> Result<u32> {
        self.write(|tx| {
            let users = tx.execute(
                "UPDATE user SET lease_owner = NULL, bytes_per_second = 0, current_folder = NULL
                 WHERE id IN (SELECT u.id FROM tally g JOIN user u ON u.batch_id = g.batch_id AND u.state = g.state
                              WHERE g.state >= 8 AND g.users > 0)",
                [],
            )?;
            Ok(u32::try_from(users).unwrap_or(u32::MAX))
        })
    }

    /// Moves what is due after this moment by as much as the clock stepped then: pauses last as long as they were meant to.
    pub fn shift_due(&self, after: Timestamp, step: SignedDuration) -> Result<()> {
        let step = i64::try_from(step.as_millis()).unwrap_or(i64::MAX);
        self.write(|tx| {
            tx.execute(
                "UPDATE user SET due_at = max(due_at + ?2, 1) WHERE due_at > ?1",
                params![Millis(after), step],
            )?;
            Ok(())
        })
    }

    /// Makes due at `at` whatever is due after `latest`: further ahead than anything is ever put, so the clock was set back.
    pub fn pull_due_in(&self, latest: Timestamp, at: Timestamp) -> Result<()> {
        self.write(|tx| {
            tx.execute("UPDATE user SET due_at = ?2 WHERE due_at > ?1", params![Millis(latest), Millis(at)])?;
            Ok(())
        })
    }

    /// Whether there is nothing to do now or later: no batch that runs has a user due or scheduled, none is to be removed.
    pub fn is_idle(&self) -> Result<bool> {
        self.read(|tx| {
            let busy: bool = tx.prepare_cached(BUSY)?.query_row([], |row| row.get(0))?;
            Ok(!busy)
        })
    }

    fn read_lease(&self, tx: &Connection, id: i64) -> Sql<Lease> {
        let sql =
            format!("SELECT {USER_COLUMNS} FROM user u JOIN batch b ON b.id = u.batch_id WHERE u.id = ?");
        let user = select(tx, &sql, [id])?.pop();
        let (_, user) =
            user.ok_or_else(|| Error::internal(format!("user {id} was leased and is not there")))?;
        let (epoch, attempts) = tx
            .prepare_cached("SELECT epoch, attempts FROM user WHERE id = ?")?
            .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let pass = match user.facts {
            facts if facts.analyze => PassKind::Analyze,
            facts if facts.seeded => PassKind::Incremental,
            _ => PassKind::Initial,
        };
        Ok(Lease { user: self.with_passwords(tx, user)?, pass, epoch, attempts })
    }
}

/// An incremental pass counts as asked for until it is over: if the worker dies, the user is queued again, and due.
fn take(tx: &Connection, user: i64, owner: &str, now: Timestamp) -> Sql<()> {
    tx.prepare_cached(
        "UPDATE user SET epoch = epoch + 1, lease_owner = :owner, updated_at = :now,
             queued_ms = queued_ms + max(:now - max(due_at, updated_at), 0), due_at = 0,
             sync_wanted = CASE WHEN seeded_at IS NOT NULL THEN ifnull(sync_wanted, epoch + 1) END
         WHERE id = :id",
    )?
    .execute(named_params! {
        ":owner": owner,
        ":now": Millis(now),
        ":id": user,
    })?;
    Ok(())
}

/// Due again at once if that was asked for meanwhile, else after a day, else never.
fn next_pass() -> String {
    let interval = Batch::SYNC_INTERVAL_SECONDS * 1000;
    format!(
        "due_at = CASE WHEN sync_wanted > epoch THEN 0
             WHEN (SELECT incremental AND NOT analyze FROM batch WHERE id = batch_id) THEN :now + {interval} END,
         sync_wanted = CASE WHEN sync_wanted > epoch THEN sync_wanted END, attempts = 0"
    )
}

fn finish_done(tx: &Connection, lease: &Lease, now: Timestamp) -> Sql<()> {
    let sql = format!(
        "UPDATE user SET {}, seeded_at = ifnull(seeded_at, :now), synced_at = :now, failed = 0, failed_at = NULL,
             error = NULL WHERE id = :id",
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
    counts: bool,
    now: Timestamp,
) -> Sql<()> {
    tx.prepare_cached(
        "UPDATE user SET due_at = ?, attempts = iif(?, attempts + 1, 0), failed = 0, failed_at = ?, error = ?
         WHERE id = ?",
    )?
    .execute(params![Millis(at), counts, Millis(now), Json(error), lease.user.id])?;
    Ok(())
}

/// After a failed initial pass the user waits for Start; after an incremental one it is tried again tomorrow.
fn finish_failed(tx: &Connection, lease: &Lease, error: &Error, now: Timestamp) -> Sql<()> {
    let next = if lease.user.facts.seeded {
        format!("{}, failed = ifnull(sync_wanted <= epoch, 1)", next_pass())
    } else {
        "due_at = NULL, sync_wanted = NULL, attempts = 0, failed = 1".to_owned()
    };
    let sql = format!("UPDATE user SET {next}, failed_at = :now, error = :error WHERE id = :id");
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

fn write_progress(
    tx: &Connection,
    user: i64,
    progress: &Progress,
    score: Option<DataConsistencyScore>,
    now: Timestamp,
) -> Sql<()> {
    tx.prepare_cached(
        "UPDATE user SET source_items = :source_items, source_bytes = :source_bytes, synced_items = :synced_items,
             transferred_items = :transferred_items, transferred_bytes = :transferred_bytes,
             skipped_items = :skipped_items, bytes_per_second = :bytes_per_second, status_detail = :status_detail,
             current_folder = :current_folder, queued_ms = :queued_ms, in_progress_ms = :in_progress_ms,
             stalled_ms = :stalled_ms, score = ifnull(:score, score), updated_at = :now
         WHERE id = :id",
    )?
    .execute(named_params! {
        ":source_items": progress.source_items,
        ":source_bytes": progress.source_bytes,
        ":synced_items": progress.synced_items,
        ":transferred_items": progress.transferred_items,
        ":transferred_bytes": progress.transferred_bytes,
        ":skipped_items": progress.skipped_items,
        ":bytes_per_second": progress.bytes_per_second,
        ":status_detail": progress.status_detail,
        ":current_folder": progress.current_folder,
        ":queued_ms": progress.queued_ms,
        ":in_progress_ms": progress.in_progress_ms,
        ":stalled_ms": progress.stalled_ms,
        ":score": score.map(Rank),
        ":now": Millis(now),
        ":id": user,
    })?;
    Ok(())
}

/// Whether a lease is still the user's last, and not given back.
fn holds(tx: &Connection, lease: &Lease) -> Sql<bool> {
    let held = tx
        .prepare_cached("SELECT 1 FROM user WHERE id = ? AND epoch = ? AND lease_owner IS NOT NULL")?
        .query_row([lease.user.id, lease.epoch], |_| Ok(()))
        .optional()?;
    Ok(held.is_some())
}

/// Stops a worker that has lost its lease from writing.
pub(crate) fn require(tx: &Connection, lease: &Lease) -> Sql<()> {
    if holds(tx, lease)? {
        return Ok(());
    }
    let address = lease.user.row.email_address.as_str();
    let message = format!("another worker has taken over `{address}`, or its pass is over");
    Err(Error::new(ErrorKind::InvalidState, message).user(address).into())
}
