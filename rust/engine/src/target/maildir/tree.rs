//! A Maildir++ tree: its folders and what is subscribed to.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use model::Result;

use super::fault::failed;
use super::folder::MaildirFolder;

/// Maildir++ separates folder levels so.
pub(crate) const DELIMITER: char = '.';

/// One user's tree.
#[derive(Debug)]
pub(crate) struct MaildirTree {
    root: PathBuf,
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
        MaildirFolder::open(self.path_of(name))
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

#[cfg(test)]
mod tests {
    use super::*;

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
