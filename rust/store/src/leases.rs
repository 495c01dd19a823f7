//! Leases: who is at work on which user.
//!
//! One worker serves a store, so a lease has no end of its own: it is held until it is given back, or until the next
//! worker finds that its holder is dead. No clock has a say in it. Whoever takes up a user counts its epoch up. What is
//! written for an earlier epoch afterwards changes nothing.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use model::status::{DataConsistencyScore, PassKind};
use model::{Error, ErrorKind, Lease, Progress, Result};
use rusqlite::{Connection, OptionalExtension, named_params, params};

use crate::Store;
use crate::column::{Millis, Rank};
use crate::fault::Sql;
use crate::queue::Queue;
use crate::users::{USER_COLUMNS, select};
use crate::worker::{Heartbeat, beat};

/// How far a pass is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassProgress {
    /// The user's key.
    pub user: i64,
    /// The epoch of the lease.
    pub epoch: i64,
    /// How far.
    pub progress: Progress,
}

/// Whether there is something to remove, a pass of a running batch, or a user of one who is due or scheduled.
const BUSY: &str = "
    SELECT EXISTS (SELECT 1 FROM batch WHERE wish = 'remove')
        OR EXISTS (SELECT 1 FROM folder WHERE user_id IS NULL)
        OR EXISTS (SELECT 1 FROM tally g JOIN batch b ON b.id = g.batch_id
                   WHERE b.wish = 'run' AND g.users > 0 AND (g.state >= 8 OR EXISTS
                       (SELECT 1 FROM user WHERE batch_id = b.id AND state = g.state AND due_at IS NOT NULL)))";

impl Store {
    /// Takes up the users that come next, with their passwords: so many at most, and none of those that the worker runs.
    /// Fewer: nobody else is due, or only behind full endpoints.
    pub fn lease_due(
        &self,
        owner: &str,
        now: Timestamp,
        most: usize,
        running: &BTreeSet<i64>,
    ) -> Result<Vec<Lease>> {
        self.write(|tx| {
            let mut queue = Queue::read(tx, now)?;
            let mut leases = Vec::new();
            while leases.len() < most
                && let Some(user) = queue.next(tx, running)?
            {
                let asked = is_asked_for(tx, user)?;
                take(tx, user, owner, now)?;
                leases.push(Lease { asked, ..self.read_lease(tx, user)? });
            }
            Ok(leases)
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
        self.write(|tx| write_progress(tx, lease.user.id, lease.epoch, progress, score, now))
    }

    /// Shows a sign of life, and writes how far all passes are. Gives the users whose lease has been lost.
    pub fn save(&self, heartbeat: &Heartbeat, passes: &[PassProgress], now: Timestamp) -> Result<Vec<i64>> {
        self.write(|tx| {
            beat(tx, heartbeat, now)?;
            let mut lost = Vec::new();
            for PassProgress { user, epoch, progress } in passes {
                if !write_progress(tx, *user, *epoch, progress, None, now)? {
                    lost.push(*user);
                }
            }
            Ok(lost)
        })
    }

    /// Clears the leases of which nothing is at work: those that a dead worker left, and those that were lost on their
    /// way to the worker. For the one worker that has the [lock](Self::try_worker_lock), which says whom it runs.
    pub fn release_all_but(&self, running: &BTreeSet<i64>) -> Result<u32> {
        self.write(|tx| {
            let mut released = 0;
            for user in leased(tx)?.into_iter().filter(|user| !running.contains(user)) {
                tx.prepare_cached(
                    "UPDATE user SET lease_owner = NULL, bytes_per_second = 0, current_folder = NULL WHERE id = ?",
                )?
                .execute([user])?;
                released += 1;
            }
            Ok(released)
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

    /// Whether there is nothing to do now or later: no batch that runs has a user due or scheduled, nothing is to be removed.
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
        let (epoch, attempts, restore) = tx
            .prepare_cached(
                "SELECT epoch, attempts, ifnull(restore_wanted <= epoch, 0) FROM user WHERE id = ?",
            )?
            .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let pass = match user.facts {
            facts if facts.analyze => PassKind::Analyze,
            facts if facts.seeded => PassKind::Incremental,
            _ => PassKind::Initial,
        };
        Ok(Lease { user: self.with_passwords(tx, user)?, pass, epoch, attempts, asked: false, restore })
    }
}

/// What is due at once, whatever the clock says, somebody has asked for.
fn is_asked_for(tx: &Connection, user: i64) -> Sql<bool> {
    let mut select = tx.prepare_cached("SELECT due_at = 0 FROM user WHERE id = ?")?;
    Ok(select.query_row([user], |row| row.get::<_, Option<bool>>(0))?.unwrap_or(false))
}

fn leased(tx: &Connection) -> Sql<Vec<i64>> {
    let mut select = tx.prepare_cached(
        "SELECT DISTINCT u.id FROM tally g JOIN user u ON u.batch_id = g.batch_id AND u.state = g.state
         WHERE g.state >= 8 AND g.users > 0",
    )?;
    Ok(select.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
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

/// False: the lease has been lost.
pub(crate) fn write_progress(
    tx: &Connection,
    user: i64,
    epoch: i64,
    progress: &Progress,
    score: Option<DataConsistencyScore>,
    now: Timestamp,
) -> Sql<bool> {
    let mut update = tx.prepare_cached(
        "UPDATE user SET source_items = :source_items, source_bytes = :source_bytes, synced_items = :synced_items,
             transferred_items = :transferred_items, transferred_bytes = :transferred_bytes,
             skipped_items = :skipped_items, bytes_per_second = :bytes_per_second, status_detail = :status_detail,
             current_folder = :current_folder, queued_ms = :queued_ms, in_progress_ms = :in_progress_ms,
             stalled_ms = :stalled_ms, thousandths = max(thousandths, :thousandths), score = ifnull(:score, score), updated_at = :now
         WHERE id = :id AND epoch = :epoch AND lease_owner IS NOT NULL",
    )?;
    let held = update.execute(named_params! {
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
        ":thousandths": progress.thousandths(),
        ":score": score.map(|score| Rank(Some(score))),
        ":now": Millis(now),
        ":id": user,
        ":epoch": epoch,
    })?;
    Ok(held > 0)
}

/// Whether a lease is still the user's last, and not given back.
pub(crate) fn holds(tx: &Connection, lease: &Lease) -> Sql<bool> {
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
