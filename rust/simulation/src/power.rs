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

/// Copies a store as the disk has it after a power cut. Tells how many frames of the log there were and how many are left.
pub(crate) fn cut(from: &Path, to: &Path, synced: u64, chance: &mut Chance) -> io::Result<(u64, u64)> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    let index = fs::read(from.join(format!("{DATABASE}-shm"))).unwrap_or_default();
    let number =
        |at: usize| index.get(at..at + 4).and_then(|octets| octets.try_into().ok()).map(u32::from_ne_bytes);
    let (frames, copied) = (u64::from(number(16).unwrap_or(0)), u64::from(number(96).unwrap_or(0)));
    let log = fs::read(to.join(format!("{DATABASE}-wal"))).unwrap_or_default();
    let page = log.get(8..12).and_then(|octets| octets.try_into().ok()).map_or(4096, u32::from_be_bytes);
    let frame = u64::from(page) + FRAME_HEAD;
    let left = chance.between(copied.max(synced).min(frames), frames);
    let torn = if left < frames && chance.one_in(2) { chance.between(0, frame - 1) } else { 0 };
    let _removed = fs::remove_file(to.join(format!("{DATABASE}-shm")));
    if !log.is_empty() {
        let file = fs::OpenOptions::new().write(true).open(to.join(format!("{DATABASE}-wal")))?;
        file.set_len(LOG_HEAD + left * frame + torn)?;
    }
    Ok((frames, left))
}
