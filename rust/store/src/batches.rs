//! Batches: making, reading and changing them.

use jiff::Timestamp;
use model::name::name_key;
use model::{Batch, Error, ErrorKind, Result, UserRow, shown};
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};
use uuid::Uuid;

use crate::Store;
use crate::column::{Json, Millis, Word};
use crate::endpoints::endpoint_id;
use crate::enlist::{Enlisted, enlist, forget_copy};
use crate::fault::Sql;
use crate::mailboxes::Places;
use crate::twins::refuse_twins;

/// What to do with an address that another live batch has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adopt {
    /// Refuse the whole batch.
    Refuse,
    /// Move the user, with its history, into this batch.
    TakeOver,
}

/// The columns of [`read_batch`].
pub(crate) const SELECT_BATCH: &str = "SELECT b.*, s.name AS source, t.name AS target FROM batch b
    JOIN endpoint s ON s.id = b.source_id LEFT JOIN endpoint t ON t.id = b.target_id";

impl Store {
    /// Makes a batch with its users: all of it or nothing.
    pub fn insert_batch(&self, batch: &Batch, rows: &[UserRow], adopt: Adopt) -> Result<()> {
        self.write_wish(|tx| {
            let wish = tx
                .query_row("SELECT wish FROM batch WHERE name_key = ?", [batch.name.key()], |row| row.get(0))
                .optional()?;
            if let Some(Word(wish)) = wish {
                return Err(exists(batch, wish).into());
            }
            let id = insert(tx, batch)?;
            for row in rows {
                if enlist(self, tx, id, row, adopt, batch.created_at)? == Enlisted::AlreadyThere {
                    return Err(listed_twice(row, batch).into());
                }
            }
            refuse_twins(tx, id)
        })
    }

    /// Adds users to a batch and says how many were new; those that it has stay as they are (spec 1.7).
    pub fn add_users(&self, batch: Uuid, rows: &[UserRow], adopt: Adopt, now: Timestamp) -> Result<u32> {
        self.write_wish(|tx| {
            let id = live_batch_id(tx, batch)?;
            let mut added = 0;
            for row in rows {
                if enlist(self, tx, id, row, adopt, now)? != Enlisted::AlreadyThere {
                    added += 1;
                }
            }
            refuse_twins(tx, id)?;
            Ok(added)
        })
    }

    /// The batch of this name or guid.
    pub fn batch(&self, identity: &str) -> Result<Batch> {
        self.read(|tx| {
            let id = batch_id(tx, identity)?;
            tx.prepare_cached(&format!("{SELECT_BATCH} WHERE b.id = ?"))?
                .query_row([id], read_batch)
                .map_err(Into::into)
        })
    }

    /// Writes what can change of a batch: its options and its endpoints. Where an endpoint leads elsewhere than the one
    /// before, nothing that was copied counts any more.
    pub fn update_batch(&self, batch: &Batch) -> Result<()> {
        self.write_wish(|tx| {
            let id = live_batch_id(tx, batch.guid)?;
            let (source, target) = endpoint_ids(tx, batch)?;
            let before = Places::of(tx, id)?;
            tx.execute(
                "UPDATE batch SET source_id = :source, target_id = :target, options = :options,
                     incremental = :incremental, start_after = :start_after WHERE id = :id",
                named_params! {
                    ":source": source,
                    ":target": target,
                    ":options": Json(&batch.options),
                    ":incremental": batch.options.allow_incremental_syncs,
                    ":start_after": batch.options.start_after.map(Millis),
                    ":id": id,
                },
            )?;
            if !before.same_as(&Places::of(tx, id)?) {
                refuse_while_running(tx, id, batch)?;
                forget_copy(tx, "batch_id = ?", id)?;
            }
            refuse_twins(tx, id)?;
            reschedule(tx, id, batch.options.allow_incremental_syncs)
        })
    }
}

/// After `-AllowIncrementalSyncs` changed: synced users are due a day after their last pass, or never.
fn reschedule(tx: &Connection, batch: i64, incremental: bool) -> Sql<()> {
    let interval = Batch::SYNC_INTERVAL_SECONDS * 1000;
    if incremental {
        tx.execute(
            "UPDATE user SET due_at = synced_at + ?2 WHERE batch_id = ?1 AND synced_at IS NOT NULL AND due_at IS NULL
                 AND NOT (SELECT analyze FROM batch WHERE id = ?1)",
            [batch, interval],
        )?;
    } else {
        tx.execute(
            "UPDATE user SET due_at = NULL
             WHERE batch_id = ? AND seeded_at IS NOT NULL AND sync_wanted IS NULL AND due_at IS NOT NULL",
            [batch],
        )?;
    }
    Ok(())
}

