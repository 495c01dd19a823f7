//! Finds the message that makes a server hang up (peers A22, G8, O5, O7).
//!
//! When a connection breaks, any message that was under way may be why; mostly none is. Those that were under way when it
//! breaks twice are suspects: the next pass sends them in groups, one group at a time, and each loss halves the groups,
//! until the line holds or one message is left.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wire::UidSet;

/// How often a message must break the connection by itself to be given up, where others pass;
const MOST_BREAKS: u32 = 3;
/// and where none has passed since, so that it may as well be the line.
const MOST_BREAKS_ALONE: u32 = 6;

/// What is suspected, by the ledger's key of the folder, for as long as a worker lives. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Suspects {
    shared: Arc<Mutex<Shared>>,
    form: Form,
}

/// How messages are sent: what breaks the connection as it is may pass when it is repaired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Form {
    #[default]
    Original,
    Repaired,
}

#[derive(Debug, Default)]
struct Shared {
    folders: BTreeMap<(i64, Form), Suspected>,
    /// Folders of which more is known than before.
    narrowed: BTreeSet<i64>,
}

/// The suspects of one folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Suspected {
    /// Source UIDs of messages that were under way.
    uids: UidSet,
    /// How many of them may be under way at once; 0 while the connection broke only once.
    together: usize,
    /// Messages that were found to blame.
    pub(super) guilty: UidSet,
    /// How many there were when the connection last broke.
    last: u64,
    /// How often the only suspect broke the connection by itself.
    breaks: u32,
    /// Whether the target took a suspect meanwhile.
    some_passed: bool,
}

impl Suspects {
    /// The same for messages that are sent repaired.
    pub(super) fn of_repaired(&self) -> Self {
        Self { form: Form::Repaired, ..self.clone() }
    }

    /// The suspects of a folder.
    pub(super) fn of(&self, folder: i64) -> Suspected {
        self.lock().folders.get(&(folder, self.form)).cloned().unwrap_or_default()
    }

    /// The connection broke while these messages of the folder were under way.
    pub(super) fn broke(&self, folder: i64, under_way: UidSet) {
        let mut shared = self.lock();
        if shared.folders.entry((folder, self.form)).or_default().broke(under_way) {
            shared.narrowed.insert(folder);
        }
    }

    /// The target took these messages, or refused them in good order.
    pub(super) fn acquit(&self, folder: i64, uids: &UidSet) {
        if let Some(suspected) = self.lock().folders.get_mut(&(folder, self.form)) {
            suspected.acquit(uids);
        }
    }

    /// Whether the last losses told something: then it is worth to go on at once.
    pub(crate) fn take_narrowed(&self, folders: impl Iterator<Item = i64>) -> bool {
        let mut shared = self.lock();
        folders.filter(|folder| shared.narrowed.remove(folder)).count() > 0
    }

    /// A panic while counting cannot leave more than a count half made.
    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Suspected {
    /// Divides messages, which are to be sent in this order, into runs; says of each how many of it may be under way.
    pub(super) fn divide(&self, mut uids: UidSet) -> Vec<(UidSet, usize)> {
        let Some(first) = self.uids.iter().next().filter(|_| self.together > 0) else {
            return vec![(uids, usize::MAX)];
        };
        let before = uids.iter().take_while(|uid| *uid < first).count();
        let mut runs = vec![(uids.take_first(before as u64), usize::MAX)];
        let mut suspects: UidSet = self.uids.iter().filter(|&uid| uids.remove(uid)).collect();
        while !suspects.is_empty() {
            runs.push((suspects.take_first(self.together as u64), self.together));
        }
        runs.push((uids, usize::MAX));
        runs
    }

    /// Says whether more is known than before.
    fn broke(&mut self, under_way: UidSet) -> bool {
        let both: UidSet = under_way.iter().filter(|uid| self.uids.contains(*uid)).collect();
        let (before, now) = (self.uids.count(), both.count());
        if now == 0 {
            let guilty = std::mem::take(&mut self.guilty);
            *self = Self { last: under_way.count(), uids: under_way, guilty, ..Self::default() };
            return false;
        }
        let by_itself = now == 1 && self.together == 1 && before == 1;
        self.breaks = if by_itself { self.breaks + 1 } else { u32::from(now == 1 && self.together == 1) };
        let learned = now < self.last || self.together == 0 || by_itself;
        (self.uids, self.last) = (both, now);
        self.together = usize::try_from(now / 2).unwrap_or(usize::MAX).max(1);
        if self.breaks >= if self.some_passed { MOST_BREAKS } else { MOST_BREAKS_ALONE } {
            self.guilty.extend(std::mem::take(&mut self.uids).iter());
            (self.together, self.last, self.breaks) = (0, 0, 0);
        }
        learned
    }

    fn acquit(&mut self, uids: &UidSet) {
        for uid in uids.iter() {
            self.some_passed |= self.uids.remove(uid);
        }
        if self.uids.is_empty() {
            (self.together, self.last, self.breaks) = (0, 0, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often the connection breaks until the one message at which it does is found.
    fn losses_until_found(messages: u32, poison: u32) -> u32 {
        let (mut suspected, mut losses) = (Suspected::default(), 0);
        suspected.broke((1..=messages).collect());
        suspected.broke((1..=messages).collect());
        while suspected.guilty.is_empty() {
            losses += 1;
            for (group, _) in suspected.divide((1..=messages).collect()) {
                if group.contains(poison) {
                    assert!(suspected.broke(group), "each loss tells something");
                    break;
                }
                suspected.acquit(&group);
            }
        }
        assert_eq!((suspected.guilty, suspected.uids.count()), (UidSet::one(poison), 0));
        losses
    }

    #[test]
    fn losses_halve_the_groups_until_one_message_is_found_and_given_up() {
        for poison in [1, 300, 1000] {
            assert!(losses_until_found(1000, poison) <= 10 + MOST_BREAKS_ALONE);
        }
        assert!(losses_until_found(1, 1) <= MOST_BREAKS_ALONE);
    }

    #[test]
    fn one_loss_suspects_nobody_and_another_only_what_was_under_way_both_times() {
        let mut suspected = Suspected::default();
        suspected.broke((1..=64).collect());
        assert_eq!(suspected.divide((1..=99).collect()), [((1..=99).collect(), usize::MAX)]);
        suspected.broke((61..=99).collect());
        let runs = [(1..=60, usize::MAX), (61..=62, 2), (63..=64, 2), (65..=99, usize::MAX)];
        assert_eq!(suspected.divide((1..=99).collect()), runs.map(|(uids, most)| (uids.collect(), most)));
        suspected.broke((70..=80).collect());
        assert_eq!(suspected.divide((1..=99).collect()).len(), 1, "the line broke somewhere else");
    }

    #[test]
    fn a_line_that_breaks_now_and_then_makes_nobody_guilty() {
        let mut suspected = Suspected::default();
        for first in 0..50 {
            suspected.broke((first * 10..first * 10 + 64).collect());
            suspected.acquit(&(first * 10..first * 10 + 11).collect());
        }
        assert!(suspected.guilty.is_empty() && !suspected.broke(UidSet::new()));
    }
}
