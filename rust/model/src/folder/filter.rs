//! IncludeFolders and ExcludeFolders: Exchange's folder lists, with the meaning that they lack there (spec 1.6).

use super::well_known::{WellKnown, WellKnownFolders};
use crate::{Error, ErrorKind, Result, shown};

/// Which folders to copy.
///
/// Names are relative to the user's root, without regard to case. `Name` or `Parent/Child` is that folder; in
/// ExcludeFolders, its subfolders too. `Name/*` is the folder with its subfolders. `#SentItems#` is a well-known
/// folder whatever its name, `\#Notes\#` a folder of that very name; `\` takes the meaning from any character.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FolderFilter {
    include: Vec<Pattern>,
    exclude: Vec<Pattern>,
}

impl FolderFilter {
    /// Reads both lists. Without IncludeFolders, every folder is included.
    pub fn parse(include: &[String], exclude: &[String]) -> Result<Self> {
        let read = |parameter, list: &[String]| {
            list.iter().map(|text| Pattern::parse(parameter, text)).collect::<Result<Vec<_>>>()
        };
        let mut filter =
            Self { include: read("IncludeFolders", include)?, exclude: read("ExcludeFolders", exclude)? };
        for pattern in &mut filter.exclude {
            pattern.with_subfolders = true;
        }
        Ok(filter)
    }

    /// Whether a folder with these levels is to be copied.
    pub fn selects(&self, levels: &[String], known: &WellKnownFolders) -> bool {
        let levels: Vec<String> = levels.iter().map(|level| level.to_lowercase()).collect();
        let hit = |pattern: &Pattern| pattern.matches(&levels, known);
        (self.include.is_empty() || self.include.iter().any(hit)) && !self.exclude.iter().any(hit)
    }
}

/// Where a pattern begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Base {
    Root,
    WellKnown(WellKnown),
}

/// One entry of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern {
    base: Base,
    /// Lower-case levels below the base.
    levels: Vec<String>,
    with_subfolders: bool,
}

impl Pattern {
    fn parse(parameter: &str, text: &str) -> Result<Self> {
        Self::read(text).map_err(|(fault, remedy)| {
            let message = format!("{parameter} holds {}, {fault}", shown(text));
            Error::new(ErrorKind::InvalidArgument, message).object(parameter).remedy(remedy)
        })
    }

    /// The pattern, or what is wrong with it and what to write instead.
    fn read(text: &str) -> Result<Self, (String, String)> {
        let fault = |fault: &str, remedy: &str| Err((fault.to_owned(), remedy.to_owned()));
        let mut levels = split(text);
        if levels.is_empty() {
            return fault("which names no folder", "write a folder's name, or #Root#/* for all");
        }
        let with_subfolders = levels.pop_if(|last| last.is_star()).is_some();
        let base = match levels.first().and_then(Level::well_known) {
            Some(name) => {
                levels.remove(0);
                base_named(&name)?
            }
            None => Base::Root,
        };
        let names_all = base == Base::Root && levels.is_empty() && !text.starts_with('#');
        if names_all || levels.iter().any(|level| level.text.is_empty()) {
            return fault("which has an empty level", "write one `/` between levels, none before or after");
        }
        if let Some(c) = levels.iter().find_map(Level::forbidden) {
            let fault = format!("and {c:?} cannot be used");
            return Err((fault, WILDCARD_REMEDY.to_owned()));
        }
        let levels = levels.into_iter().map(|level| level.text.to_lowercase()).collect();
        Ok(Self { base, levels, with_subfolders })
    }

    fn matches(&self, levels: &[String], known: &WellKnownFolders) -> bool {
        match self.base {
            Base::Root => self.matches_below(&[], levels),
            Base::WellKnown(base) => known.above(base, levels).any(|path| self.matches_below(path, levels)),
        }
    }

    fn matches_below(&self, base: &[String], levels: &[String]) -> bool {
        let rest = levels.strip_prefix(base).and_then(|rest| rest.strip_prefix(self.levels.as_slice()));
        rest.is_some_and(|rest| rest.is_empty() || self.with_subfolders)
    }
}

const WILDCARD_REMEDY: &str = "wildcards are not supported: write `/*` at the end for subfolders, and `\\*` or \
    `\\?` for a character of the name";

fn base_named(name: &str) -> Result<Base, (String, String)> {
    if name.eq_ignore_ascii_case("Root") {
        return Ok(Base::Root);
    }
    WellKnown::from_exchange_name(name).map(Base::WellKnown).ok_or_else(|| {
        let remedy =
            format!("use one of {}; write a folder of that name as `\\#{name}\\#`", well_known_names());
        (format!("and `{name}` is no well-known folder"), remedy)
    })
}

fn well_known_names() -> String {
    let names = WellKnown::ALL.into_iter().map(|known| format!("#{}#", known.exchange_name()));
    std::iter::once("#Root#".to_owned()).chain(names).collect::<Vec<_>>().join(", ")
}

/// A level of a pattern, and which of its characters had a `\` before them.
#[derive(Default)]
struct Level {
    text: String,
    escaped: Vec<bool>,
}

impl Level {
    fn push(&mut self, c: char, escaped: bool) {
        self.text.push(c);
        self.escaped.push(escaped);
    }

    fn is_star(&self) -> bool {
        self.text == "*" && self.escaped == [false]
    }

    /// The name between two bare `#`.
    fn well_known(&self) -> Option<String> {
        let name = self.text.strip_prefix('#')?.strip_suffix('#')?;
        (self.escaped.first() == Some(&false) && self.escaped.last() == Some(&false)).then(|| name.to_owned())
    }

    fn forbidden(&self) -> Option<char> {
        let bare = self.text.chars().zip(&self.escaped);
        bare.into_iter()
            .find(|(c, escaped)| c.is_control() || (!**escaped && matches!(c, '*' | '?')))
            .map(|(c, _)| c)
    }
}

fn split(text: &str) -> Vec<Level> {
    let mut levels = Vec::new();
    let mut level = Level::default();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '/' => levels.push(std::mem::take(&mut level)),
            '\\' => level.push(chars.next().unwrap_or('\\'), true),
            c => level.push(c, false),
        }
    }
    if !text.is_empty() {
        levels.push(level);
    }
    levels
}
