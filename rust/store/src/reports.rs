//! Reports: what happened, line by line, and what was left behind. Written once, read back as they are.

use std::collections::BTreeSet;

use model::{ReportEntry, Result, SkippedItem, SkippedKind};
use rusqlite::{Connection, named_params, params};
use uuid::Uuid;

use crate::Store;
use crate::batches::batch_id;
use crate::column::{Json, Millis, Word};
use crate::fault::Sql;

/// Whose report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportOf {
    /// A user's, by its key.
    User(i64),
    /// A batch's.
    Batch(Uuid),
    /// That of the batch of the user with this key.
    BatchOf(i64),
}

/// A batch's report holds no more lines: with thousands of users, the old ones go.
const MOST_BATCH_LINES: i64 = 1_000;
/// Nor does a user's: a server that is away for weeks is a line every few minutes.
const MOST_USER_LINES: i64 = 10_000;

impl Store {
    /// Adds lines to a report: the last thousand lines of a batch's are kept, the last ten thousand of a user's.
    pub fn add_report(&self, of: ReportOf, entries: &[ReportEntry]) -> Result<()> {
        let lines: Vec<_> = entries.iter().map(|entry| (of, entry.clone())).collect();
        self.add_reports(&lines)
    }

    /// Adds lines to several reports, all of them or none.
    pub fn add_reports(&self, lines: &[(ReportOf, ReportEntry)]) -> Result<()> {
        self.write(|tx| add_lines(tx, lines))
    }

    /// The lines of a report, oldest first.
    pub fn report(&self, of: ReportOf) -> Result<Vec<ReportEntry>> {
        self.read(|tx| {
            let (column, id) = owner(tx, of)?;
            let mut select =
                tx.prepare_cached(&format!("SELECT at, text FROM report WHERE {column} = ? ORDER BY id"))?;
            let entries = select.query_map([id], |row| {
                Ok(ReportEntry { at: row.get::<_, Millis>(0)?.0, text: row.get(1)? })
            })?;
            Ok(entries.collect::<Result<_, _>>()?)
        })
    }

    /// Adds what a user's pass left behind. What is known of the same message is replaced; a folder as a whole has an
    /// entry for each kind.
    pub fn add_skipped(&self, user: i64, items: &[SkippedItem]) -> Result<()> {
        self.write(|tx| {
            let mut forget = tx.prepare_cached(
                "DELETE FROM skipped
                 WHERE user_id = :user AND folder_name = :folder AND uid = :uid AND uid <> 0 AND kind <> :kind",
            )?;
            let mut upsert = tx.prepare_cached(
                "INSERT INTO skipped (user_id, folder_name, uid, kind, item)
                 VALUES (:user, :folder, :uid, :kind, :item)
                 ON CONFLICT (user_id, folder_name, uid, kind) DO UPDATE SET item = excluded.item",
            )?;
            for item in items {
                let (folder, uid, kind) = (&item.folder_name, item.uid.unwrap_or(0), Word(item.kind));
                forget.execute(
                    named_params! { ":user": user, ":folder": folder, ":uid": uid, ":kind": kind },
                )?;
                upsert.execute(named_params! {
                    ":user": user,
                    ":folder": folder,
                    ":uid": uid,
                    ":kind": kind,
                    ":item": Json(item),
                })?;
            }
            Ok(())
        })
    }

    /// Strikes a message, or without UID the folder as a whole, from what was left behind: a later pass copied it. That
    /// it was repaired stays true.
    pub fn clear_skipped(&self, user: i64, folder_name: &str, uid: Option<u32>) -> Result<()> {
        self.write(|tx| {
            tx.prepare_cached(
                "DELETE FROM skipped WHERE user_id = ? AND folder_name = ? AND uid = ? AND kind <> ?",
            )?
            .execute(params![
                user,
                folder_name,
                uid.unwrap_or(0),
                Word(SkippedKind::MessageRepaired)
            ])?;
            Ok(())
        })
    }

    /// Strikes from what was left behind that a folder as a whole was. Flags, dates and bytes that its copies lack they still
    /// lack.
    pub fn clear_left_out(&self, user: i64, folder_name: &str) -> Result<()> {
        self.write(|tx| {
            tx.prepare_cached(
                "DELETE FROM skipped WHERE user_id = ? AND folder_name = ? AND uid = 0 AND kind NOT IN (?, ?, ?, ?)",
            )?
            .execute(params![
                user,
                folder_name,
                Word(SkippedKind::FlagDropped),
                Word(SkippedKind::DateChanged),
                Word(SkippedKind::ContentChanged),
                Word(SkippedKind::MessageDoubled)
            ])?;
            Ok(())
        })
    }

    /// Gives what was left behind of a folder the folder's new name.
    pub fn rename_skipped(&self, user: i64, before: &str, now: &str) -> Result<()> {
        self.write(|tx| {
            tx.prepare_cached(
                "UPDATE OR REPLACE skipped SET folder_name = :now, item = json_set(item, '$.folder_name', :now)
                 WHERE user_id = :user AND folder_name = :before",
            )?
            .execute(named_params! { ":user": user, ":before": before, ":now": now })?;
            Ok(())
        })
    }

    /// What was left behind, in the order in which it was found; at most that many.
    pub fn skipped_items(&self, user: i64, limit: Option<u32>) -> Result<Vec<SkippedItem>> {
        self.read(|tx| {
            let limit = limit.map_or(-1, i64::from);
            let mut select =
                tx.prepare_cached("SELECT item FROM skipped WHERE user_id = ? ORDER BY id LIMIT ?")?;
            let items = select.query_map([user, limit], |row| Ok(row.get::<_, Json<_>>(0)?.0))?;
            Ok(items.collect::<Result<_, _>>()?)
        })
    }
}

/// Adds lines to reports, and drops the oldest where they are too many.
pub(crate) fn add_lines(tx: &Connection, lines: &[(ReportOf, ReportEntry)]) -> Sql<()> {
    let mut owners = BTreeSet::new();
    for (of, entry) in lines {
        let (column, id) = owner(tx, *of)?;
        tx.prepare_cached(&format!("INSERT INTO report ({column}, at, text) VALUES (?, ?, ?)"))?
            .execute(params![id, Millis(entry.at), entry.text])?;
        owners.insert((column, id));
    }
    owners.into_iter().try_for_each(|(column, id)| shorten(tx, column, id))
}

/// The column and the key of whose report it is.
fn owner(tx: &Connection, of: ReportOf) -> Sql<(&'static str, i64)> {
    Ok(match of {
        ReportOf::User(user) => ("user_id", user),
        ReportOf::Batch(guid) => ("batch_id", batch_id(tx, &guid.to_string())?),
        ReportOf::BatchOf(user) => {
            let batch = tx
                .prepare_cached("SELECT batch_id FROM user WHERE id = ?")?
                .query_row([user], |row| row.get(0))?;
            ("batch_id", batch)
        }
    })
}

/// Drops the oldest lines of a report that has too many.
fn shorten(tx: &Connection, column: &str, id: i64) -> Sql<()> {
    let most = if column == "batch_id" { MOST_BATCH_LINES } else { MOST_USER_LINES };
    let sql = format!(
        "DELETE FROM report WHERE {column} = ?1
             AND id <= (SELECT id FROM report WHERE {column} = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)"
    );
    tx.prepare_cached(&sql)?.execute(params![id, most])?;
    Ok(())
}
