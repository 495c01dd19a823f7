//! Gives each folder its place on the target: no two the same, nothing that the target cannot hold.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{INBOX, is_inbox, shown};

/// What the target's folder names can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetRules {
    /// What separates levels; without it the target has only one.
    pub delimiter: Option<char>,
    /// What the names of the user's own folders begin with: empty, or `INBOX.`.
    pub prefix: String,
    /// `Plans` and `plans` are one folder (Exchange).
    pub case_insensitive: bool,
    /// The inbox may have subfolders. Domino's may not.
    pub inbox_children: bool,
    /// Outer and double blanks are refused (Gmail, Exchange 2007).
    pub tidy_blanks: bool,
    /// Further characters that are refused.
    pub forbidden: String,
}

impl Default for TargetRules {
    fn default() -> Self {
        Self {
            delimiter: Some('/'),
            prefix: String::new(),
            case_insensitive: false,
            inbox_children: true,
            tidy_blanks: false,
            forbidden: String::new(),
        }
    }
}

impl TargetRules {
    /// The name to send for these levels.
    pub fn name(&self, levels: &[String]) -> String {
        let delimiter = self.delimiter.map(String::from).unwrap_or_default();
        let joined = levels.join(&delimiter);
        if levels.first().is_some_and(|first| first == INBOX) {
            joined
        } else {
            format!("{}{joined}", self.prefix)
        }
    }

    /// Whether `INBOX/Plans` can stay there. Below a prefix, `INBOX.Plans` already is what the top level holds.
    fn keeps_inbox_children(&self) -> bool {
        self.inbox_children && self.prefix.is_empty()
    }

    fn prefix_is_inbox(&self) -> bool {
        is_inbox(self.prefix.get(..INBOX.len()).unwrap_or_default())
    }

    /// A level with `_` for what the target cannot hold.
    fn clean(&self, level: &str) -> String {
        let last = level.chars().count().saturating_sub(1);
        let mut before = ' ';
        let clean = |(at, c): (usize, char)| {
            let blank = self.tidy_blanks && c == ' ' && (at == last || before == ' ');
            before = c;
            let refused = c.is_control() || Some(c) == self.delimiter || self.forbidden.contains(c);
            if blank || refused { '_' } else { c }
        };
        let cleaned: String = level.chars().enumerate().map(clean).collect();
        if cleaned.is_empty() { "_".to_owned() } else { cleaned }
    }

    /// A level of nothing but letters, digits and single blanks, for targets that do not say what they cannot hold.
    fn plainest(&self, level: &str) -> String {
        let tidy = Self { tidy_blanks: true, ..self.clone() }.clean(level);
        let plain = |c: char| if c.is_alphanumeric() || " -_".contains(c) { c } else { '_' };
        tidy.chars().map(plain).collect()
    }

    /// The form in which the target compares names.
    fn key(&self, levels: &[String]) -> Vec<String> {
        let mut key: Vec<String> = levels.to_vec();
        if self.case_insensitive {
            key = key.iter().map(|level| level.to_lowercase()).collect();
        }
        if let Some(first) = key.first_mut().filter(|first| is_inbox(first)) {
            INBOX.clone_into(first);
        }
        key
    }
}

/// Why a folder's name on the target is not what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FolderNoteKind {
    /// Characters that the target cannot hold became `_`.
    CharactersReplaced,
    /// Another folder has the name.
    NameTaken,
    /// The target's inbox has no subfolders.
    MovedOutOfInbox,
    /// The target has only one level, or no folders inside of one that holds mail.
    Flattened,
    /// The target keeps the name to itself.
    Reserved,
    /// The target has another name for Sent, Trash and their like.
    WellKnown,
}

/// A folder whose name had to change: for the user's report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderNote {
    /// The folder on the source, as a person reads it.
    pub source: String,
    /// The folder on the target.
    pub target: String,
    /// Why.
    pub kind: FolderNoteKind,
}

impl fmt::Display for FolderNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = match self.kind {
            FolderNoteKind::CharactersReplaced => "the target cannot hold some of its characters",
            FolderNoteKind::NameTaken => "another folder has that name on the target",
            FolderNoteKind::MovedOutOfInbox => "the target's inbox has no subfolders",
            FolderNoteKind::Flattened => "the target takes no subfolder there",
            FolderNoteKind::Reserved => "the target takes no folder of that name",
            FolderNoteKind::WellKnown => "this is the target's own folder for it",
        };
        write!(f, "folder `{}` goes to `{}`: {reason}", self.source, self.target)
    }
}

/// The places given so far.
pub(super) struct Placer<'a> {
    rules: &'a TargetRules,
    /// The target's own spelling of what exists there.
    existing: BTreeMap<Vec<String>, Vec<String>>,
    /// Source levels to target levels.
    placed: BTreeMap<Vec<String>, Vec<String>>,
    taken: BTreeSet<Vec<String>>,
    /// By the levels that were wanted before: the number that comes next.
    next: BTreeMap<Vec<String>, u32>,
    refused: &'a BTreeSet<Vec<String>>,
    pub(super) notes: Vec<FolderNote>,
}

