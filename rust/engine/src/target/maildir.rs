//! A Maildir++ tree as a target: one a user, below the endpoint's folder.
//!
//! A message's file name is made from its source UID and UIDVALIDITY, so a message has one place, and writing it
//! again cannot double it. Files are written in `tmp`, flushed to disk and renamed, as Maildir has it. Bytes are
//! kept as they came, CRLF included; INTERNALDATE is the file's modification time, which Dovecot reads as such.

use std::collections::BTreeMap;
use std::fs::{self, File, FileTimes, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use model::plan::Flags;
use model::{Error, ErrorKind, Result, UidValidity};

use crate::base::digest::short;
use crate::base::flags::sorted;
use crate::base::message::Message;

/// Maildir++ separates folder levels so.
pub(crate) const DELIMITER: char = '.';
/// Dovecot keeps keywords as the letters `a` to `z`.
const MOST_KEYWORDS: usize = 26;
/// The system flags and their letters, in the order of the letters.
const SYSTEM_FLAGS: [(&str, char); 5] =
    [("\\Draft", 'D'), ("\\Flagged", 'F'), ("\\Answered", 'R'), ("\\Seen", 'S'), ("\\Deleted", 'T')];

/// One user's tree.
#[derive(Debug)]
pub(crate) struct MaildirTree {
    root: PathBuf,
}

/// One folder of a tree.
#[derive(Debug)]
pub(crate) struct MaildirFolder {
    path: PathBuf,
    keywords: Vec<String>,
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

fn failed(path: &Path, action: &str, e: &io::Error) -> Error {
    let kind = match e.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ErrorKind::QuotaExceeded,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => ErrorKind::PermissionDenied,
        io::ErrorKind::InvalidFilename => ErrorKind::FolderNameInvalid,
        _ => ErrorKind::ServerRefused,
    };
    Error::new(kind, format!("cannot {action} `{}`", path.display()))
        .server(e.to_string())
        .object(path.display().to_string())
        .remedy("make room, or give the account that runs the worker the right to write there")
}

impl MaildirTree {
    /// Opens a user's tree, making its INBOX if need be.
    pub(crate) fn open(root: PathBuf) -> Result<Self> {
        let tree = Self { root };
        tree.make(&tree.root)?;
        Ok(tree)
    }

    /// The folders there are, by their name on disk; INBOX is the tree itself.
    pub(crate) fn folders(&self) -> Result<Vec<String>> {
        let mut names = vec!["INBOX".to_owned()];
        let entries = fs::read_dir(&self.root).map_err(|e| failed(&self.root, "list", &e))?;
        for entry in entries {
            let entry = entry.map_err(|e| failed(&self.root, "list", &e))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if let Some(folder) = name.strip_prefix(DELIMITER)
                && entry.path().join("cur").is_dir()
            {
                names.push(folder.to_owned());
            }
        }
        names.sort();
        Ok(names)
    }

    /// Makes a folder, named in modified UTF-7 with `.` between levels.
    pub(crate) fn create(&self, name: &str) -> Result<()> {
        let path = self.path_of(name);
        self.make(&path)?;
        let marker = path.join("maildirfolder");
        if path != self.root && !marker.exists() {
            File::create(&marker).map_err(|e| failed(&marker, "make", &e))?;
        }
        Ok(())
    }

    /// Opens a folder that exists.
    pub(crate) fn folder(&self, name: &str) -> Result<MaildirFolder> {
        let path = self.path_of(name);
        let keywords = read_keywords(&path.join("dovecot-keywords"))?;
        Ok(MaildirFolder { path, keywords })
    }

    /// Subscribes to a folder.
    pub(crate) fn subscribe(&self, name: &str) -> Result<()> {
        let path = self.root.join("subscriptions");
        let known = match fs::read_to_string(&path) {
            Ok(text) => text.lines().any(|line| line == name),
            Err(e) if e.kind() == io::ErrorKind::NotFound => false,
            Err(e) => return Err(failed(&path, "read", &e)),
        };
        if known {
            return Ok(());
        }
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(|e| failed(&path, "open", &e))?;
        writeln!(file, "{name}").map_err(|e| failed(&path, "write", &e))
    }

    fn path_of(&self, name: &str) -> PathBuf {
        if name.eq_ignore_ascii_case("INBOX") {
            self.root.clone()
        } else {
            self.root.join(format!("{DELIMITER}{name}"))
        }
    }

    fn make(&self, path: &Path) -> Result<()> {
        for part in ["tmp", "new", "cur"] {
            let path = path.join(part);
            fs::create_dir_all(&path).map_err(|e| failed(&path, "make", &e))?;
        }
        Ok(())
    }
}

impl MaildirFolder {
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
            let flags = self.flags_of(&delivered.path.to_string_lossy());
            let digest = short(hasher.finalize().as_bytes());
            let (size, received) = (delivered.size, epoch_seconds(modified));
            Ok(Message { uid, size, digest, repaired: None, received, flags })
        };
        self.delivered(uid_validity)?.into_iter().map(read).collect()
    }

    /// The flags that the letters of a file name stand for, as verification compares them.
    fn flags_of(&self, name: &str) -> Vec<String> {
        let letters = name.rsplit_once(":2,").map(|(_, letters)| letters).unwrap_or_default();
        let word = |letter: char| {
            let system =
                SYSTEM_FLAGS.iter().find(|(_, known)| *known == letter).map(|(name, _)| (*name).to_owned());
            let index =
                u32::from(letter).checked_sub(u32::from('a')).and_then(|index| usize::try_from(index).ok());
            system.or_else(|| self.keywords.get(index?).cloned())
        };
        let words: Vec<String> = letters.chars().filter_map(word).collect();
        sorted(&Flags::parse(&words.join(" ")))
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
        let (suffix, dropped) = self.suffix(flags)?;
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
        let (suffix, dropped) = self.suffix(flags)?;
        let old = self.path.join(&message.path);
        let name = message.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let base = name.split(":2,").next().unwrap_or_default();
        let new = self.path.join("cur").join(format!("{base}:2,{suffix}"));
        fs::rename(&old, &new).map_err(|e| failed(&old, "rename", &e))?;
        Ok(dropped)
    }

    /// The letters of flags, in ASCII order as Maildir has it, and the keywords that had no room.
    fn suffix<'f>(&mut self, flags: impl IntoIterator<Item = &'f str>) -> Result<(String, Vec<String>)> {
        let (mut letters, mut dropped) = (Vec::new(), Vec::new());
        for flag in flags {
            match SYSTEM_FLAGS.iter().find(|(name, _)| name.eq_ignore_ascii_case(flag)) {
                Some((_, letter)) => letters.push(*letter),
                None if flag.starts_with('\\') => dropped.push(flag.to_owned()),
                None => match self.keyword_letter(flag)? {
                    Some(letter) => letters.push(letter),
                    None => dropped.push(flag.to_owned()),
                },
            }
        }
        letters.sort_unstable();
        Ok((letters.into_iter().collect(), dropped))
    }

    fn keyword_letter(&mut self, keyword: &str) -> Result<Option<char>> {
        let known = self.keywords.iter().position(|k| k.eq_ignore_ascii_case(keyword));
        let index = match known {
            Some(index) => index,
            None if self.keywords.len() >= MOST_KEYWORDS => return Ok(None),
            None => {
                self.keywords.push(keyword.to_owned());
                self.write_keywords()?;
                self.keywords.len() - 1
            }
        };
        Ok(u8::try_from(index).ok().map(|index| char::from(b'a' + index)))
    }

    fn write_keywords(&self) -> Result<()> {
        let text: String = self.keywords.iter().enumerate().map(|(i, k)| format!("{i} {k}\n")).collect();
        let (path, temporary) = (self.path.join("dovecot-keywords"), self.path.join("tmp/dovecot-keywords"));
        fs::write(&temporary, text)
            .and_then(|()| fs::rename(&temporary, &path))
            .map_err(|e| failed(&path, "write", &e))
    }
}

