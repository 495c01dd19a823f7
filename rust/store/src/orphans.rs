//! Orphans: copies whose source messages are gone, and may come back. Only the worker that holds the user's lease may write.

use model::{Lease, Result};
use rusqlite::{Connection, Row, params};

use crate::Store;
use crate::fault::Sql;
use crate::ledger::{LedgerMessage, read_message, require_folder};

/// A copy whose source message is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orphan {
    /// Its key.
    pub id: i64,
    /// What was known of it; the source's UID means nothing.
    pub message: LedgerMessage,
}

impl Store {
    /// The copies of a folder whose source messages are gone.
    pub fn orphans(&self, folder: i64) -> Result<Vec<Orphan>> {
        self.read(|tx| {
            let mut select = tx.prepare_cached(
                "SELECT 0, target_uid, size, digest, received, identity, flags, id FROM orphan WHERE folder_id = ?
                 ORDER BY id",
            )?;
            let orphan = |row: &Row<'_>| Ok(Orphan { id: row.get(7)?, message: read_message(row)? });
            Ok(select.query_map([folder], orphan)?.collect::<Result<_, _>>()?)
        })
    }

    /// Makes orphans of the messages of these source UIDs.
    pub fn orphan(&self, lease: &Lease, folder: i64, source_uids: &[u32]) -> Result<()> {
        self.write(|tx| {
            require_folder(tx, lease, folder)?;
            let mut copy = tx.prepare_cached(
                "INSERT INTO orphan (folder_id, target_uid, size, digest, received, identity, flags)
                 SELECT folder_id, target_uid, size, digest, received, identity, flags FROM message
                 WHERE folder_id = ? AND source_uid = ?",
            )?;
            let mut delete =
                tx.prepare_cached("DELETE FROM message WHERE folder_id = ? AND source_uid = ?")?;
            for uid in source_uids {
                copy.execute(params![folder, uid])?;
                delete.execute(params![folder, uid])?;
            }
            Ok(())
        })
    }
}

/// These are among the messages again.
pub(crate) fn claim(tx: &Connection, ids: &[i64]) -> Sql<()> {
    let mut delete = tx.prepare_cached("DELETE FROM orphan WHERE id = ?")?;
    ids.iter().try_for_each(|id| delete.execute([id]).map(drop))?;
    Ok(())
}

/// Puts these in the place of all that a folder has.
pub(crate) fn replace(tx: &Connection, folder: i64, orphans: &[LedgerMessage]) -> Sql<()> {
    tx.execute("DELETE FROM orphan WHERE folder_id = ?", [folder])?;
    let mut insert = tx.prepare_cached(
        "INSERT INTO orphan (folder_id, target_uid, size, digest, received, identity, flags)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )?;
    for LedgerMessage { target_uid, size, digest, received, identity, flags, .. } in orphans {
        insert.execute(params![folder, target_uid, size, digest, received, identity, flags])?;
    }
    Ok(())
}
