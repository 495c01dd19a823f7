//! What is still to be copied, and how many messages may share a command. Pure.
//!
//! INVARIANT: the first of what is left comes next, be it new or refused before.

use wire::{AppendOptions, FetchOptions, UidSet};

use super::outcome::{Again, Refused};

/// So few messages are tried again each for itself: all of them at once, as what stands alone may be refused without
/// another one passing it.
const FEW: usize = 32;

/// How many messages may share a command, and so an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Grouping {
    /// One that reads.
    read: usize,
    /// One that sends.
    sent: usize,
    /// Whether nothing is sent while a command of several messages is under way.
    in_turn: bool,
}

impl Grouping {
    pub(crate) fn fetch(self) -> FetchOptions {
        match u64::try_from(self.read) {
            // Short commands would cost a round trip each, were they not under way together.
            Ok(most) if self.read != usize::MAX => {
                FetchOptions { messages_per_command: most, commands_in_flight: 8 }
            }
            _ => FetchOptions::default(),
        }
    }

    pub(crate) fn append(self) -> AppendOptions {
        let options = AppendOptions::default();
        AppendOptions { messages_per_batch: self.sent, in_turn: self.in_turn, ..options }
    }

    /// How many messages are tried before it is known what becomes of them.
    fn portion(self) -> usize {
        let sent = if self.in_turn { self.sent } else { usize::MAX };
        let portion = |most: usize| if most == 1 { FEW } else { most };
        portion(self.read).min(portion(sent))
    }
}

/// What is still to be copied.
#[derive(Debug)]
pub(crate) struct Backlog {
    left: UidSet,
    grouping: Grouping,
    /// What it was at first, and is at the most.
    first: Grouping,
    /// Whether some were refused together.
    careful: bool,
}

impl Backlog {
    /// These messages, of which so many may share a command.
    pub(crate) fn new(left: UidSet, most: usize) -> Self {
        let sent = most.min(AppendOptions::default().messages_per_batch);
        let first = Grouping { read: most, sent, in_turn: false };
        Self { left, grouping: first, first, careful: false }
    }

    /// What to copy next: all at once until some were refused together, then a portion.
    pub(crate) fn next(&mut self) -> Option<(UidSet, Grouping)> {
        let portion = if self.careful { self.grouping.portion() } else { usize::MAX };
        let uids = self.left.take_first(u64::try_from(portion).unwrap_or(u64::MAX));
        (!uids.is_empty()).then_some((uids, self.grouping))
    }

    /// Takes back what was refused together, and what was not sent for that.
    pub(crate) fn put_back(&mut self, again: Again, unsent: &UidSet) {
        self.careful |= !again.uids.is_empty();
        again.uids.ranges().chain(unsent.ranges()).for_each(|range| self.left.insert_range(range));
        self.grouping = Grouping {
            read: size(self.grouping.read, again.read).min(self.first.read),
            sent: size(self.grouping.sent, again.sent).min(self.first.sent),
            in_turn: self.grouping.in_turn || again.sent.together > 0,
        };
    }
}

/// How many may share the next command: half as many as were refused together, and twice as many after a success. While
/// bad ones turn up among those that go each for itself, the next ones do so, too.
fn size(now: usize, refused: Refused) -> usize {
    match now.min(refused.together) {
        0 if now == 1 && refused.alone => 1,
        0 => now.max(FEW).saturating_mul(2),
        1..=FEW => 1,
        many => many / 2,
    }
}

#[cfg(test)]
mod tests {
    use std::ops::RangeInclusive;

    use super::*;

    /// What a copy came to.
    struct Copied {
        /// In the order in which the target stored them.
        stored: Vec<u32>,
        refused: usize,
        turns: usize,
    }

