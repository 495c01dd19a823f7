//! Wishes: what cmdlets write and workers make true.

use jiff::Timestamp;
use model::Result;
use model::status::Wish;
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::Store;
use crate::batches::live_batch_id;
use crate::column::{Millis, Word};
use crate::fault::Sql;
use crate::worker::nudge;

impl Store {
    /// Writes what the admin wants of a batch. Nothing but its end follows a wish to remove it. To run a batch,
    /// [`start`](Self::start) it.
    pub fn set_wish(&self, batch: Uuid, wish: Wish) -> Result<()> {
        self.write_wish(|tx| write_wish_column(tx, live_batch_id(tx, batch)?, wish))
    }

    /// Starts or resumes a batch, and gives its failed users another try (spec 1.9).
    pub fn start(&self, batch: Uuid, now: Timestamp) -> Result<()> {
        self.write_wish(|tx| {
            let id = live_batch_id(tx, batch)?;
            let (resumed, syncs) = tx.query_row(
                "SELECT wish <> 'run', incremental AND NOT analyze FROM batch WHERE id = ?",
                [id],
                |row| Ok((row.get::<_, bool>(0)?, row.get::<_, bool>(1)?)),
            )?;
            write_wish_column(tx, id, Wish::Run)?;
            tx.execute(
                "UPDATE batch SET started_at = ifnull(started_at, ?) WHERE id = ?",
                params![Millis(now), id],
            )?;
            nudge(tx)?;
            start_users(tx, id, resumed, resumed && syncs, now)
        })
    }

    /// Asks for an incremental pass of each synced user of a batch, and says of how many. Users in their initial pass,
    /// waiting for it, or failed are left alone (spec 1.7). A request that comes during a pass is kept for the next.
    pub fn request_batch_sync(&self, batch: Uuid, now: Timestamp) -> Result<u32> {
        self.write_wish(|tx| request_sync(tx, "batch_id = ?1", live_batch_id(tx, batch)?, now))
    }

    /// Asks for an incremental pass of a user, as [`request_batch_sync`](Self::request_batch_sync) does; says whether
    /// it is one of those.
    pub fn request_user_sync(&self, user: i64, now: Timestamp) -> Result<bool> {
        self.write_wish(|tx| request_sync(tx, "id = ?1", user, now)).map(|users| users > 0)
    }

    /// Asks for the missing copies of each user of a batch, and for a pass now of those that [`request_batch_sync`] means;
    /// the others look for them when their next pass begins. The wish is kept until such a pass has succeeded.
    ///
    /// [`request_batch_sync`]: Self::request_batch_sync
    pub fn request_batch_restore(&self, batch: Uuid, now: Timestamp) -> Result<u32> {
        self.write_wish(|tx| {
            let id = live_batch_id(tx, batch)?;
            tx.execute("UPDATE user SET restore_wanted = epoch + 1 WHERE batch_id = ?", [id])?;
            request_sync(tx, "batch_id = ?1", id, now)
        })
    }

    /// The users whose passes are running and must stop: their batch is no longer wished to run.
    pub fn users_to_stop(&self) -> Result<Vec<i64>> {
        self.read(|tx| {
            let mut select = tx.prepare_cached(
                "SELECT u.id FROM batch b CROSS JOIN tally g ON g.batch_id = b.id AND g.state >= 8 AND g.users > 0
                 CROSS JOIN user u ON u.batch_id = b.id AND u.state = g.state
                 WHERE b.wish <> 'run' GROUP BY u.id",
            )?;
            let users = select.query_map([], |row| row.get(0))?;
            Ok(users.collect::<Result<_, _>>()?)
        })
    }
}

fn write_wish_column(tx: &Connection, batch: i64, wish: Wish) -> Sql<()> {
    tx.execute("UPDATE batch SET wish = ? WHERE id = ?", params![Word(wish), batch])?;
    Ok(())
}

/// Makes due at once whoever's last pass failed, be it for good or to be tried again later; and all who are in their
/// initial pass, or past it, where that is wanted.
fn start_users(tx: &Connection, batch: i64, unseeded: bool, seeded: bool, now: Timestamp) -> Sql<()> {
    tx.execute(
        "UPDATE user SET failed = 0, attempts = 0, sync_wanted = iif(seeded_at IS NULL, sync_wanted, epoch + 1),
             due_at = 0, updated_at = ?2
         WHERE batch_id = ?1 AND lease_owner IS NULL AND (error IS NOT NULL OR iif(seeded_at IS NULL, ?3, ?4))",
        params![batch, Millis(now), unseeded, seeded],
    )?;
    Ok(())
}

/// The pass that answers the request is one that begins later: a running one has an epoch that is too low.
fn request_sync(tx: &Connection, condition: &str, value: i64, now: Timestamp) -> Sql<u32> {
    let users = tx.execute(
        &format!(
            "UPDATE user SET sync_wanted = epoch + 1, due_at = 0, updated_at = ?2
             WHERE {condition} AND seeded_at IS NOT NULL AND (lease_owner IS NOT NULL OR NOT failed)"
        ),
        params![value, Millis(now)],
    )?;
    Ok(u32::try_from(users).unwrap_or(u32::MAX))
}
