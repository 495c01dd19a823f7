//! Whether a store is still the one at its path, or was removed or replaced by another one.

use std::fs::{self, Metadata};
use std::io::ErrorKind as Io;
use std::path::Path;

use crate::Store;
use crate::worker::WorkerLock;

/// Which file it is, whatever its name. Windows lets nobody remove or replace a file that is open, so there it is the one of
/// its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileId(#[cfg(unix)] (u64, u64));

impl FileId {
    #[cfg(unix)]
    pub(crate) fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self((metadata.dev(), metadata.ino()))
    }

    #[cfg(not(unix))]
    pub(crate) fn of(_: &Metadata) -> Self {
        Self()
    }

    /// Whether this is the file at a path. A disk that does not answer proves nothing.
    fn is_at(self, path: &Path) -> bool {
        match fs::metadata(path) {
            Ok(metadata) => Self::of(&metadata) == self,
            Err(error) => !matches!(error.kind(), Io::NotFound | Io::NotADirectory),
        }
    }
}

impl Store {
    /// Whether the database and the lock that are open are those at the store's path. Where not, nobody sees this worker, and
    /// another one may serve what is there now. It costs microseconds.
    pub fn is_in_place(&self, lock: &WorkerLock) -> bool {
        self.database().is_at(&self.database_path()) && lock.id.is_at(&self.lock_path())
    }
}
