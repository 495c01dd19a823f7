//! Finds out which folders that have come are folders that are gone, under other names.
//!
//! A server that has MAILBOXID (RFC 8474) tells. Else UIDVALIDITY, UIDNEXT and the count say what is possible, and a look
//! at some messages says what is so: folders that were made within one second, or on a server with one UIDVALIDITY for
//! all, have the same numbers. Where a folder has other numbers, too, only its messages tell.
//!
//! INVARIANT: nobody follows or is followed twice, and what stays ambiguous is not followed.

use std::collections::{BTreeMap, BTreeSet};

use super::likeness::Likeness;
use crate::{Numbers, UidValidity};

/// A folder as the ledger remembers it, or as a server lists it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trace {
    /// The levels of its name.
    pub levels: Vec<String>,
    /// Its MAILBOXID.
    pub id: Option<String>,
    /// Whether the ledger and the server both have a folder of this name, be it another.
    pub is_name_taken: bool,
    /// Its numbers; of those that the ledger remembers, as far as they bound what they can be by now.
    pub numbers: Numbers,
}

/// What the messages of two folders say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// They are the same.
    Same,
    /// They are not.
    Other,
    /// There is nothing to compare.
    Nothing,
}

/// A folder that is gone and one that has come, by their places.
type Pair = (usize, usize);

/// The renames that are known so far.
#[derive(Debug)]
pub struct Renames {
    gone: Vec<Trace>,
    come: Vec<Trace>,
    possible: Vec<Pair>,
    renumbered: Vec<Pair>,
    found: BTreeMap<usize, usize>,
}

/// More pairs than that are not looked at: it would take longer than it is worth.
const MOST_LOOKS: usize = 400;

impl Renames {
    /// In which order pairs are looked at. A parent that is found late still tells of its children.
    pub const LOOKS: [Likeness; 7] = [
        Likeness::Exact,
        Likeness::Below,
        Likeness::Possible,
        Likeness::Below,
        Likeness::Kept,
        Likeness::Renumbered,
        Likeness::RenumberedBelow,
    ];

    /// What identifiers tell, and what is possible.
    pub fn new(gone: Vec<Trace>, come: Vec<Trace>) -> Self {
        let all = || (0..gone.len()).flat_map(|page| (0..come.len()).map(move |folder| (page, folder)));
        let of = |(page, folder): Pair| Some((gone.get(page)?, come.get(folder)?));
        let told = all().filter(|&pair| of(pair).is_some_and(|(page, folder)| is_told(page, folder)));
        let found = alone(&told.collect::<Vec<_>>()).into_iter().collect();
        let possible = all().filter(|&pair| of(pair).is_some_and(|(page, folder)| is_possible(page, folder)));
        let possible = possible.collect();
        let renumbered =
            all().filter(|&pair| of(pair).is_some_and(|(page, folder)| is_renumbered(page, folder)));
        let renumbered = renumbered.collect();
        Self { gone, come, possible, renumbered, found }
    }

    /// Pairs, by their places among what is gone and what has come, whose messages are to be looked at.
    pub fn to_look_at(&self, likeness: Likeness) -> Vec<(usize, usize)> {
        let is_wanted = |pair: &Pair| self.is_open(pair) && self.is_like(*pair, likeness);
        let pairs = match likeness {
            Likeness::Kept => &self.names_kept(),
            Likeness::Renumbered | Likeness::RenumberedBelow => &self.renumbered,
            _ => &self.possible,
        };
        let pairs: Vec<Pair> = pairs.iter().copied().filter(is_wanted).collect();
        if pairs.len() > MOST_LOOKS { Vec::new() } else { pairs }
    }

    /// Takes in what a look at pairs came to.
    pub fn seen(&mut self, likeness: Likeness, looks: &[((usize, usize), Look)]) {
        let of = |wanted: Look| looks.iter().filter(move |(_, look)| *look == wanted).map(|(pair, _)| *pair);
        let mut same: Vec<Pair> = of(Look::Same).collect();
        // Folders that hold equal messages are told apart by what a rename leaves as it is.
        for is_kin in [true, false] {
            let some: Vec<Pair> = same.iter().copied().filter(|pair| !is_kin || self.is_kin(*pair)).collect();
            self.found.extend(alone(&some));
            same.retain(|pair| self.is_open(pair));
        }
        let others: BTreeSet<Pair> = of(Look::Other).collect();
        self.possible.retain(|pair| !others.contains(pair));
        // Where there is nothing to compare, nobody else may come into question; a parent's name is as good.
        let open: Vec<Pair> = self.possible.iter().copied().filter(|pair| self.is_open(pair)).collect();
        let sure: BTreeSet<Pair> = match likeness {
            Likeness::Below | Likeness::RenumberedBelow => {
                of(Look::Nothing).filter(|pair| self.is_open(pair)).collect()
            }
            Likeness::Kept | Likeness::Renumbered => BTreeSet::new(),
            _ => alone(&open).into_iter().collect(),
        };
        self.found.extend(of(Look::Nothing).filter(|pair| sure.contains(pair)));
    }

