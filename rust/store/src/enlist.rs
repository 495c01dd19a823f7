//! Putting users into batches: new ones, and those that another batch has.

use jiff::Timestamp;
use model::name::name_key;
use model::{Error, ErrorKind, UserRow};
use rusqlite::{Connection, OptionalExtension, named_params, params};
use uuid::Uuid;

use crate::Store;
use crate::batches::Adopt;
use crate::column::Millis;
use crate::fault::Sql;
use crate::mailboxes::Mailboxes;
use crate::secrets::Column;

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Enlisted {
    /// A new user.
    Added,
    /// A user of another batch, with its history.
    TakenOver,
    /// The batch has the user already.
    AlreadyThere,
}

/// A user of the same address in a live batch of the same kind: analyses and real batches do not meet.
struct Holder {
    user: i64,
    guid: Uuid,
    batch: i64,
    batch_name: String,
    leased: bool,
}

/// Puts one row into a batch.
pub(crate) fn enlist(
    store: &Store,
    tx: &Connection,
    batch: i64,
    row: &UserRow,
    adopt: Adopt,
    now: Timestamp,
) -> Sql<Enlisted> {
    match holder(tx, batch, row)? {
        None => insert(store, tx, batch, row, now).map(|()| Enlisted::Added),
        Some(holder) if holder.batch == batch => Ok(Enlisted::AlreadyThere),
        Some(holder) if adopt == Adopt::Refuse => Err(taken(row, &holder.batch_name).into()),
        Some(holder) if holder.leased => Err(busy(row, &holder.batch_name).into()),
        Some(holder) => take_over(store, tx, batch, row, &holder, now).map(|()| Enlisted::TakenOver),
    }
}

fn holder(tx: &Connection, batch: i64, row: &UserRow) -> Sql<Option<Holder>> {
    let mut select = tx.prepare_cached(
        "SELECT u.id, u.guid, b.id, b.name, u.lease_owner IS NOT NULL FROM user u JOIN batch b ON b.id = u.batch_id
         WHERE u.address_key = ?1 AND b.wish <> 'remove' AND b.analyze = (SELECT analyze FROM batch WHERE id = ?2)",
    )?;
    let holder = select.query_row(params![name_key(&row.email_address), batch], |row| {
        Ok(Holder {
            user: row.get(0)?,
            guid: row.get(1)?,
            batch: row.get(2)?,
            batch_name: row.get(3)?,
            leased: row.get(4)?,
        })
    });
    Ok(holder.optional()?)
}

fn insert(store: &Store, tx: &Connection, batch: i64, row: &UserRow, now: Timestamp) -> Sql<()> {
    let guid = Uuid::new_v4();
    let (user_key, target_key) = row.mailbox_keys();
    tx.prepare_cached(
        "INSERT INTO user (guid, batch_id, line, address, address_key, user_name, user_key, password, user_root,
                           target_user_name, target_key, target_password, due_at, updated_at)
         VALUES (:guid, :batch, :line, :address, :key, :user_name, :user_key, :password, :user_root,
                 :target_user_name, :target_key, :target_password, 0, :now)",
    )?
    .execute(named_params! {
        ":guid": guid,
        ":batch": batch,
        ":line": row.line,
        ":address": row.email_address,
        ":key": name_key(&row.email_address),
        ":user_name": row.user_name,
        ":user_key": user_key,
        ":password": store.seal(Column::User, guid, &row.password)?,
        ":user_root": row.user_root,
        ":target_user_name": row.target_user_name,
        ":target_key": target_key,
        ":target_password": store.seal(Column::UserOnTarget, guid, &row.target_password)?,
        ":now": Millis(now),
    })?;
    Ok(())
}

/// Moves a user into a batch. Its history and its ledger come along unless it is between other mailboxes from now on.
fn take_over(
    store: &Store,
    tx: &Connection,
    batch: i64,
    row: &UserRow,
    holder: &Holder,
    now: Timestamp,
) -> Sql<()> {
    let before = Mailboxes::of(tx, holder.user)?;
    let (user_key, target_key) = row.mailbox_keys();
    tx.prepare_cached(
        "UPDATE user SET batch_id = :batch, line = :line, user_name = :user_name, user_key = :user_key,
             password = :password, user_root = :user_root, target_user_name = :target_user_name,
             target_key = :target_key, target_password = :target_password,
             due_at = 0, attempts = 0, failed = 0, updated_at = :now
         WHERE id = :id",
    )?
    .execute(named_params! {
        ":batch": batch,
        ":line": row.line,
        ":user_name": row.user_name,
        ":user_key": user_key,
        ":password": store.seal(Column::User, holder.guid, &row.password)?,
        ":user_root": row.user_root,
        ":target_user_name": row.target_user_name,
        ":target_key": target_key,
        ":target_password": store.seal(Column::UserOnTarget, holder.guid, &row.target_password)?,
        ":now": Millis(now),
        ":id": holder.user,
    })?;
    if !before.same_as(&Mailboxes::of(tx, holder.user)?) {
        forget_copy(tx, "id = ?", holder.user)?;
    }
    Ok(())
}

/// Makes users as if no pass had run. Their ledgers are cut off here, which is quick, and purged in time.
pub(crate) fn forget_copy(tx: &Connection, condition: &str, value: i64) -> Sql<()> {
    tx.execute(
        &format!("UPDATE folder SET user_id = NULL WHERE user_id IN (SELECT id FROM user WHERE {condition})"),
        [value],
    )?;
    tx.execute(
        &format!("DELETE FROM skipped WHERE user_id IN (SELECT id FROM user WHERE {condition})"),
        [value],
    )?;
    tx.execute(
        &format!(
            "UPDATE user SET due_at = 0, attempts = 0, failed = 0, sync_wanted = NULL, restore_wanted = NULL, seeded_at = NULL,
                 synced_at = NULL, failed_at = NULL, error = NULL, score = 0, source_items = 0, source_bytes = 0,
                 synced_items = 0, transferred_items = 0, transferred_bytes = 0, skipped_items = 0
             WHERE {condition}"
        ),
        [value],
    )?;
    Ok(())
}

fn taken(row: &UserRow, batch: &str) -> Error {
    let message = format!(
        "line {}: `{}` is already being migrated by the batch `{batch}`",
        row.line, row.email_address
    );
    Error::new(ErrorKind::UserExists, message)
        .object(batch)
        .user(row.email_address.as_str())
        .remedy("remove the line, remove that batch, or take its users over with -AdoptPreexisting")
}

fn busy(row: &UserRow, batch: &str) -> Error {
    let message =
        format!("line {}: a pass of `{}` in the batch `{batch}` is running", row.line, row.email_address);
    Error::new(ErrorKind::InvalidState, message)
        .object(batch)
        .user(row.email_address.as_str())
        .remedy("stop that batch with Stop-MigrationBatch and wait until it is stopped, then try again")
}
