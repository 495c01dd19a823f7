//! Maps the source's folders to the target's: selects, then places.

use std::collections::{BTreeMap, BTreeSet};

use super::filter::FolderFilter;
use super::listing::{Listing, Located};
use super::shown;
use super::target::{FolderNote, Placer, TargetRules};
use super::well_known::{WellKnown, WellKnownFolders};
use crate::{Error, ErrorKind, Result};

/// What a mapping depends on.
#[derive(Debug, Clone, Copy)]
pub struct MapInput<'a> {
    /// The source's folders.
    pub source: &'a Listing,
    /// Where the user's mail lies on the source, if not at its root.
    pub user_root: Option<&'a str>,
    /// Which folders the admin wants.
    pub filter: &'a FolderFilter,
    /// The target's folders.
    pub target: &'a Listing,
    /// What the target's names can be.
    pub rules: &'a TargetRules,
    /// The target levels that earlier passes gave to source keys. They stay, whatever has come since: a folder
    /// that moved would be copied again.
    pub settled: &'a BTreeMap<Vec<u8>, Vec<String>>,
    /// Target levels that the target would not make: its rules cannot be known in advance.
    pub refused: &'a BTreeSet<Vec<String>>,
}

/// A folder to copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedFolder {
    /// The source's bytes of its name.
    pub key: Vec<u8>,
    /// Its levels on the source.
    pub source: Vec<String>,
    /// Its levels on the target.
    pub target: Vec<String>,
    /// Its name on the target, with prefix and delimiter, in Unicode.
    pub target_name: String,
}

impl MappedFolder {
    /// The folder on the source, as a person reads it.
    pub fn source_shown(&self) -> String {
        shown(&self.source)
    }
}

/// Why a folder is not copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOutReason {
    /// It belongs to another user or to everybody (RFC 2342).
    OtherNamespace,
    /// It cannot hold messages.
    NotSelectable,
    /// The admin does not want it.
    Filtered,
    /// It only shows messages of the folder that holds all (Gmail's Starred and Important).
    View,
}

/// A folder that is not copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The folder, as a person reads it.
    pub source: String,
    /// Why.
    pub reason: LeftOutReason,
}

/// Where everything goes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FolderMap {
    /// The inbox first, then parents before children, by name. No two have the same target.
    pub folders: Vec<MappedFolder>,
    /// Names that had to change.
    pub notes: Vec<FolderNote>,
    /// What is not copied.
    pub left_out: Vec<LeftOut>,
}

/// Maps folders.
///
/// The inbox goes to the inbox. Its subfolders stay below it, unless the target's inbox has none or the target has
/// a prefix; then they go to the top level. Sent, Trash, Drafts, Junk and Archive go to the target's own.
///
/// A source that shows no folder at all shows no mailbox: that is an error, not an empty mailbox that was copied.
pub fn map_folders(input: &MapInput<'_>) -> Result<FolderMap> {
    if input.source.folders.is_empty() {
        let message = "the source lists no folder, and it has no INBOX";
        return Err(Error::new(ErrorKind::FolderNotFound, message).remedy(
            "log in as this user with another mail program, and see whether its mailbox opens there",
        ));
    }
    let mut map = FolderMap::default();
    let folders = match input.user_root {
        Some(root) => input.source.below(root)?,
        None => {
            let (own, others) = input.source.personal();
            let left_out = others
                .iter()
                .map(|folder| LeftOut { source: folder.name.clone(), reason: LeftOutReason::OtherNamespace });
            map.left_out.extend(left_out);
            own
        }
    };
    let known = WellKnownFolders::find(&folders);
    let (target, _) = input.target.personal();
    let existing = target.iter().map(|folder| folder.levels.clone());
    let mut placer = Placer::new(input.rules, existing, input.refused);
    settle(&folders, input.settled, &mut placer);
    let chosen = choose(folders, &known, input.filter, &mut map.left_out);
    pair_well_known(&chosen, &known, &WellKnownFolders::find(&target), &mut placer);
    map.folders = chosen.iter().map(|folder| mapped(folder, input.rules, &mut placer)).collect();
    map.notes = placer.notes;
    Ok(map)
}

/// What earlier passes decided stays, also for folders that are away or not wanted now.
fn settle(folders: &[Located<'_>], settled: &BTreeMap<Vec<u8>, Vec<String>>, placer: &mut Placer<'_>) {
    for levels in settled.values() {
        placer.reserve(levels);
    }
    for folder in folders {
        if let Some(levels) = settled.get(&folder.listed.key) {
            placer.settle(&folder.levels, levels);
        }
    }
}

fn mapped(folder: &Located<'_>, rules: &TargetRules, placer: &mut Placer<'_>) -> MappedFolder {
    let target = placer.place(&folder.levels);
    MappedFolder {
        key: folder.listed.key.clone(),
        source: folder.levels.clone(),
        target_name: rules.name(&target),
        target,
    }
}

fn choose<'a>(
    folders: Vec<Located<'a>>,
    known: &WellKnownFolders,
    filter: &FolderFilter,
    left_out: &mut Vec<LeftOut>,
) -> Vec<Located<'a>> {
    let is_wanted = |folder: &Located<'_>| filter.selects(&folder.levels, known);
    let all_is_copied = folders
        .iter()
        .any(|folder| folder.listed.has("\\All") && folder.listed.is_selectable() && is_wanted(folder));
    let mut chosen = Vec::new();
    for folder in folders {
        let reason = if !folder.listed.is_selectable() {
            LeftOutReason::NotSelectable
        } else if !is_wanted(&folder) {
            LeftOutReason::Filtered
        } else if all_is_copied && (folder.listed.has("\\Flagged") || folder.listed.has("\\Important")) {
            LeftOutReason::View
        } else {
            chosen.push(folder);
            continue;
        };
        left_out.push(LeftOut { source: shown(&folder.levels), reason });
    }
    chosen
}

/// Where a mailbox has several folders of a purpose, the likeliest is paired, and the others keep their names.
fn pair_well_known(
    chosen: &[Located<'_>],
    source: &WellKnownFolders,
    target: &WellKnownFolders,
    placer: &mut Placer<'_>,
) {
    let chosen: BTreeSet<&Vec<String>> = chosen.iter().map(|folder| &folder.levels).collect();
    for known in WellKnown::PAIRED {
        let is_chosen = |levels: &&Vec<String>| chosen.contains(levels);
        let Some(source) = source.paths(known).iter().find(is_chosen) else { continue };
        let targets = target.paths(known);
        if let Some(target) = targets.iter().find(|levels| *levels == source).or(targets.first()) {
            placer.pair(source, target);
        }
    }
}
