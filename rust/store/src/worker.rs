//! The worker of a store: who it is, whether it lives, and whether it is asked to end.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use model::Result;
use rusqlite::{Connection, named_params, params};

use crate::Store;
use crate::column::Millis;
use crate::fault::{Sql, unavailable};
use crate::in_place::FileId;
use crate::private::file_options;

/// A sign of life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heartbeat {
    /// The worker's process.
    pub process_id: u32,
    /// When it began.
    pub started_at: Timestamp,
    /// Its version.
    pub version: String,
    /// Users it is working on.
    pub active_users: u32,
}

/// What is known of the worker, living or dead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerRow {
    /// Its last sign of life; none if there never was a worker.
    pub heartbeat: Option<Heartbeat>,
    /// When that was.
    pub last_seen_at: Option<Timestamp>,
    /// Whether it is asked to end.
    pub stop_requested: bool,
    /// How often it was asked to try again what it waits for: by a start, or by other settings of an endpoint.
    pub nudges: u64,
}

/// The right to be the worker of a store. It ends with this value, or with the process.
#[derive(Debug)]
pub struct WorkerLock {
    _file: File,
    /// Which file is locked.
    pub(crate) id: FileId,
    /// Where the worker tells its troubles.
    pub(crate) state: File,
}

impl Store {
    /// Tries to become the worker. None: another process is it.
    pub fn try_worker_lock(&self) -> Result<Option<WorkerLock>> {
        let file = self.lock_file()?;
        match file.try_lock() {
            Ok(()) => self.locked(file).map(Some),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(self.cannot_lock(&error)),
        }
    }

    /// Whether a process holds the worker lock now. The question itself holds it for an instant: who tries to become
    /// the worker in that instant should try again.
    pub fn worker_is_running(&self) -> Result<bool> {
        match self.lock_file()?.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(self.cannot_lock(&error)),
        }
    }

    /// Where the worker writes its log; older files get a suffix.
    pub fn worker_log_path(&self) -> PathBuf {
        self.folder().join("worker.log")
    }

    /// Writes a sign of life.
    pub fn heartbeat(&self, heartbeat: &Heartbeat, now: Timestamp) -> Result<()> {
        self.write(|tx| beat(tx, heartbeat, now))
    }

    /// What is known of the worker.
    pub fn worker_row(&self) -> Result<WorkerRow> {
        self.read(|tx| {
            Ok(tx.prepare_cached("SELECT * FROM worker")?.query_row([], |row| {
                let time = |column: &str| row.get::<_, Option<Millis>>(column).map(|at| at.map(|at| at.0));
                let process_id: Option<u32> = row.get("process_id")?;
                let version: Option<String> = row.get("version")?;
                let active_users = row.get("active_users")?;
                let heartbeat = match (process_id, time("started_at")?, version) {
                    (Some(process_id), Some(started_at), Some(version)) => {
                        Some(Heartbeat { process_id, started_at, version, active_users })
                    }
                    _ => None,
                };
                Ok(WorkerRow {
                    heartbeat,
                    last_seen_at: time("last_seen_at")?,
                    stop_requested: row.get("stop_requested")?,
                    nudges: row.get("nudges")?,
                })
            })?)
        })
    }

    /// Asks the worker to end after checkpoints, or takes that back: a worker does so when it begins.
    pub fn request_worker_stop(&self, stop: bool) -> Result<()> {
        self.write_wish(|tx| {
            tx.execute("UPDATE worker SET stop_requested = ?", params![stop])?;
            Ok(())
        })
    }

    /// Whether the worker is asked to end.
    pub fn worker_stop_requested(&self) -> Result<bool> {
        Ok(self.worker_row()?.stop_requested)
    }

    /// The predecessor's troubles are over.
    fn locked(&self, file: File) -> Result<WorkerLock> {
        let state = self.file(&self.state_path())?;
        let id = FileId::of(&file.metadata().map_err(|error| self.cannot_lock(&error))?);
        let lock = WorkerLock { _file: file, id, state };
        lock.tell(None).map_err(|error| self.cannot_lock(&error))?;
        Ok(lock)
    }

    fn lock_file(&self) -> Result<File> {
        self.file(&self.lock_path())
    }

    pub(crate) fn lock_path(&self) -> PathBuf {
        self.folder().join("worker.lock")
    }

    pub(crate) fn state_path(&self) -> PathBuf {
        self.folder().join("worker.state")
    }

    fn file(&self, path: &Path) -> Result<File> {
        let file = file_options().create(true).truncate(false).write(true).open(path);
        file.map_err(|error| self.cannot_lock(&error))
    }

    fn cannot_lock(&self, error: &std::io::Error) -> model::Error {
        unavailable(self.folder(), &format!("does not let a worker lock it ({error})"))
    }
}

/// Asks the worker to try again what it waits for.
pub(crate) fn nudge(tx: &Connection) -> Sql<()> {
    tx.execute("UPDATE worker SET nudges = nudges + 1", [])?;
    Ok(())
}

/// Writes a sign of life beside what else is written.
pub(crate) fn beat(tx: &Connection, heartbeat: &Heartbeat, now: Timestamp) -> Sql<()> {
    tx.prepare_cached(
        "UPDATE worker SET process_id = :process_id, started_at = :started_at, version = :version,
             active_users = :active_users, last_seen_at = :now",
    )?
    .execute(named_params! {
        ":process_id": heartbeat.process_id,
        ":started_at": Millis(heartbeat.started_at),
        ":version": heartbeat.version,
        ":active_users": heartbeat.active_users,
        ":now": Millis(now),
    })?;
    Ok(())
}