    /// Who follows whom to another name, parents first.
    pub fn found(&self) -> Vec<(usize, usize)> {
        let levels = |traces: &[Trace], at: usize| traces.get(at).map(|trace| trace.levels.clone());
        let has_moved = |(page, folder): &Pair| levels(&self.gone, *page) != levels(&self.come, *folder);
        let found = self.found.iter().map(|(page, folder)| (*page, *folder));
        let mut found: Vec<Pair> = found.filter(has_moved).collect();
        found.sort_by_key(|(_, folder)| self.come.get(*folder).map(|trace| &trace.levels));
        found
    }

    /// Pages that may have other names and numbers now, with the folders that have theirs. Of one that is empty nothing tells.
    fn names_kept(&self) -> Vec<Pair> {
        let open: BTreeSet<usize> =
            self.renumbered.iter().filter(|pair| self.is_open(pair)).map(|(page, _)| *page).collect();
        let taker = |page: usize| {
            let name = &self.gone.get(page)?.levels;
            let has_it = |folder: &Trace| folder.levels == *name && folder.numbers.messages != Some(0);
            self.come.iter().position(has_it).map(|folder| (page, folder))
        };
        open.into_iter().filter_map(taker).collect()
    }

    /// Whether a folder lies where it lay, or has kept the last level of its name.
    fn is_kin(&self, (page, folder): Pair) -> bool {
        let split = |traces: &[Trace], at: usize| {
            traces.get(at).and_then(|trace| trace.levels.split_last().map(|(l, a)| (l.clone(), a.to_vec())))
        };
        let both = split(&self.gone, page).zip(split(&self.come, folder));
        both.is_some_and(|((leaf, above), (other, others))| leaf == other || above == others)
    }

    fn is_open(&self, (page, folder): &Pair) -> bool {
        !self.found.contains_key(page) && self.found.values().all(|taken| taken != folder)
    }

    fn is_like(&self, (page, folder): Pair, likeness: Likeness) -> bool {
        let Some((page, folder)) = self.gone.get(page).zip(self.come.get(folder)) else { return false };
        match likeness {
            Likeness::Exact => is_exact(page.numbers, folder.numbers),
            Likeness::Below | Likeness::RenumberedBelow => {
                self.moved_with_parent(&page.levels).as_ref() == Some(&folder.levels)
            }
            Likeness::Possible | Likeness::Kept | Likeness::Renumbered => true,
        }
    }

    /// What a name is now, by the nearest folder above that was renamed.
    fn moved_with_parent(&self, levels: &[String]) -> Option<Vec<String>> {
        (1..levels.len()).rev().find_map(|depth| {
            let (above, rest) = levels.split_at_checked(depth)?;
            let mut found = self.found.iter();
            let (_, folder) =
                found.find(|(page, _)| self.gone.get(**page).is_some_and(|p| p.levels == above))?;
            Some([self.come.get(*folder)?.levels.as_slice(), rest].concat())
        })
    }
}

/// Pairs of which neither side is in another.
fn alone(pairs: &[Pair]) -> Vec<Pair> {
    let mut counts: (BTreeMap<usize, u32>, BTreeMap<usize, u32>) = Default::default();
    for (page, folder) in pairs {
        *counts.0.entry(*page).or_default() += 1;
        *counts.1.entry(*folder).or_default() += 1;
    }
    let is_alone =
        |(page, folder): &&Pair| counts.0.get(page) == Some(&1) && counts.1.get(folder) == Some(&1);
    pairs.iter().filter(is_alone).copied().collect()
}

fn is_told(page: &Trace, folder: &Trace) -> bool {
    page.id.is_some() && page.id == folder.id
}

/// Whether numbers can have become what they are: UIDNEXT never falls, and a message more takes a UID more. Identifiers
/// that differ tell more than numbers do.
fn is_possible(page: &Trace, folder: &Trace) -> bool {
    if page.id.is_some() && folder.id.is_some() {
        return false;
    }
    let (then, now) = (page.numbers, folder.numbers);
    let grown = then.uid_next.zip(now.uid_next).map(|(then, now)| now.get().checked_sub(then.get()));
    let most = |grown: u32| then.messages.map(|messages| messages.saturating_add(u64::from(grown)));
    let counts = |grown| now.messages.zip(most(grown)).is_none_or(|(now, most)| now <= most);
    UidValidity::holds(now.uid_validity, then.uid_validity)
        && grown.is_none_or(|grown| grown.is_some_and(counts))
}

