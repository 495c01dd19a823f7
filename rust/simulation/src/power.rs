//! A power cut, as a disk sees it: of the write-ahead log only what was synced is sure to be there, and the rest ends
//! anywhere. SQLite syncs the log when it copies it into the database (`synchronous = NORMAL`), so what was not copied
//! may be lost, last things first.

use std::fs;
use std::io;
use std::path::Path;

use crate::chance::Chance;

/// The name of the store's database.
pub(crate) const DATABASE: &str = "migration.db";

/// The head of a write-ahead log, and of each frame in it (SQLite's file format, section 4).
const LOG_HEAD: u64 = 32;
const FRAME_HEAD: u64 = 24;

/// How far the write-ahead log goes. It begins anew now and then, with another salt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Log {
    frames: u32,
    copied: u32,
    salt: (u32, u32),
}

impl Log {
    /// What the log's index says (SQLite's file format, section 4.6; `walformat.html` 2.1).
    pub(crate) fn read(folder: &Path) -> Self {
        let index = fs::read(folder.join(format!("{DATABASE}-shm"))).unwrap_or_default();
        let octets = |at: usize| index.get(at..at + 4).and_then(|octets| octets.try_into().ok());
        let number = |at: usize| octets(at).map_or(0, u32::from_ne_bytes);
        Self { frames: number(16), copied: number(96), salt: (number(32), number(36)) }
    }

    /// How many frames are sure to be on the disk if the log was like this when it was last synced.
    fn sure(self, synced: Self) -> u32 {
        let synced = if synced.salt == self.salt { synced.frames } else { 0 };
        self.copied.max(synced).min(self.frames)
    }
}

/// Copies a store as the disk has it after a power cut. Tells what of the log was there, was sure, and is left.
pub(crate) fn cut(from: &Path, to: &Path, synced: Log, chance: &mut Chance) -> io::Result<String> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    let index = Log::read(from);
    let log = to.join(format!("{DATABASE}-wal"));
    let head = fs::read(&log).unwrap_or_default();
    let page = head.get(8..12).and_then(|octets| octets.try_into().ok()).map_or(4096, u32::from_be_bytes);
    let frame = u64::from(page) + FRAME_HEAD;
    let (frames, sure) = (u64::from(index.frames), u64::from(index.sure(synced)));
    let left = chance.between(sure, frames);
    let torn = if left < frames && chance.one_in(2) { chance.between(0, frame - 1) } else { 0 };
    let _removed = fs::remove_file(to.join(format!("{DATABASE}-shm")));
    if !head.is_empty() {
        fs::OpenOptions::new().write(true).open(log)?.set_len(LOG_HEAD + left * frame + torn)?;
    }
    Ok(format!("the log had {frames} frames, {sure} were sure, {left} are left"))
}
