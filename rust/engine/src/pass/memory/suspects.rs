//! Finds the message that makes a server hang up: a target when it is sent, a source when it is read (peers A22, G8, O5,
//! O7).
//!
//! When a connection breaks, any message that was under way may be why; mostly none is. Those that were under way when it
//! breaks twice are suspects: the next pass moves them in groups, one group at a time, and each loss halves the groups,
//! until the line holds or one message is left.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use model::{ErrorKind, Side};
use wire::UidSet;

use crate::base::lock::lock;

/// How often a message must break the connection by itself to be given up, where others pass;
const MOST_BREAKS: u32 = 3;
/// and where none has passed since, so that it may as well be the line.
const MOST_BREAKS_ALONE: u32 = 6;
/// How many messages in a row are given up while nothing passes. Then it is the line.
const MOST_IN_A_ROW: u32 = 10;

/// Whether a connection ends by an error of this kind: it was closed, fell silent, or spoke out of order (peers I5).
pub(crate) fn is_break(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::ConnectionLost | ErrorKind::TimedOut | ErrorKind::ProtocolViolation)
}

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
    folders: BTreeMap<(i64, Form, Side), Suspected>,
    /// Folders of which more is known than before.
    narrowed: BTreeSet<i64>,
}

/// The suspects of one folder, as one side has them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Suspected {
    /// Source UIDs of messages that were under way.
    uids: UidSet,
    /// How many of them may be under way at once; 0 while the connection broke only once.
    together: usize,
    /// Messages that were found to blame.
    pub(crate) guilty: UidSet,
    /// How many there were when the connection last broke.
    last: u64,
    /// How often the only suspect broke the connection by itself.
    breaks: u32,
    /// Whether a suspect passed meanwhile.
    some_passed: bool,
    /// How many were given up since any message passed.
    in_a_row: u32,
}

impl Suspects {
    /// The same for messages that are sent repaired.
    pub(crate) fn of_repaired(&self) -> Self {
        Self { form: Form::Repaired, ..self.clone() }
    }

    /// What one side has of a folder.
    pub(crate) fn of(&self, folder: i64, side: Side) -> Suspected {
        lock(&self.shared).folders.get(&(folder, self.form, side)).cloned().unwrap_or_default()
    }

    /// The connection to a side broke while these messages of the folder were under way; `passed` says that others were
    /// copied before.
    pub(crate) fn broke(&self, folder: i64, side: Side, under_way: UidSet, passed: bool) {
        let mut shared = lock(&self.shared);
        let suspected = shared.folders.entry((folder, self.form, side)).or_default();
        if passed {
            suspected.in_a_row = 0;
        }
        if suspected.broke(under_way) {
            shared.narrowed.insert(folder);
        }
    }

    /// These messages were copied, or refused in good order.
    pub(crate) fn acquit(&self, folder: i64, uids: &UidSet) {
        let (form, mut shared) = (self.form, lock(&self.shared));
        let both = (folder, form, Side::Source)..=(folder, form, Side::Target);
        for (_, suspected) in shared.folders.range_mut(both) {
            suspected.acquit(uids);
        }
    }

    /// Forgets what it has of these folders: they are worth a new try.
    pub(crate) fn forget(&self, folders: impl Iterator<Item = i64>) {
        let mut shared = lock(&self.shared);
        for folder in folders {
            shared.folders.retain(|(suspected, _, _), _| *suspected != folder);
            shared.narrowed.remove(&folder);
        }
    }

    /// Whether the last losses told something: then it is worth to go on at once.
    pub(crate) fn take_narrowed(&self, folders: impl Iterator<Item = i64>) -> bool {
        let mut shared = lock(&self.shared);
        folders.filter(|folder| shared.narrowed.remove(folder)).count() > 0
    }
}

