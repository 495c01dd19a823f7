//! Purging: what is to be removed goes in small steps, so that others get their turn.

use std::time::Instant;

use model::Result;
use rusqlite::{Connection, OptionalExtension, params};

use crate::Store;
use crate::fault::Sql;

/// Users of a batch, and rows of their reports, that one step removes.
const USERS: usize = 500;
/// Rows of a ledger that one step removes: some milliseconds' worth.
const MESSAGES: u32 = 2_000;

/// A batch that is to be removed and at which no worker is any more.
const REMOVABLE: &str = "SELECT id FROM batch WHERE wish = 'remove'
    AND NOT EXISTS (SELECT 1 FROM tally WHERE batch_id = batch.id AND state >= 8 AND users > 0) LIMIT 1";

/// A folder whose ledger nobody needs any more.
const FORGOTTEN: &str = "SELECT id FROM folder WHERE user_id IS NULL LIMIT 1";

/// What a step of a purge removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purged {
    /// There was nothing to remove.
    Nothing,
    /// Users of a batch that is to be removed.
    Users,
    /// A batch, the last of it.
    Batch,
    /// A part of a ledger that nobody needs any more.
    Ledger,
}

impl Store {
    /// Removes a little of the batches that are wished away and have no pass running, with all that belongs to them,
    /// and of ledgers that nobody needs any more. Batches go first: their names are free soon.
    pub fn purge_step(&self) -> Result<Purged> {
        // Who only looks takes nobody's turn to write.
        if self.read(purgeable)?.is_none() { Ok(Purged::Nothing) } else { self.write(step) }
    }

    /// Removes all that is to be removed. It can take long; between two steps it leaves the store to others for as long
    /// as the step took. Cut off, it goes on at the next call. Says how many batches are gone.
    pub fn purge_removed(&self) -> Result<u32> {
        let mut batches = 0;
        loop {
            let began = Instant::now();
            match self.purge_step()? {
                Purged::Nothing => return Ok(batches),
                Purged::Batch => batches += 1,
                Purged::Users | Purged::Ledger => {}
            }
            std::thread::sleep(began.elapsed());
        }
    }
}

/// Where there is something to remove.
enum Purgeable {
    Batch(i64),
    Folder(i64),
}

fn purgeable(tx: &Connection) -> Sql<Option<Purgeable>> {
    let first = |sql: &str| tx.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional();
    if let Some(batch) = first(REMOVABLE)? {
        return Ok(Some(Purgeable::Batch(batch)));
    }
    Ok(first(FORGOTTEN)?.map(Purgeable::Folder))
}

fn step(tx: &Connection) -> Sql<Purged> {
    match purgeable(tx)? {
        None => Ok(Purged::Nothing),
        Some(Purgeable::Batch(batch)) => purge_batch(tx, batch),
        Some(Purgeable::Folder(folder)) => purge_folder(tx, folder),
    }
}

/// Some users of a batch, or the batch itself. Ledgers are only cut off here, so that the batch is gone soon.
fn purge_batch(tx: &Connection, batch: i64) -> Sql<Purged> {
    let mut select = tx.prepare_cached("SELECT id FROM user WHERE batch_id = ? LIMIT ?")?;
    let users: Vec<i64> =
        select.query_map(params![batch, USERS], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let owners = users.iter().map(|user| ("user_id", *user)).chain([("batch_id", batch)]);
    if purge_reports(tx, owners)? == USERS {
        return Ok(Purged::Users);
    }
    if users.is_empty() {
        tx.execute("DELETE FROM batch WHERE id = ?", [batch])?;
        return Ok(Purged::Batch);
    }
    let mut cut_off = tx.prepare_cached("UPDATE folder SET user_id = NULL WHERE user_id = ?")?;
    let mut delete = tx.prepare_cached("DELETE FROM user WHERE id = ?")?;
    for user in users {
        cut_off.execute([user])?;
        delete.execute([user])?;
    }
    Ok(Purged::Users)
}

/// The first lines of these reports, and how many they were: some are longer than a step should be.
fn purge_reports<'a>(tx: &Connection, owners: impl Iterator<Item = (&'a str, i64)>) -> Sql<usize> {
    let mut gone = 0;
    for (owner, id) in owners {
        let sql = format!("DELETE FROM report WHERE id IN (SELECT id FROM report WHERE {owner} = ? LIMIT ?)");
        gone += tx.prepare_cached(&sql)?.execute(params![id, USERS - gone])?;
        if gone == USERS {
            break;
        }
    }
    Ok(gone)
}

fn purge_folder(tx: &Connection, folder: i64) -> Sql<Purged> {
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
    Ok(Purged::Ledger)
}
