//! A folder of a Maildir++ tree, and how a message gets into it.
//!
//! A message's file name is made from its source UID and UIDVALIDITY, so a message has one place, and writing it
//! again cannot double it. Files are written in `tmp`, flushed to disk and renamed, as Maildir has it. Bytes are
//! kept as they came, CRLF included; INTERNALDATE is the file's modification time, which Dovecot reads as such.

use std::collections::BTreeMap;
use std::fs::{self, File, FileTimes};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use model::{Result, UidValidity};

use super::fault::failed;
use super::letters::Letters;
use crate::base::digest::short;
use crate::base::message::Message;

/// One folder of a tree.
#[derive(Debug)]
pub(crate) struct MaildirFolder {
    path: PathBuf,
    letters: Letters,
}

/// A message being written; dropped before `finish`, it leaves nothing behind that a reader would see.
#[derive(Debug)]
pub(crate) struct Delivery {
    file: File,
    temporary: PathBuf,
    uid: u32,
    uid_validity: Option<UidValidity>,
    size: u64,
}

/// What a message in a folder is, by its file name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Delivered {
    /// The file, relative to the folder.
    pub(crate) path: PathBuf,
    /// Its size in bytes.
    pub(crate) size: u64,
}

impl MaildirFolder {
    /// Opens a folder that exists.
    pub(super) fn open(path: PathBuf) -> Result<Self> {
        let letters = Letters::read(&path)?;
        Ok(Self { path, letters })
    }

    /// The numbers that messages had on the source, as file names tell them.
    pub(crate) fn names(&self) -> Result<Vec<(u32, Option<UidValidity>)>> {
        let mut found = Vec::new();
        for part in ["cur", "new"] {
            let folder = self.path.join(part);
            for entry in fs::read_dir(&folder).map_err(|e| failed(&folder, "list", &e))? {
                let entry = entry.map_err(|e| failed(&folder, "list", &e))?;
                found.extend(parse_name(&entry.file_name().to_string_lossy()));
            }
        }
        Ok(found)
    }

    /// The messages that came from a source folder of this UIDVALIDITY, by source UID.
    pub(crate) fn delivered(&self, uid_validity: Option<UidValidity>) -> Result<BTreeMap<u32, Delivered>> {
        let mut found = BTreeMap::new();
        for part in ["cur", "new"] {
            let folder = self.path.join(part);
            for entry in fs::read_dir(&folder).map_err(|e| failed(&folder, "list", &e))? {
                let entry = entry.map_err(|e| failed(&folder, "list", &e))?;
                let name = entry.file_name().to_string_lossy().into_owned();
                if let Some((uid, validity)) = parse_name(&name)
                    && validity == uid_validity
                {
                    let size = entry.metadata().map_err(|e| failed(&entry.path(), "look at", &e))?.len();
                    found.insert(uid, Delivered { path: Path::new(part).join(name), size });
                }
            }
        }
        Ok(found)
    }

    /// The messages that came from a source folder of this UIDVALIDITY, read whole, in the order of source UIDs.
    pub(crate) fn messages(&self, uid_validity: Option<UidValidity>) -> Result<Vec<Message>> {
        let read = |(uid, delivered): (u32, Delivered)| {
            let path = self.path.join(&delivered.path);
            let mut hasher = blake3::Hasher::new();
            let file = File::open(&path).map_err(|e| failed(&path, "read", &e))?;
            hasher.update_reader(&file).map_err(|e| failed(&path, "read", &e))?;
            let modified = file.metadata().and_then(|metadata| metadata.modified());
            let modified = modified.map_err(|e| failed(&path, "look at", &e))?;
            let flags = self.letters.flags_of(&delivered.path.to_string_lossy());
            let digest = short(hasher.finalize().as_bytes());
            let (size, received) = (delivered.size, epoch_seconds(modified));
            Ok(Message { uid, size, bare_line_feeds: 0, digest, repaired: None, received, flags })
        };
        self.delivered(uid_validity)?.into_iter().map(read).collect()
    }

    /// Begins to write a message.
    pub(crate) fn begin(&self, uid: u32, uid_validity: Option<UidValidity>) -> Result<Delivery> {
        let temporary = self.path.join("tmp").join(base_name(uid, uid_validity));
        let file = File::create(&temporary).map_err(|e| failed(&temporary, "make", &e))?;
        Ok(Delivery { file, temporary, uid, uid_validity, size: 0 })
    }

    /// Puts a complete message in its place: on disk before it is seen. Returns the keywords that had no room.
    pub(crate) fn finish<'f>(
        &mut self,
        delivery: Delivery,
        received: Option<i64>,
        flags: impl IntoIterator<Item = &'f str>,
    ) -> Result<Vec<String>> {
        let (suffix, dropped) = self.letters.of(flags)?;
        let Delivery { file, temporary, uid, uid_validity, size } = delivery;
        if let Some(at) = received.and_then(system_time) {
            file.set_times(FileTimes::new().set_modified(at)).map_err(|e| failed(&temporary, "date", &e))?;
        }
        file.sync_all().map_err(|e| failed(&temporary, "write", &e))?;
        let place =
            self.path.join("cur").join(format!("{},S={size}:2,{suffix}", base_name(uid, uid_validity)));
        fs::rename(&temporary, &place).map_err(|e| failed(&place, "make", &e))?;
        Ok(dropped)
    }

    /// Makes the renames of finished messages durable.
    pub(crate) fn flush(&self) -> Result<()> {
        let path = self.path.join("cur");
        match File::open(&path).and_then(|folder| folder.sync_all()) {
            Ok(()) => Ok(()),
            // Windows has no way to flush a folder; NTFS journals the rename.
            Err(_) if cfg!(windows) => Ok(()),
            Err(e) => Err(failed(&path, "flush", &e)),
        }
    }

    /// Gives a message these flags.
    pub(crate) fn set_flags<'f>(
        &mut self,
        message: &Delivered,
        flags: impl IntoIterator<Item = &'f str>,
    ) -> Result<Vec<String>> {
        let (suffix, dropped) = self.letters.of(flags)?;
        let old = self.path.join(&message.path);
        let name = message.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let base = name.split(":2,").next().unwrap_or_default();
        let new = self.path.join("cur").join(format!("{base}:2,{suffix}"));
        fs::rename(&old, &new).map_err(|e| failed(&old, "rename", &e))?;
        Ok(dropped)
    }
}

