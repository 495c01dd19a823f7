//! What can fail inside a statement, and the error that it becomes outside.

use std::path::Path;

use model::{Error, ErrorKind};
use rusqlite::ErrorCode;
use rusqlite::ffi::SQLITE_IOERR_SHMSIZE;

use crate::Store;

/// A failure of SQLite, or one that we found ourselves.
#[derive(Debug)]
pub(crate) enum Fault {
    Sql(rusqlite::Error),
    Model(Error),
}

/// The result of everything that runs inside a transaction.
pub(crate) type Sql<T> = std::result::Result<T, Fault>;

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Model(error)
    }
}

impl Fault {
    /// The error for the caller; what SQLite says gets the store's path and a remedy.
    pub(crate) fn into_error(self, store: &Path) -> Error {
        match self {
            Self::Model(error) => error,
            Self::Sql(error) => explain(&error, store),
        }
    }
}

fn explain(error: &rusqlite::Error, store: &Path) -> Error {
    use rusqlite::Error as Sqlite;
    match error {
        Sqlite::FromSqlConversionFailure(..)
        | Sqlite::InvalidColumnType(..)
        | Sqlite::IntegralValueOutOfRange(..) => {
            corrupted(store, &format!("holds a value that makes no sense ({error})"))
        }
        _ => match error.sqlite_error_code() {
            Some(
                ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed,
            ) => named(
                ErrorKind::StoreLocked,
                store,
                "is held by another process for too long",
                "find the process that holds it, or try again",
            ),
            Some(ErrorCode::DiskFull) => full(store),
            // The file that readers and writers share is made anew with its room, whenever the store is opened.
            Some(ErrorCode::SystemIoFailure) if extended(error) == Some(SQLITE_IOERR_SHMSIZE) => full(store),
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                corrupted(store, &format!("is damaged ({error})"))
            }
            Some(
                ErrorCode::CannotOpen
                | ErrorCode::ReadOnly
                | ErrorCode::PermissionDenied
                | ErrorCode::OutOfMemory
                | ErrorCode::SystemIoFailure,
            ) => unavailable(store, &format!("cannot be read and written ({error})")),
            _ => Error::internal(format!("the store `{}` failed: {error}", store.display())),
        },
    }
}

impl Store {
    /// Whether an error is about this store as a whole, and so about nobody's mail.
    pub fn is_to_blame_for(&self, error: &Error) -> bool {
        use ErrorKind::{DiskFull, StoreCorrupted, StoreLocked, StoreUnavailable};
        matches!(error.kind, DiskFull | StoreCorrupted | StoreLocked | StoreUnavailable)
            && error.object.as_deref() == Some(&self.folder().display().to_string())
    }
}

fn extended(error: &rusqlite::Error) -> Option<i32> {
    error.sqlite_error().map(|error| error.extended_code)
}

fn full(store: &Path) -> Error {
    named(ErrorKind::DiskFull, store, "has no room left on its disk", "free some space, then try again")
}

/// The store cannot be opened, made or written.
pub(crate) fn unavailable(store: &Path, fault: &str) -> Error {
    named(
        ErrorKind::StoreUnavailable,
        store,
        fault,
        "check that the folder exists, lies on a local disk, and may be written by this account; or name another store",
    )
}

/// The store cannot be understood.
pub(crate) fn corrupted(store: &Path, fault: &str) -> Error {
    named(
        ErrorKind::StoreCorrupted,
        store,
        fault,
        "bring the folder back from a backup, or name another store",
    )
}

fn named(kind: ErrorKind, store: &Path, fault: &str, remedy: &str) -> Error {
    let path = store.display().to_string();
    Error::new(kind, format!("the store `{path}` {fault}")).object(path).remedy(remedy)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;
    use rusqlite::Connection;

    use super::*;
    use crate::Heartbeat;

    fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::TempDir::new().unwrap();
        let store = Store::open(folder.path()).unwrap();
        (folder, store)
    }

    fn assert_names(error: &Error, kind: ErrorKind, store: &Store) {
        assert_eq!(error.kind, kind, "{error}");
        assert!(error.message.contains(store.folder().to_str().unwrap()), "{error}");
        assert!(store.is_to_blame_for(error), "{error}");
        assert!(error.remedy.is_some());
    }

    #[test]
    fn a_store_that_another_process_holds_is_locked_for_writers_and_open_to_readers() {
        let (folder, store) = store();
        let other = Connection::open(folder.path().join("migration.db")).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        store.connection().busy_timeout(Duration::ZERO).unwrap();

        let error = store.request_worker_stop(true).unwrap_err();
        assert_names(&error, ErrorKind::StoreLocked, &store);
        assert!(error.retryable);
        assert!(!store.worker_stop_requested().unwrap());
        other.execute_batch("COMMIT").unwrap();
        store.request_worker_stop(true).unwrap();
    }

    #[test]
    fn a_disk_that_is_full_when_the_store_is_opened_is_named() {
        let error = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(SQLITE_IOERR_SHMSIZE), None);
        assert_eq!(explain(&error, Path::new("store")).kind, ErrorKind::DiskFull);
    }

    #[test]
    fn a_full_disk_is_named_and_takes_nothing_away() {
        let (_folder, store) = store();
        let pages: u32 = store.connection().pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        store.connection().pragma_update(None, "max_page_count", pages).unwrap();
        let heartbeat = Heartbeat {
            process_id: 1,
            started_at: Timestamp::UNIX_EPOCH,
            version: "x".repeat(100_000),
            active_users: 0,
        };
        let error = store.heartbeat(&heartbeat, Timestamp::UNIX_EPOCH).unwrap_err();
        assert_names(&error, ErrorKind::DiskFull, &store);
        assert_eq!(store.worker_row().unwrap().heartbeat, None);
    }

    #[test]
    fn a_value_that_makes_no_sense_is_corruption() {
        let (_folder, store) = store();
        store.connection().execute_batch("UPDATE worker SET process_id = -1").unwrap();
        assert_names(&store.worker_row().unwrap_err(), ErrorKind::StoreCorrupted, &store);
    }
}