/// Whether a folder may have another name and other numbers. One that took the name of another is not looked for.
fn is_renumbered(page: &Trace, folder: &Trace) -> bool {
    let both_told = page.id.is_some() && folder.id.is_some();
    let holds = UidValidity::holds(folder.numbers.uid_validity, page.numbers.uid_validity);
    let is_empty = folder.numbers.messages == Some(0);
    !both_told && !holds && !is_empty && !folder.is_name_taken
}

fn is_exact(then: Numbers, now: Numbers) -> bool {
    then.uid_next.is_some() && then.uid_next == now.uid_next && then.messages == now.messages
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use proptest::prelude::*;

    use super::*;

    fn trace(name: &str, validity: u64, uid_next: u32, messages: u64) -> Trace {
        let numbers = Numbers {
            uid_validity: UidValidity::new(validity),
            uid_next: NonZeroU32::new(uid_next),
            messages: Some(messages),
            highest_modseq: None,
        };
        let levels = name.split('/').map(str::to_owned).collect();
        Trace { levels, id: None, is_name_taken: false, numbers }
    }

    fn with_id(trace: Trace, id: &str) -> Trace {
        Trace { id: Some(id.to_owned()), ..trace }
    }

    fn run(gone: &[Trace], come: &[Trace], look: impl Fn(usize, usize) -> Look) -> Vec<Pair> {
        let mut renames = Renames::new(gone.to_vec(), come.to_vec());
        for likeness in Renames::LOOKS {
            let pairs = renames.to_look_at(likeness);
            let looks: Vec<_> = pairs.into_iter().map(|pair| (pair, look(pair.0, pair.1))).collect();
            renames.seen(likeness, &looks);
        }
        renames.found()
    }

    #[test]
    fn an_identifier_tells_whatever_the_numbers_are() {
        let gone = [with_id(trace("a", 1, 9, 8), "F1"), with_id(trace("b", 1, 9, 8), "F2")];
        let come = [with_id(trace("c", 7, 1, 0), "F2"), with_id(trace("d", 1, 9, 8), "F3")];
        assert_eq!(run(&gone, &come, |_, _| Look::Same), [(1, 0)]);
    }

    #[test]
    fn an_identifier_of_one_side_only_says_nothing() {
        let gone = [with_id(trace("a", 5, 9, 4), "F1")];
        let found = |come: Trace| run(&gone, &[come], |_, _| Look::Same) == [(0, 0)];
        assert!(found(trace("b", 5, 9, 4)) && found(trace("b", 6, 5, 4)));
        assert!(!found(with_id(trace("b", 5, 9, 4), "F2")) && !found(with_id(trace("b", 6, 5, 4), "F2")));
    }

    /// A copy of a folder, or a backup of it, has messages of it, too.
    #[test]
    fn a_folder_whose_numbers_are_what_they_were_comes_before_others_with_the_same_messages() {
        for other in [trace("c", 5, 4, 3), trace("c", 5, 4, 2), trace("c", 5, 3, 1)] {
            assert_eq!(
                run(&[trace("a", 5, 3, 2)], &[other, trace("b", 5, 3, 2)], |_, _| Look::Same),
                [(0, 1)]
            );
        }
    }

    #[test]
    fn more_pairs_than_that_is_worth_are_not_looked_at() {
        let looks = |gone: usize, come: usize| {
            let all = |count| (0..count).map(|n| trace(&format!("a{n}"), 5, 3, 2)).collect();
            Renames::new(all(gone), all(come)).to_look_at(Likeness::Possible).len()
        };
        assert_eq!((looks(20, 20), looks(401, 1)), (MOST_LOOKS, 0));
    }

    #[test]
    fn numbers_that_cannot_have_become_so_are_another_folder() {
        let gone = [trace("a", 5, 9, 4)];
        let possible = |folder| run(&gone, &[folder], |_, _| Look::Nothing) == [(0, 0)];
        assert!(
            possible(trace("b", 5, 9, 4)) && possible(trace("b", 5, 11, 6)) && possible(trace("b", 5, 9, 0))
        );
        assert!(
            !possible(trace("b", 6, 9, 4))
                && !possible(trace("b", 5, 8, 4))
                && !possible(trace("b", 5, 11, 7))
        );
    }

    #[test]
    fn a_folder_of_other_numbers_is_told_by_its_messages_where_its_name_is_new() {
        let gone = [trace("a", 5, 9, 4)];
        let found = |come: Trace, look: Look| run(&gone, &[come], |_, _| look) == [(0, 0)];
        assert!(found(trace("b", 6, 5, 4), Look::Same));
        assert!(!found(trace("b", 6, 5, 4), Look::Nothing) && !found(trace("b", 6, 1, 0), Look::Same));
        assert!(!found(Trace { is_name_taken: true, ..trace("b", 6, 5, 4) }, Look::Same));
    }

    #[test]
    fn a_folder_of_other_numbers_is_another_where_its_name_has_others_messages_or_none() {
        let gone = [Trace { is_name_taken: true, ..trace("a", 5, 9, 4) }];
        let found = |taker: Trace, kept: Look| {
            let come = [trace("b", 7, 5, 4), Trace { is_name_taken: true, ..taker }];
            run(&gone, &come, |_, folder| if folder == 0 { Look::Same } else { kept })
        };
        assert_eq!(found(trace("a", 6, 2, 1), Look::Other), [(0, 0)]);
        assert_eq!(found(trace("a", 6, 1, 0), Look::Same), [(0, 0)], "an empty one is not looked at");
        assert_eq!(found(trace("a", 6, 5, 4), Look::Same), [], "it kept its name");
    }

    #[test]
    fn messages_tell_folders_of_equal_numbers_apart_and_else_they_are_gone() {
        let gone = [trace("a", 5, 3, 2), trace("b", 5, 3, 2)];
        let come = [trace("c", 5, 3, 2), trace("d", 5, 3, 2)];
        let crosswise = |page, folder| if page == folder { Look::Other } else { Look::Same };
        assert_eq!(run(&gone, &come, crosswise), [(1, 0), (0, 1)]);
        assert_eq!(run(&gone, &come, |_, _| Look::Nothing), []);
        assert_eq!(run(&gone, &come, |_, _| Look::Same), []);
    }

    #[test]
    fn folders_of_equal_messages_are_told_apart_by_what_a_rename_leaves_as_it_is() {
        let gone = [trace("a", 5, 3, 2), trace("a/x", 6, 3, 2)];
        let come = [trace("b", 7, 3, 2), trace("b/x", 8, 3, 2)];
        assert_eq!(run(&gone, &come, |_, _| Look::Same), [(0, 0), (1, 1)]);
    }

    #[test]
    fn a_folder_of_other_numbers_below_a_renamed_one_needs_no_most_of_its_messages() {
        let gone = [trace("a", 5, 3, 2), trace("a/x", 6, 9, 8), trace("a/y", 6, 1, 0)];
        let come = [trace("b", 7, 3, 2), trace("b/x", 8, 2, 1), trace("b/y", 9, 2, 1)];
        let mut renames = Renames::new(gone.to_vec(), come.to_vec());
        renames.seen(Likeness::Renumbered, &[((0, 0), Look::Same), ((1, 1), Look::Other)]);
        assert_eq!(renames.to_look_at(Likeness::RenumberedBelow), [(1, 1), (2, 2)]);
        renames.seen(Likeness::RenumberedBelow, &[((1, 1), Look::Same), ((2, 2), Look::Nothing)]);
        assert_eq!(renames.found(), [(0, 0), (1, 1), (2, 2)]);
    }

    #[test]
    fn children_follow_their_parent_where_nothing_else_tells_them_apart() {
        let gone = [trace("a", 5, 3, 2), trace("a/x", 6, 1, 0), trace("a/y", 6, 1, 0)];
        let come = [trace("b", 5, 4, 3), trace("b/x", 6, 1, 0), trace("b/y", 6, 1, 0)];
        let look = |page, folder| if (page, folder) == (0, 0) { Look::Same } else { Look::Nothing };
        assert_eq!(run(&gone, &come, look), [(0, 0), (1, 1), (2, 2)]);
    }

    proptest! {
        /// The truth: page n is folder n, where there is one; looks tell it where there are messages.
        #[test]
        fn nobody_follows_another_folder_and_whoever_is_told_apart_is_followed(
            validities in prop::collection::vec(1..4_u64, 1..8),
            counts in prop::collection::vec(0..3_u64, 8),
            renamed in 0..8_usize,
        ) {
            let made = |name: &str| -> Vec<Trace> {
                let both = validities.iter().zip(&counts).enumerate();
                both.map(|(n, (v, c))| trace(&format!("{name}{n}"), *v, 3, *c)).collect()
            };
            let (gone, mut come) = (made("a"), made("b"));
            come.truncate(renamed);
            let look = |page: usize, folder: usize| match counts.get(page) {
                Some(0) => Look::Nothing,
                _ if page == folder => Look::Same,
                _ => Look::Other,
            };
            let found = run(&gone, &come, look);
            let messages = |page: usize| counts.get(page).copied().unwrap_or(0);
            prop_assert!(found.iter().all(|(page, folder)| page == folder || messages(*page) == 0));
            let told = (0..come.len()).filter(|page| messages(*page) > 0);
            for page in told {
                prop_assert!(found.contains(&(page, page)));
            }
            let folders: BTreeSet<usize> = found.iter().map(|(_, folder)| *folder).collect();
            prop_assert_eq!(folders.len(), found.len());
        }
    }
}
