//! Finds copies that are gone from their folders elsewhere in the mailbox: who moved one wants no second.
//!
//! INVARIANT: one message is found for one row only, and no more is remembered than is looked for.

use std::collections::BTreeMap;

use crate::UidValidity;

/// What a copy is known by, wherever it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// What its header says, and its INTERNALDATE as Unix time; any date where the row knows none.
    Content {
        /// A digest of what it is known by.
        identity: Option<[u8; 16]>,
        /// Its date.
        received: Option<i64>,
    },
    /// The name of its file: what number it had on the source, and under which UIDVALIDITY.
    File {
        /// Its UID there.
        uid: u32,
        /// The UIDVALIDITY's number, 0 where there is none.
        uid_validity: u64,
    },
}

impl Mark {
    /// Of a file.
    pub fn of_file(uid: u32, uid_validity: Option<UidValidity>) -> Self {
        Self::File { uid, uid_validity: uid_validity.map_or(0, UidValidity::get) }
    }

    /// The same of any date.
    fn undated(self) -> Option<Self> {
        match self {
            Self::Content { identity, .. } => Some(Self::Content { identity, received: None }),
            Self::File { .. } => None,
        }
    }
}

/// Where a message lies that no row names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    /// The ledger's key of the folder, where the ledger has it.
    folder: Option<i64>,
    uid: u32,
}

/// Where a missing copy is after all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whereabouts {
    /// In its own folder, under this UID.
    Here(u32),
    /// In another folder.
    Elsewhere,
}

/// What is looked for, and where it was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Elsewhere {
    sought: BTreeMap<Mark, Sought>,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Sought {
    copies: usize,
    places: Vec<Place>,
}

impl Elsewhere {
    /// Looks for one more copy with this mark.
    pub fn seek(&mut self, mark: Mark) {
        self.sought.entry(mark).or_default().copies += 1;
    }

    /// Notes a message that no row names.
    pub fn note(&mut self, mark: Mark, folder: Option<i64>, uid: u32) {
        for mark in [Some(mark), mark.undated()].into_iter().flatten() {
            if let Some(sought) = self.sought.get_mut(&mark).filter(|s| s.places.len() < s.copies) {
                sought.places.push(Place { folder, uid });
                return;
            }
        }
    }

    /// Takes the place of a copy that is gone from this folder; none where it is nowhere in the mailbox. What lies in
    /// the folder itself comes first.
    pub fn take(&mut self, mark: Mark, folder: i64) -> Option<Whereabouts> {
        let places = &mut self.sought.get_mut(&mark)?.places;
        if let Some(at) = places.iter().position(|place| place.folder == Some(folder)) {
            return Some(Whereabouts::Here(places.remove(at).uid));
        }
        places.pop().map(|_| Whereabouts::Elsewhere)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(identity: u8, received: Option<i64>) -> Mark {
        Mark::Content { identity: Some([identity; 16]), received }
    }

    fn seeking(marks: &[Mark]) -> Elsewhere {
        let mut elsewhere = Elsewhere::default();
        marks.iter().for_each(|mark| elsewhere.seek(*mark));
        elsewhere
    }

    #[test]
    fn a_message_elsewhere_is_found_for_one_row_only() {
        let mut elsewhere = seeking(&[mark(1, Some(5)), mark(1, Some(5)), mark(2, Some(5))]);
        elsewhere.note(mark(1, Some(5)), None, 7);
        elsewhere.note(mark(2, Some(6)), None, 8);
        assert_eq!(elsewhere.take(mark(1, Some(5)), 1), Some(Whereabouts::Elsewhere));
        assert_eq!(elsewhere.take(mark(1, Some(5)), 1), None);
        assert_eq!(elsewhere.take(mark(2, Some(5)), 1), None, "another date");
        assert_eq!(elsewhere.take(mark(3, Some(5)), 1), None, "not sought");
    }

    #[test]
    fn what_lies_in_the_folder_itself_comes_first() {
        let mut elsewhere = seeking(&[mark(1, Some(5)), mark(1, Some(5))]);
        elsewhere.note(mark(1, Some(5)), Some(1), 7);
        elsewhere.note(mark(1, Some(5)), Some(2), 9);
        assert_eq!(elsewhere.take(mark(1, Some(5)), 1), Some(Whereabouts::Here(7)));
        assert_eq!(elsewhere.take(mark(1, Some(5)), 1), Some(Whereabouts::Elsewhere));
    }

    #[test]
    fn a_row_without_a_date_takes_any_and_no_more_is_remembered_than_is_sought() {
        let mut elsewhere = seeking(&[mark(1, None), mark(1, Some(5))]);
        for uid in 1..9 {
            elsewhere.note(mark(1, Some(5)), None, uid);
            elsewhere.note(mark(2, Some(5)), None, uid);
        }
        assert_eq!(elsewhere.sought.values().map(|sought| sought.places.len()).sum::<usize>(), 2);
        assert_eq!(elsewhere.take(mark(1, None), 1), Some(Whereabouts::Elsewhere));
    }

    #[test]
    fn files_are_known_by_their_names() {
        let (mine, others) = (Mark::of_file(5, UidValidity::new(7)), Mark::of_file(5, UidValidity::new(8)));
        let mut elsewhere = seeking(&[mine]);
        elsewhere.note(others, None, 5);
        assert_eq!(elsewhere.take(mine, 1), None);
        elsewhere.note(mine, None, 5);
        assert_eq!(elsewhere.take(mine, 1), Some(Whereabouts::Elsewhere));
    }
}
