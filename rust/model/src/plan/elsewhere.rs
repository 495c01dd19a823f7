//! Finds copies that are gone from their folders elsewhere in the mailbox: who moved one wants no second.
//!
//! INVARIANT: one message is found for one row only, and little more is remembered than is looked for. Where copies of
//! different bytes share a mark, none is found for a row that has the bytes of another row.

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

/// A digest of a message's bytes, if they were read.
type Bytes = Option<[u8; 16]>;

/// Where a message lies that no row names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The ledger's key of the folder, where the ledger has it.
    pub folder: Option<i64>,
    /// Which one it is of the folders that were looked through.
    pub at: usize,
    /// The message's UID.
    pub uid: u32,
    /// A digest of its bytes, if they were read.
    pub digest: Option<[u8; 16]>,
}

/// Where a missing copy is after all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whereabouts {
    /// In its own folder, under this UID.
    Here(u32),
    /// In another folder.
    Elsewhere {
        /// Which one it is of the folders that were looked through.
        at: usize,
    },
}

/// What is looked for, and where it was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Elsewhere {
    sought: BTreeMap<Mark, Sought>,
}

/// Copies with one mark.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sought {
    copies: Vec<Bytes>,
    places: Vec<Place>,
}

impl Elsewhere {
    /// Looks for one more copy with this mark, of a message of these bytes.
    pub fn seek(&mut self, mark: Mark, digest: Option<[u8; 16]>) {
        self.sought.entry(mark).or_default().copies.push(digest);
    }

    /// Whether only the bytes of a message with this mark tell whose copy it is.
    pub fn is_contested(&self, mark: Mark) -> bool {
        let marks = [Some(mark), mark.undated()].into_iter().flatten();
        marks.filter_map(|mark| self.sought.get(&mark)).any(Sought::is_contested)
    }

    /// Notes a message that no row names.
    pub fn note(&mut self, mark: Mark, place: Place) {
        for mark in [Some(mark), mark.undated()].into_iter().flatten() {
            if let Some(sought) = self.sought.get_mut(&mark).filter(|sought| sought.has_room(place.digest)) {
                sought.places.push(place);
                return;
            }
        }
    }

    /// Takes the place of a copy that is gone from this folder; none where it is nowhere in the mailbox. Its own bytes come
    /// first, then what lies in the folder itself.
    pub fn take(&mut self, mark: Mark, digest: Option<[u8; 16]>, folder: i64) -> Option<Whereabouts> {
        let sought = self.sought.get_mut(&mark)?;
        let is_mine = |place: &Place| place.digest.is_some() && place.digest == digest;
        let fits = |place: &Place| is_mine(place) || !sought.is_sought(place.digest);
        let fitting = sought.places.iter().enumerate().filter(|(_, place)| fits(place));
        let best = fitting.max_by_key(|(at, place)| (is_mine(place), place.folder == Some(folder), *at));
        let place = sought.places.remove(best?.0);
        Some(if place.folder == Some(folder) {
            Whereabouts::Here(place.uid)
        } else {
            Whereabouts::Elsewhere { at: place.at }
        })
    }
}

impl Sought {
    fn is_contested(&self) -> bool {
        let first = self.copies.first();
        self.copies.iter().any(|copy| Some(copy) != first)
    }

    /// Whether bytes are those of a copy that is looked for.
    fn is_sought(&self, bytes: Bytes) -> bool {
        bytes.is_some() && self.copies.contains(&bytes)
    }