/// A pass between the old places must not be written down as one between the new.
fn refuse_while_running(tx: &Connection, id: i64, batch: &Batch) -> Sql<()> {
    const RUNNING: &str =
        "SELECT EXISTS (SELECT 1 FROM tally WHERE batch_id = ? AND state >= 8 AND users > 0)";
    if tx.query_row(RUNNING, [id], |row| row.get(0))? {
        let message = format!("passes of the batch `{}` are running between its old endpoints", batch.name);
        let error = Error::new(ErrorKind::InvalidState, message).object(batch.name.as_str());
        return Err(error.remedy("stop it with Stop-MigrationBatch and wait until it is stopped").into());
    }
    Ok(())
}

fn insert(tx: &Connection, batch: &Batch) -> Sql<i64> {
    let (source, target) = endpoint_ids(tx, batch)?;
    tx.execute(
        "INSERT INTO batch (guid, name, name_key, wish, source_id, target_id, options, analyze, incremental,
                            start_after, submitted_by, created_at, started_at)
         VALUES (:guid, :name, :key, :wish, :source, :target, :options, :analyze, :incremental,
                 :start_after, :submitted_by, :created_at, :started_at)",
        named_params! {
            ":guid": batch.guid,
            ":name": batch.name.as_str(),
            ":key": batch.name.key(),
            ":wish": Word(batch.wish),
            ":source": source,
            ":target": target,
            ":options": Json(&batch.options),
            ":analyze": batch.options.analyze,
            ":incremental": batch.options.allow_incremental_syncs,
            ":start_after": batch.options.start_after.map(Millis),
            ":submitted_by": batch.submitted_by,
            ":created_at": Millis(batch.created_at),
            ":started_at": batch.started_at.map(Millis),
        },
    )?;
    Ok(tx.last_insert_rowid())
}

fn endpoint_ids(tx: &Connection, batch: &Batch) -> Sql<(i64, Option<i64>)> {
    let target = batch.target_endpoint.as_ref().map(|name| endpoint_id(tx, name.as_str())).transpose()?;
    Ok((endpoint_id(tx, batch.source_endpoint.as_str())?, target))
}

/// A batch from the columns of [`SELECT_BATCH`].
pub(crate) fn read_batch(row: &Row<'_>) -> rusqlite::Result<Batch> {
    Ok(Batch {
        guid: row.get("guid")?,
        name: row.get::<_, Word<_>>("name")?.0,
        wish: row.get::<_, Word<_>>("wish")?.0,
        source_endpoint: row.get::<_, Word<_>>("source")?.0,
        target_endpoint: row.get::<_, Option<Word<_>>>("target")?.map(|name| name.0),
        options: row.get::<_, Json<_>>("options")?.0,
        submitted_by: row.get("submitted_by")?,
        created_at: row.get::<_, Millis>("created_at")?.0,
        started_at: row.get::<_, Option<Millis>>("started_at")?.map(|at| at.0),
    })
}

/// The key of the batch of this name or guid.
pub(crate) fn batch_id(tx: &Connection, identity: &str) -> Sql<i64> {
    let id = tx
        .prepare_cached("SELECT id FROM batch WHERE name_key = ? OR guid = ?")?
        .query_row(params![name_key(identity), Uuid::parse_str(identity).ok()], |row| row.get(0))
        .optional()?;
    id.ok_or_else(|| not_found(identity).into())
}

/// The key of a batch that is not on its way out.
pub(crate) fn live_batch_id(tx: &Connection, guid: Uuid) -> Sql<i64> {
    let found = tx
        .prepare_cached("SELECT id, name, wish = 'remove' FROM batch WHERE guid = ?")?
        .query_row([guid], |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?)))
        .optional()?;
    match found {
        Some((id, _, false)) => Ok(id),
        Some((_, name, true)) => Err(being_removed(&name).into()),
        None => Err(not_found(&guid.to_string()).into()),
    }
}

fn not_found(identity: &str) -> Error {
    Error::new(ErrorKind::BatchNotFound, format!("there is no batch {}", shown(identity)))
        .object_given(identity)
        .remedy("see Get-MigrationBatch for the batches that there are")
}

fn being_removed(name: &str) -> Error {
    Error::new(ErrorKind::InvalidState, format!("the batch `{name}` is being removed"))
        .object(name)
        .remedy("wait until Get-MigrationBatch no longer shows it, then make a new one")
}

fn exists(batch: &Batch, wish: model::status::Wish) -> Error {
    let (fault, remedy) = match wish {
        model::status::Wish::Remove => (
            "a batch of that name is still being removed",
            "wait until Get-MigrationBatch no longer shows it",
        ),
        _ => ("there is already a batch of that name", "choose another name, or remove that batch first"),
    };
    Error::new(ErrorKind::BatchExists, format!("cannot make the batch `{}`: {fault}", batch.name))
        .object(batch.name.as_str())
        .remedy(remedy)
}

fn listed_twice(row: &UserRow, batch: &Batch) -> Error {
    let message = format!("line {} lists `{}` a second time", row.line, row.email_address);
    Error::new(ErrorKind::UserExists, message)
        .object(batch.name.as_str())
        .user(row.email_address.as_str())
        .remedy("leave one line for each mailbox")
}