    /// Copies messages to a target that stores a command whole or not at all, and learns of a refusal when so many commands
    /// are on their way behind it, where they may be.
    fn copied(uids: RangeInclusive<u32>, behind: usize, is_bad: impl Fn(u32) -> bool) -> Copied {
        let mut backlog = Backlog::new(uids.collect(), usize::MAX);
        let mut copied = Copied { stored: Vec::new(), refused: 0, turns: 0 };
        while let Some((mut uids, grouping)) = backlog.next() {
            copied.turns += 1;
            let (mut again, mut more) = (Again::default(), usize::MAX);
            while more > 0 && !uids.is_empty() {
                more -= 1;
                let command = uids.take_first(grouping.append().messages_per_batch as u64);
                match command.iter().any(&is_bad) {
                    false => copied.stored.extend(command.iter()),
                    true if command.count() == 1 => {
                        again.sent.alone = true;
                        copied.refused += 1;
                    }
                    true => {
                        again.sent.together = again.sent.together.max(command.count() as usize);
                        again.uids.extend(command.iter());
                        more = more.min(if grouping.in_turn { 0 } else { behind });
                    }
                }
            }
            backlog.put_back(again, &uids);
        }
        copied
    }

    #[test]
    fn order_holds_whatever_is_refused_where_nothing_was_on_its_way_behind_it() {
        for bad in [&[1][..], &[300, 301, 700], &[512, 513, 5000], &[2, 4, 6, 8, 40, 900, 4999]] {
            let Copied { stored, refused, .. } = copied(1..=5000, 0, |uid| bad.contains(&uid));
            assert_eq!(refused, bad.len());
            assert_eq!(stored, (1..=5000).filter(|uid| !bad.contains(uid)).collect::<Vec<_>>());
        }
    }

    #[test]
    fn only_what_was_on_its_way_behind_the_first_refusal_comes_before_what_was_refused() {
        let stored = copied(1..=5000, 2, |uid| uid == 10 || uid == 2000).stored;
        let place = |uid| stored.iter().position(|stored| *stored == uid).unwrap();
        assert!(place(513) < place(1) && place(1536) < place(512), "two commands were on their way");
        assert!(stored[place(1)..].is_sorted() && place(1537) > place(512), "nothing new was sent past it");
    }

    #[test]
    fn a_bad_message_costs_a_few_turns_and_many_bad_ones_no_more_than_one_for_a_few_messages() {
        assert!(copied(1..=512, 0, |uid| uid == 77).turns <= 12);
        let clean = copied(1..=51_200, 0, |_| false).turns;
        assert_eq!(clean, 1);
        let rare = copied(1..=51_200, 0, |uid| uid == 77).turns;
        assert!(rare <= 112, "commands are as large as they were soon: {rare}");
        let dense = copied(1..=5_120, 0, |uid| uid % 10 == 0).turns;
        assert!(dense <= 5_120 / FEW + 6, "{dense}");
    }

    #[test]
    fn what_a_source_refuses_to_read_together_leaves_the_sending_as_it_was() {
        let mut backlog = Backlog::new((1..=5000).collect(), usize::MAX);
        let (_, first) = backlog.next().unwrap();
        let read = Refused { together: 100, alone: false };
        let again = Again { uids: (901..=1000).collect(), read, ..Again::default() };
        backlog.put_back(again, &UidSet::new());
        assert_eq!(backlog.next().unwrap(), ((901..=950).collect(), Grouping { read: 50, ..first }));
        backlog.put_back(Again::default(), &UidSet::new());
        assert_eq!(backlog.next().unwrap(), ((951..=1000).collect(), Grouping { read: 100, ..first }));
        assert_eq!(backlog.next(), None);
    }

    #[test]
    fn no_more_share_a_command_than_may() {
        let mut backlog = Backlog::new((1..=64).collect(), 8);
        let (uids, grouping) = backlog.next().unwrap();
        assert_eq!((uids.count(), grouping.append().messages_per_batch), (64, 8));
        assert_eq!(grouping.fetch().messages_per_command, 8);
        let sent = Refused { together: 8, alone: false };
        backlog.put_back(Again { uids: (1..=8).collect(), sent, ..Again::default() }, &(9..=64).collect());
        let (uids, grouping) = backlog.next().unwrap();
        assert_eq!((uids, grouping.append().messages_per_batch), ((1..=8).collect(), 1));
        backlog.put_back(Again::default(), &UidSet::new());
        let (uids, grouping) = backlog.next().unwrap();
        assert_eq!((uids, grouping.append().messages_per_batch), ((9..=16).collect(), 8));
    }
}
