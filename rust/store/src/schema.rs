//! The tables, and the steps from one version of them to the next.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::fault::{Sql, corrupted};

/// Each step leads from the version of its index to the next, in one transaction. Published steps never change.
const STEPS: &[&str] = &[include_str!("schema.sql")];

/// The version that this program makes and reads.
pub(crate) fn newest() -> u32 {
    u32::try_from(STEPS.len()).unwrap_or(u32::MAX)
}

/// The version of an open database.
pub(crate) fn version(connection: &Connection) -> Sql<u32> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// Brings a database up to the newest version.
pub(crate) fn migrate(connection: &mut Connection, store: &Path) -> Sql<()> {
    while version(connection)? != newest() {
        step(connection, store)?;
    }
    Ok(())
}

/// One step. The version is read again inside the transaction: another process may have been faster.
fn step(connection: &mut Connection, store: &Path) -> Sql<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let from = version(&transaction)?;
    if from > newest() {
        let fault = format!("was made by a newer version (tables {from}, this program knows {})", newest());
        return Err(corrupted(store, &fault)
            .remedy("use the newer version of ImapMigration, or name another store")
            .into());
    }
    if let Some(sql) = usize::try_from(from).ok().and_then(|from| STEPS.get(from)) {
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "user_version", from + 1)?;
    }
    Ok(transaction.commit()?)
}
