//! Whether anything has changed since one last looked: what makes polling cheap.

use std::sync::atomic::Ordering;

use model::Result;
use rusqlite::Connection;

use crate::Store;
use crate::fault::Sql;

/// A mark to compare with a later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changes {
    others: i64,
    wishes: u64,
}

impl Store {
    /// A mark that differs from an earlier one if another connection wrote anything, or this one a wish. It costs
    /// microseconds; what this connection writes while it works does not count.
    pub fn changes(&self) -> Result<Changes> {
        let connection = self.connection();
        // Prepared once: it is asked a hundred times a second.
        let asked = connection.prepare_cached("PRAGMA data_version");
        let others = asked.and_then(|mut ask| ask.query_row([], |row| row.get(0)));
        let others = others.map_err(|error| self.error(error.into()))?;
        Ok(Changes { others, wishes: self.wishes().load(Ordering::Acquire) })
    }

    /// Writes a wish: a change that a worker of this process must learn of, too.
    pub(crate) fn write_wish<T>(&self, work: impl FnOnce(&Connection) -> Sql<T>) -> Result<T> {
        let answer = self.write(work);
        self.wishes().fetch_add(1, Ordering::Release);
        answer
    }
}
