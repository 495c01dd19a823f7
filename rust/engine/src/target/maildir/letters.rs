//! The letters that stand for flags in the file names of a Maildir folder, as Dovecot keeps them.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use model::Result;
use model::plan::Flags;

use super::fault::failed;
use crate::base::flags::sorted;

/// The file of a folder in which its keywords are numbered.
const KEYWORDS: &str = "dovecot-keywords";
/// Dovecot keeps keywords as the letters `a` to `z`.
const MOST_KEYWORDS: usize = 26;
/// The system flags and their letters, in the order of the letters.
const SYSTEM_FLAGS: [(&str, char); 5] =
    [("\\Draft", 'D'), ("\\Flagged", 'F'), ("\\Answered", 'R'), ("\\Seen", 'S'), ("\\Deleted", 'T')];

/// The letters of a folder.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Letters {
    folder: PathBuf,
    /// The first has the letter `a`.
    keywords: Vec<String>,
}

impl Letters {
    /// Reads which keywords a folder has.
    pub(super) fn read(folder: &Path) -> Result<Self> {
        Ok(Self { folder: folder.to_owned(), keywords: read_keywords(&folder.join(KEYWORDS))? })
    }

    /// The flags that the letters of a file name stand for, as verification compares them.
    pub(super) fn flags_of(&self, name: &str) -> Vec<String> {
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

    /// The letters of flags, in ASCII order as Maildir has it, and the keywords that had no room.
    pub(super) fn of<'f>(
        &mut self,
        flags: impl IntoIterator<Item = &'f str>,
    ) -> Result<(String, Vec<String>)> {
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
        let (path, temporary) = (self.folder.join(KEYWORDS), self.folder.join("tmp").join(KEYWORDS));
        let written = fs::write(&temporary, text).and_then(|()| fs::rename(&temporary, &path));
        written.map_err(|e| failed(&path, "write", &e))
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
