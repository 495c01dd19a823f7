//! The frontier of a target folder: up to where everything in it is accounted for.

use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Every message below it is a copy that a row names, or was looked at and is none of ours. What lies at or above it may be
/// a copy whose OK was lost.
///
/// It is raised by a copy that takes the very next place, or by a listing that was reconciled up to it: never over a gap,
/// in which somebody else's append, or one of ours, may still lie. It is never lowered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frontier {
    below: u32,
    /// Copies beyond a gap: the first of each run, and what follows its last.
    beyond: BTreeMap<u32, u32>,
}

impl Frontier {
    /// Nothing at or above this UID is accounted for.
    pub fn new(below: u32) -> Self {
        Self { below: below.max(1), beyond: BTreeMap::new() }
    }

    /// The first UID that is not accounted for.
    pub fn first_unknown(&self) -> u32 {
        self.below
    }

    /// Notes a copy that the server placed there.
    pub fn place(&mut self, uid: u32) {
        let next = uid.saturating_add(1);
        match uid.cmp(&self.below) {
            Ordering::Less => return,
            Ordering::Equal => self.below = next,
            Ordering::Greater => match self.beyond.range_mut(..=uid).next_back() {
                Some((_, end)) if *end >= uid => *end = (*end).max(next),
                _ => _ = self.beyond.insert(uid, next),
            },
        }
        self.close_gaps();
    }

    /// Notes that everything below this UID was read and reconciled.
    pub fn reconciled(&mut self, next: u32) {
        self.below = self.below.max(next);
        self.close_gaps();
    }

    fn close_gaps(&mut self) {
        while let Some(run) = self.beyond.first_entry().filter(|run| *run.key() <= self.below) {
            self.below = self.below.max(run.remove());
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_copy_in_the_next_place_raises_it_and_one_beyond_a_gap_does_not() {
        let mut frontier = Frontier::new(5);
        frontier.place(5);
        frontier.place(7);
        frontier.place(8);
        assert_eq!(frontier.first_unknown(), 6);
        frontier.place(6);
        assert_eq!(frontier.first_unknown(), 9);
    }

    #[test]
    fn copies_that_follow_each_other_beyond_a_gap_are_remembered_as_one_run() {
        let mut frontier = Frontier::new(5);
        [7, 8, 9, 8, 7].into_iter().for_each(|uid| frontier.place(uid));
        assert_eq!(frontier.beyond, BTreeMap::from([(7, 10)]));
    }

    #[test]
    fn a_reconciled_listing_raises_it_over_gaps_and_nothing_lowers_it() {
        let mut frontier = Frontier::new(0);
        assert_eq!(frontier.first_unknown(), 1);
        frontier.place(9);
        frontier.reconciled(9);
        assert_eq!(frontier.first_unknown(), 10);
        frontier.reconciled(3);
        frontier.place(2);
        assert_eq!(frontier, Frontier::new(10));
    }

    proptest! {
        #[test]
        fn it_is_the_first_uid_that_was_neither_placed_nor_reconciled(
            steps in proptest::collection::vec((1_u32..40, any::<bool>()), 0..60)
        ) {
            let mut frontier = Frontier::new(1);
            let mut known = [false; 64];
            for (uid, is_listing) in steps {
                if is_listing {
                    frontier.reconciled(uid);
                    known[..uid as usize].fill(true);
                } else {
                    frontier.place(uid);
                    known[uid as usize] = true;
                }
            }
            let first = (1..64).find(|uid| !known[*uid]).unwrap();
            prop_assert_eq!(frontier.first_unknown() as usize, first);
        }
    }
}