impl Suspected {
    /// Divides messages, which are to be moved in this order, into runs; says of each how many of it may be under way.
    pub(crate) fn divide(&self, mut uids: UidSet) -> Vec<(UidSet, usize)> {
        let Some(first) = self.uids.iter().next().filter(|_| self.together > 0) else {
            return vec![(uids, usize::MAX)];
        };
        let before = uids.iter().take_while(|uid| *uid < first).count();
        let mut runs = vec![(uids.take_first(before as u64), usize::MAX)];
        let (mut suspects, innocent): (UidSet, UidSet) =
            uids.iter().partition(|uid| self.uids.contains(*uid));
        while !suspects.is_empty() {
            runs.push((suspects.take_first(self.together as u64), self.together));
        }
        runs.push((innocent, usize::MAX));
        runs
    }

    /// Says whether more is known than before.
    fn broke(&mut self, under_way: UidSet) -> bool {
        let both: UidSet = under_way.iter().filter(|uid| self.uids.contains(*uid)).collect();
        let (before, now) = (self.uids.count(), both.count());
        if now == 0 {
            let (guilty, in_a_row) = (std::mem::take(&mut self.guilty), self.in_a_row);
            *self = Self { last: under_way.count(), uids: under_way, guilty, in_a_row, ..Self::default() };
            return false;
        }
        let by_itself = now == 1 && self.together == 1 && before == 1;
        self.breaks = if by_itself { self.breaks + 1 } else { u32::from(now == 1 && self.together == 1) };
        let may_be_found = self.in_a_row < MOST_IN_A_ROW;
        let learned = now < self.last || self.together == 0 || (by_itself && may_be_found);
        (self.uids, self.last) = (both, now);
        self.together = usize::try_from(now / 2).unwrap_or(usize::MAX).max(1);
        let most = if self.some_passed { MOST_BREAKS } else { MOST_BREAKS_ALONE };
        if self.breaks >= most && may_be_found {
            self.guilty.extend(std::mem::take(&mut self.uids).iter());
            self.in_a_row += 1;
            (self.together, self.last, self.breaks) = (0, 0, 0);
        }
        learned
    }

    fn acquit(&mut self, uids: &UidSet) {
        if uids.is_empty() {
            return;
        }
        self.in_a_row = 0;
        let before = self.uids.count();
        self.uids = self.uids.iter().filter(|uid| !uids.contains(*uid)).collect();
        self.some_passed |= self.uids.count() < before;
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
    fn a_line_on_which_nothing_passes_any_more_costs_a_few_messages_and_not_all() {
        let suspects = Suspects::default();
        let at_the_first = |folder, passed| {
            let suspected = suspects.of(folder, Side::Source);
            let left = (1..=100).filter(|uid| !suspected.guilty.contains(*uid)).collect();
            let runs = suspected.divide(left);
            let (run, _) = runs.into_iter().find(|(run, _)| !run.is_empty()).unwrap();
            suspects.broke(folder, Side::Source, run, passed);
            suspects.take_narrowed(std::iter::once(folder))
        };
        let learned = (0..1000).filter(|_| at_the_first(1, false)).count();
        assert_eq!(suspects.of(1, Side::Source).guilty, (1..=10).collect());
        assert!(learned < 200, "a pass that learns nothing counts as one in vain");
        (0..300).for_each(|_| _ = at_the_first(2, true));
        assert!(suspects.of(2, Side::Source).guilty.count() > 10, "others passed in between");
    }

    #[test]
    fn silence_and_garbage_break_a_connection_as_its_end_does_and_a_refusal_does_not() {
        use ErrorKind::*;
        assert!([ConnectionLost, TimedOut, ProtocolViolation].into_iter().all(is_break));
        assert!(![ServerRefused, Throttled, QuotaExceeded, StoreLocked, DiskFull].into_iter().any(is_break));
    }

    #[test]
    fn what_one_side_breaks_by_is_nothing_to_the_other() {
        let suspects = Suspects::default();
        for side in [Side::Source, Side::Target, Side::Source] {
            suspects.broke(7, side, (1..=4).collect(), false);
        }
        let runs = |side| suspects.of(7, side).divide((1..=4).collect()).len();
        assert_eq!((runs(Side::Source), runs(Side::Target)), (4, 1));
        suspects.acquit(7, &(1..=4).collect());
        assert_eq!(runs(Side::Source), 1);
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
