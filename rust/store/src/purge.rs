//! Purging: what is to be removed goes in small steps, so that others get their turn.

use std::time::Instant;

use model::Result;
use rusqlite::{Connection, OptionalExtension, params};

use crate::Store;
use crate::fault::Sql;

/// Users, with their reports, that one step removes.
const USERS: u32 = 500;
/// Ledger rows that one step removes.
const MESSAGES: u32 = 10_000;

/// A batch that is to be removed and at which no worker is any more.
const REMOVABLE: &str = "SELECT id FROM batch WHERE wish = 'remove'
    AND NOT EXISTS (SELECT 1 FROM tally WHERE batch_id = batch.id AND state >= 8 AND users > 0) LIMIT 1";

impl Store {
    /// Removes the batches that are wished away and have no pass running, with all that belongs to them, and ledgers
    /// that nobody needs any more. It can take long; between two steps it leaves the store to others for as long as
    /// the step took. Cut off, it goes on at the next call. Says how many batches are gone.
    pub fn purge_removed(&self) -> Result<u32> {
        let mut batches = 0;
        loop {
            let began = Instant::now();
            match self.write(step)? {
                Step::Nothing => return Ok(batches),
                Step::Batch => batches += 1,
                Step::Part => {}
            }
            std::thread::sleep(began.elapsed());
        }
    }
}

/// What a step removed.
enum Step {
    Nothing,
    Part,
    Batch,
}

fn step(tx: &rusqlite::Transaction<'_>) -> Sql<Step> {
    let batch = tx.prepare_cached(REMOVABLE)?.query_row([], |row| row.get(0)).optional()?;
    if let Some(batch) = batch {
        return purge_batch(tx, batch);
    }
    match tx
        .prepare_cached("SELECT id FROM folder WHERE user_id IS NULL LIMIT 1")?
        .query_row([], |row| row.get(0))
    {
        Ok(folder) => purge_folder(tx, folder),
        Err(rusqlite::Error::QueryReturnedNoRows) => Ok(Step::Nothing),
        Err(error) => Err(error.into()),
    }
}

/// Some users of a batch, or the batch itself. Ledgers are only cut off here, so that the batch is gone soon.
fn purge_batch(tx: &Connection, batch: i64) -> Sql<Step> {
    let mut select = tx.prepare_cached("SELECT id FROM user WHERE batch_id = ? LIMIT ?")?;
    let users: Vec<i64> =
        select.query_map(params![batch, USERS], |row| row.get(0))?.collect::<Result<_, _>>()?;
    if users.is_empty() {
        tx.execute("DELETE FROM batch WHERE id = ?", [batch])?;
        return Ok(Step::Batch);
    }
    let mut cut_off = tx.prepare_cached("UPDATE folder SET user_id = NULL WHERE user_id = ?")?;
    let mut delete = tx.prepare_cached("DELETE FROM user WHERE id = ?")?;
    for user in users {
        cut_off.execute([user])?;
        delete.execute([user])?;
    }
    Ok(Step::Part)
}

fn purge_folder(tx: &Connection, folder: i64) -> Sql<Step> {
    let messages = tx.execute(
        "DELETE FROM message WHERE folder_id = ?1 AND source_uid IN
             (SELECT source_uid FROM message WHERE folder_id = ?1 ORDER BY source_uid LIMIT ?2)",
        params![folder, MESSAGES],
    )?;
    let orphans = tx.execute(
        "DELETE FROM orphan WHERE id IN (SELECT id FROM orphan WHERE folder_id = ? LIMIT ?)",
        params![folder, MESSAGES],
    )?;
    if messages == 0 && orphans == 0 {
        tx.execute("DELETE FROM folder WHERE id = ?", [folder])?;
    }
    Ok(Step::Part)
}
