//! What the ledger says of a user's copies as a whole. Nothing here writes.

use model::Result;
use rusqlite::{OptionalExtension, Row, params};

use crate::Store;
use crate::ledger::{LedgerFolder, LedgerMessage, read_folder, read_message};

impl Store {
    /// How many messages of a folder are known.
    pub fn ledger_count(&self, folder: i64) -> Result<u64> {
        self.read(|tx| {
            let mut count = tx.prepare_cached("SELECT count(*) FROM message WHERE folder_id = ?")?;
            Ok(count.query_row([folder], |row| row.get(0))?)
        })
    }

    /// How many bytes the messages of a user's ledger are.
    pub fn ledger_bytes(&self, user: i64) -> Result<u64> {
        self.read(|tx| {
            let mut sum = tx.prepare_cached(
                "SELECT ifnull(sum(size), 0) FROM folder JOIN message ON folder_id = folder.id WHERE user_id = ?",
            )?;
            Ok(sum.query_row([user], |row| row.get(0))?)
        })
    }

    /// Another folder of a user that has copies whose bytes were read, with the smallest of these; at most so many.
    pub fn copies_elsewhere(
        &self,
        user: i64,
        but: i64,
        most: u32,
    ) -> Result<Option<(LedgerFolder, Vec<LedgerMessage>)>> {
        self.read(|tx| {
            let mut select = tx.prepare_cached(
                "SELECT * FROM folder WHERE user_id = ? AND id <> ? AND target_uid_validity IS NOT NULL AND EXISTS
                   (SELECT 1 FROM message WHERE folder_id = folder.id AND target_uid IS NOT NULL AND digest IS NOT NULL)
                 ORDER BY id LIMIT 1",
            )?;
            let read = |row: &Row<'_>| Ok((row.get::<_, i64>("id")?, read_folder(row)?));
            let Some((id, folder)) = select.query_row([user, but], read).optional()? else { return Ok(None) };
            let mut select = tx.prepare_cached(
                "SELECT source_uid, target_uid, size, digest, received, identity, flags FROM message
                 WHERE folder_id = ? AND target_uid IS NOT NULL AND digest IS NOT NULL ORDER BY size LIMIT ?",
            )?;
            let copies = select.query_map(params![id, most], read_message)?;
            Ok(Some((folder, copies.collect::<Result<_, _>>()?)))
        })
    }

    /// How many messages of a user have no copy any more, for each folder that has any.
    pub fn missing_copies(&self, user: i64) -> Result<Vec<(i64, u64)>> {
        self.read(|tx| {
            let mut select = tx.prepare_cached(
                "SELECT folder_id, count(*) FROM folder JOIN message ON folder_id = folder.id
                 WHERE user_id = ? AND target_uid IS NULL GROUP BY folder_id",
            )?;
            let folders = select.query_map([user], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(folders.collect::<Result<_, _>>()?)
        })
    }
}