impl Delivery {
    /// Adds bytes.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.size += u64::try_from(bytes.len()).unwrap_or(0);
        self.file.write_all(bytes).map_err(|e| failed(&self.temporary, "write", &e))
    }
}

/// Dovecot gives UIDs in the order of the leading numbers, so source order is kept.
fn base_name(uid: u32, uid_validity: Option<UidValidity>) -> String {
    let uid_validity = uid_validity.map_or(0, UidValidity::get);
    format!("{uid}.V{uid_validity}.imap-migration")
}

fn parse_name(name: &str) -> Option<(u32, Option<UidValidity>)> {
    let (uid, rest) = name.split_once(".V")?;
    let (validity, rest) = rest.split_once('.')?;
    rest.starts_with("imap-migration").then_some(())?;
    Some((uid.parse().ok()?, UidValidity::new(validity.parse().ok()?)))
}

/// Whether the name of a message's file says what it was made from, where this is one.
#[cfg(feature = "fuzzing")]
pub(crate) fn reads_its_own_names(name: &str) -> bool {
    parse_name(name)
        .is_none_or(|(uid, validity)| parse_name(&base_name(uid, validity)) == Some((uid, validity)))
}

fn epoch_seconds(time: SystemTime) -> Option<i64> {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_secs()).ok(),
        Err(before) => i64::try_from(before.duration().as_secs()).ok().map(|seconds| -seconds),
    }
}

fn system_time(epoch_seconds: i64) -> Option<SystemTime> {
    let distance = Duration::from_secs(epoch_seconds.unsigned_abs());
    if epoch_seconds < 0 {
        SystemTime::UNIX_EPOCH.checked_sub(distance)
    } else {
        SystemTime::UNIX_EPOCH.checked_add(distance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn validity(number: u64) -> Option<UidValidity> {
        UidValidity::new(number)
    }

    fn new_folder(path: &Path) -> MaildirFolder {
        ["tmp", "new", "cur"].iter().for_each(|part| fs::create_dir_all(path.join(part)).unwrap());
        MaildirFolder::open(path.to_owned()).unwrap()
    }

    fn deliver(folder: &mut MaildirFolder, uid: u32, body: &[u8], flags: &[&str]) -> Vec<String> {
        let mut delivery = folder.begin(uid, validity(7)).unwrap();
        delivery.write(body).unwrap();
        folder.finish(delivery, Some(1_000_000_000), flags.iter().copied()).unwrap()
    }

    #[test]
    fn a_message_has_one_place_and_writing_it_again_does_not_double_it() {
        let root = tempfile::tempdir().unwrap();
        let mut folder = new_folder(&root.path().join("ann"));
        deliver(&mut folder, 3, b"Subject: x\r\n\r\nbody", &["\\Seen"]);
        deliver(&mut folder, 3, b"Subject: x\r\n\r\nbody", &["\\Seen"]);
        let found = folder.delivered(validity(7)).unwrap();
        assert_eq!(found.len(), 1);
        let file = root.path().join("ann").join(&found[&3].path);
        assert_eq!(fs::read(&file).unwrap(), b"Subject: x\r\n\r\nbody");
        let modified = fs::metadata(&file).unwrap().modified().unwrap();
        assert_eq!(modified, SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000));
        assert!(folder.delivered(validity(8)).unwrap().is_empty());
    }

    #[test]
    fn a_message_begun_and_not_finished_is_not_seen() {
        let root = tempfile::tempdir().unwrap();
        let folder = new_folder(root.path());
        folder.begin(1, validity(7)).unwrap().write(b"half").unwrap();
        assert!(folder.delivered(validity(7)).unwrap().is_empty());
    }

    #[test]
    fn flags_become_letters_and_keywords_are_kept_until_their_letters_run_out() {
        let root = tempfile::tempdir().unwrap();
        let mut folder = new_folder(root.path());
        let keywords: Vec<String> = (0..27).map(|i| format!("k{i}")).collect();
        let flags: Vec<&str> =
            ["\\Seen", "\\Flagged"].into_iter().chain(keywords.iter().map(String::as_str)).collect();
        assert_eq!(deliver(&mut folder, 1, b"x", &flags), ["k26"]);
        let name = folder.delivered(validity(7)).unwrap()[&1].path.to_string_lossy().into_owned();
        assert!(name.ends_with(",S=1:2,FSabcdefghijklmnopqrstuvwxyz"), "{name}");
        let again = MaildirFolder::open(root.path().to_owned()).unwrap();
        assert_eq!(again.letters, folder.letters);
    }
}