    /// Whether one more place with these bytes may be of use. What is of nobody's bytes may have been rewritten.
    fn has_room(&self, bytes: Bytes) -> bool {
        let is_sought = self.is_sought(bytes);
        let alike = |other: &Bytes| if is_sought { *other == bytes } else { !self.is_sought(*other) };
        let places = self.places.iter().filter(|place| alike(&place.digest)).count();
        let copies =
            if is_sought { self.copies.iter().filter(|copy| alike(copy)).count() } else { self.copies.len() };
        places < copies
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ELSEWHERE: Option<Whereabouts> = Some(Whereabouts::Elsewhere { at: 2 });

    fn mark(identity: u8, received: Option<i64>) -> Mark {
        Mark::Content { identity: Some([identity; 16]), received }
    }

    fn seeking(marks: &[Mark]) -> Elsewhere {
        let mut elsewhere = Elsewhere::default();
        marks.iter().for_each(|mark| elsewhere.seek(*mark, None));
        elsewhere
    }

    fn at(folder: Option<i64>, uid: u32) -> Place {
        Place { folder, at: 2, uid, digest: None }
    }

    fn of_bytes(uid: u32, body: u8) -> Place {
        Place { digest: Some([body; 16]), ..at(None, uid) }
    }

    #[test]
    fn of_versions_of_one_letter_each_row_takes_its_own_bytes_or_rewritten_ones_and_never_anothers() {
        let letter = mark(1, Some(5));
        let seeking = || {
            let mut elsewhere = Elsewhere::default();
            elsewhere.seek(letter, Some([1; 16]));
            elsewhere.seek(letter, Some([2; 16]));
            assert!(elsewhere.is_contested(letter) && !elsewhere.is_contested(mark(2, Some(5))));
            elsewhere
        };
        let mut elsewhere = seeking();
        elsewhere.note(letter, of_bytes(7, 2));
        elsewhere.note(letter, of_bytes(8, 2));
        assert_eq!(elsewhere.take(letter, Some([1; 16]), 1), None, "7 is another row's");
        assert_eq!(elsewhere.take(letter, Some([2; 16]), 1), ELSEWHERE);
        assert_eq!(elsewhere.take(letter, Some([2; 16]), 1), None, "8 is one too many");
        let mut elsewhere = seeking();
        elsewhere.note(letter, of_bytes(7, 3));
        elsewhere.note(letter, of_bytes(8, 1));
        assert_eq!(elsewhere.take(letter, Some([1; 16]), 1), ELSEWHERE);
        assert_eq!(elsewhere.take(letter, Some([2; 16]), 1), ELSEWHERE, "7 was rewritten");
        assert!(elsewhere.sought.values().all(|sought| sought.places.is_empty()));
    }

    #[test]
    fn a_message_elsewhere_is_found_for_one_row_only() {
        let mut elsewhere = seeking(&[mark(1, Some(5)), mark(1, Some(5)), mark(2, Some(5))]);
        elsewhere.note(mark(1, Some(5)), at(None, 7));
        elsewhere.note(mark(2, Some(6)), at(None, 8));
        assert_eq!(elsewhere.take(mark(1, Some(5)), None, 1), ELSEWHERE);
        assert_eq!(elsewhere.take(mark(1, Some(5)), None, 1), None);
        assert_eq!(elsewhere.take(mark(2, Some(5)), None, 1), None, "another date");
        assert_eq!(elsewhere.take(mark(3, Some(5)), None, 1), None, "not sought");
    }

    #[test]
    fn what_lies_in_the_folder_itself_comes_first() {
        let mut elsewhere = seeking(&[mark(1, Some(5)), mark(1, Some(5))]);
        elsewhere.note(mark(1, Some(5)), at(Some(1), 7));
        elsewhere.note(mark(1, Some(5)), at(Some(2), 9));
        assert_eq!(elsewhere.take(mark(1, Some(5)), None, 1), Some(Whereabouts::Here(7)));
        assert_eq!(elsewhere.take(mark(1, Some(5)), None, 1), ELSEWHERE);
    }

    #[test]
    fn a_row_without_a_date_takes_any_and_no_more_is_remembered_than_is_sought() {
        let mut elsewhere = seeking(&[mark(1, None), mark(1, Some(5))]);
        for uid in 1..9 {
            elsewhere.note(mark(1, Some(5)), at(None, uid));
            elsewhere.note(mark(2, Some(5)), at(None, uid));
        }
        assert_eq!(elsewhere.sought.values().map(|sought| sought.places.len()).sum::<usize>(), 2);
        assert_eq!(elsewhere.take(mark(1, None), None, 1), ELSEWHERE);
    }

    #[test]
    fn files_are_known_by_their_names() {
        let (mine, others) = (Mark::of_file(5, UidValidity::new(7)), Mark::of_file(5, UidValidity::new(8)));
        let mut elsewhere = seeking(&[mine]);
        elsewhere.note(others, at(None, 5));
        assert_eq!(elsewhere.take(mine, None, 1), None);
        elsewhere.note(mine, at(None, 5));
        assert_eq!(elsewhere.take(mine, None, 1), ELSEWHERE);
    }
}