impl Delivery {
    /// Adds bytes.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.size += u64::try_from(bytes.len()).unwrap_or(0);
        self.file.write_all(bytes).map_err(|e| failed(&self.temporary, "write", &e))
    }
}

fn read_keywords(path: &Path) -> Result<Vec<String>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(failed(path, "read", &e)),
    };
    let mut keywords = Vec::new();
    for line in BufReader::new(file).lines() {
        let line = line.map_err(|e| failed(path, "read", &e))?;
        if let Some((_, keyword)) = line.split_once(' ') {
            keywords.push(keyword.to_owned());
        }
    }
    Ok(keywords)
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

    fn deliver(folder: &mut MaildirFolder, uid: u32, body: &[u8], flags: &[&str]) -> Vec<String> {
        let mut delivery = folder.begin(uid, validity(7)).unwrap();
        delivery.write(body).unwrap();
        folder.finish(delivery, Some(1_000_000_000), flags.iter().copied()).unwrap()
    }

    #[test]
    fn a_message_has_one_place_and_writing_it_again_does_not_double_it() {
        let root = tempfile::tempdir().unwrap();
        let tree = MaildirTree::open(root.path().join("ann")).unwrap();
        let mut folder = tree.folder("INBOX").unwrap();
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
        let tree = MaildirTree::open(root.path().to_owned()).unwrap();
        let folder = tree.folder("INBOX").unwrap();
        folder.begin(1, validity(7)).unwrap().write(b"half").unwrap();
        assert!(folder.delivered(validity(7)).unwrap().is_empty());
    }

    #[test]
    fn flags_become_letters_and_keywords_are_kept_until_their_letters_run_out() {
        let root = tempfile::tempdir().unwrap();
        let tree = MaildirTree::open(root.path().to_owned()).unwrap();
        tree.create("Archive.2019").unwrap();
        let mut folder = tree.folder("Archive.2019").unwrap();
        let keywords: Vec<String> = (0..27).map(|i| format!("k{i}")).collect();
        let flags: Vec<&str> =
            ["\\Seen", "\\Flagged"].into_iter().chain(keywords.iter().map(String::as_str)).collect();
        assert_eq!(deliver(&mut folder, 1, b"x", &flags), ["k26"]);
        let name = folder.delivered(validity(7)).unwrap()[&1].path.to_string_lossy().into_owned();
        assert!(name.ends_with(",S=1:2,FSabcdefghijklmnopqrstuvwxyz"), "{name}");
        let again = tree.folder("Archive.2019").unwrap();
        assert_eq!(again.keywords.len(), 26);
    }

    #[test]
    fn folders_and_subscriptions_are_listed_once() {
        let root = tempfile::tempdir().unwrap();
        let tree = MaildirTree::open(root.path().to_owned()).unwrap();
        for _ in 0..2 {
            tree.create("Sent").unwrap();
            tree.subscribe("Sent").unwrap();
        }
        assert_eq!(tree.folders().unwrap(), ["INBOX", "Sent"]);
        assert_eq!(fs::read_to_string(root.path().join("subscriptions")).unwrap(), "Sent\n");
    }
}
