//! The disk, as a simulation has it: full at times.

use std::cell::Cell;

use rusqlite::ffi;

thread_local! {
    static IS_FULL: Cell<bool> = const { Cell::new(false) };
}

/// Lets every transaction of this thread that writes fail as on a full disk, until there is room again: it takes nothing but
/// its name from a world that has no disk of its own.
pub fn fill_disk(is_full: bool) {
    IS_FULL.set(is_full);
}

/// Whether there is room for a transaction.
pub(crate) fn room() -> rusqlite::Result<()> {
    let full = || rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_FULL), None);
    if IS_FULL.get() { Err(full()) } else { Ok(()) }
}