impl<'a> Placer<'a> {
    /// Starts with what exists on the target, and what it refused to make.
    pub(super) fn new(
        rules: &'a TargetRules,
        existing: impl Iterator<Item = Vec<String>>,
        refused: &'a BTreeSet<Vec<String>>,
    ) -> Self {
        let existing = existing.map(|levels| (rules.key(&levels), levels)).collect();
        let taken = refused.iter().map(|levels| rules.key(levels)).collect();
        let (placed, next, notes) = Default::default();
        Self { rules, existing, placed, taken, next, refused, notes }
    }

    /// Puts a folder where an earlier pass put it.
    pub(super) fn settle(&mut self, source: &[String], target: &[String]) {
        self.reserve(target);
        self.placed.insert(source.to_vec(), target.to_vec());
    }

    /// Keeps a place for a folder that may not be copied now.
    pub(super) fn reserve(&mut self, target: &[String]) {
        self.taken.insert(self.rules.key(target));
    }

    /// Puts a folder into the target's own folder for the same purpose, unless another is there.
    pub(super) fn pair(&mut self, source: &[String], target: &[String]) {
        if self.placed.contains_key(source) || self.taken.contains(&self.rules.key(target)) {
            return;
        }
        self.settle(source, target);
        if source != target {
            self.note(source, target, FolderNoteKind::WellKnown);
        }
    }

    /// The place of a folder; its parents get theirs first.
    pub(super) fn place(&mut self, source: &[String]) -> Vec<String> {
        if let Some(target) = self.placed.get(source) {
            return target.clone();
        }
        let mut reasons = Vec::new();
        let mut wanted =
            if source == [INBOX] { vec![INBOX.to_owned()] } else { self.wanted(source, &mut reasons) };
        while let Some(other) = self.instead_of(&wanted, &mut reasons) {
            wanted = other;
        }
        let mut target = self.free(&wanted);
        if target != wanted && !reasons.contains(&FolderNoteKind::Reserved) {
            reasons.push(FolderNoteKind::NameTaken);
        }
        if let Some(existing) =
            self.existing.get(&self.rules.key(&target)).filter(|_| self.rules.case_insensitive)
        {
            target.clone_from(existing);
        }
        self.settle(source, &target);
        for reason in reasons {
            self.note(source, &target, reason);
        }
        target
    }

    /// Where a folder would go if nobody else were there.
    fn wanted(&mut self, source: &[String], reasons: &mut Vec<FolderNoteKind>) -> Vec<String> {
        let Some((last, parents)) = source.split_last() else { return Vec::new() };
        let level = self.rules.clean(last);
        if level != *last {
            reasons.push(FolderNoteKind::CharactersReplaced);
        }
        if parents.is_empty() {
            return vec![level];
        }
        if self.rules.delimiter.is_none() {
            reasons.push(FolderNoteKind::Flattened);
            return vec![format!("{}_{level}", shown(&self.place(parents)))];
        }
        let mut target = self.place(parents);
        if target == [INBOX] && !self.rules.keeps_inbox_children() {
            if !self.rules.prefix_is_inbox() {
                reasons.push(FolderNoteKind::MovedOutOfInbox);
            }
            target.clear();
        }
        target.push(level);
        target
    }

    /// What to try where the target refused these levels: plainer characters, then a place that is inside no other
    /// folder. Where there is neither, [`Self::free`] finds another name.
    fn instead_of(&self, levels: &[String], reasons: &mut Vec<FolderNoteKind>) -> Option<Vec<String>> {
        let (last, parents) = levels.split_last().filter(|_| self.refused.contains(levels))?;
        let plainest = self.rules.plainest(last);
        let (reason, other) = match parents {
            _ if plainest != *last => (FolderNoteKind::CharactersReplaced, [parents, &[plainest]].concat()),
            [] => {
                reasons.push(FolderNoteKind::Reserved);
                return None;
            }
            [inbox] if inbox == INBOX => (FolderNoteKind::MovedOutOfInbox, vec![plainest]),
            _ => (FolderNoteKind::Flattened, vec![levels.join("_")]),
        };
        reasons.push(reason);
        Some(other)
    }

    /// These levels, or the first with a number behind them that nobody has.
    fn free(&mut self, wanted: &[String]) -> Vec<String> {
        let mut target = wanted.to_vec();
        // Places are never given back, so all numbers below the next are taken.
        let next = self.next.entry(self.rules.key(wanted)).or_insert(2);
        while self.taken.contains(&self.rules.key(&target)) {
            target = wanted.to_vec();
            if let Some(last) = target.last_mut() {
                last.push_str(&format!("_{next}"));
            }
            *next += 1;
        }
        target
    }

    fn note(&mut self, source: &[String], target: &[String], kind: FolderNoteKind) {
        self.notes.push(FolderNote { source: shown(source), target: shown(target), kind });
    }
}
