//! What is still to be copied, and how many messages may share a command. Pure.
//!
//! INVARIANT: what was refused together comes before everything that was not sent yet.

use wire::{AppendOptions, FetchOptions, UidSet};

use super::outcome::Again;

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
    pub(crate) fn at_most(most: usize) -> Self {
        Self { read: most, sent: most, in_turn: false }
    }

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
        let messages_per_batch = options.messages_per_batch.min(self.sent);
        AppendOptions { messages_per_batch, in_turn: self.in_turn, ..options }
    }

    /// What is tried before it is known what becomes of it.
    fn portion(self) -> usize {
        [self.read, self.sent]
            .map(|most| if most == 1 { FEW } else { most })
            .into_iter()
            .fold(usize::MAX, usize::min)
    }

    /// For messages that were refused together: half as many, and each for itself where they are few.
    fn halved(self, again: &Again) -> Self {
        let half = |most: usize, together: usize| match most.min(together) {
            0 => most,
            1..=FEW => 1,
            many => many / 2,
        };
        Self { read: half(self.read, again.read), sent: half(self.sent, again.sent), ..self.behind(again) }
    }

    /// For what comes behind them.
    fn behind(self, again: &Again) -> Self {
        let sent = if again.sent == 0 { self.sent } else { self.sent.min(again.sent) };
        Self { sent, in_turn: self.in_turn || again.sent > 0, ..self }
    }
}

/// What is still to be copied.
#[derive(Debug)]
pub(crate) struct Backlog {
    /// The next one last.
    portions: Vec<(UidSet, Grouping)>,
    /// Whether some were refused together.
    careful: bool,
}

impl Backlog {
    pub(crate) fn new(uids: UidSet, most: usize) -> Self {
        Self { portions: vec![(uids, Grouping::at_most(most))], careful: false }
    }

    /// What to copy next: all at once until some were refused together, then a portion.
    pub(crate) fn next(&mut self) -> Option<(UidSet, Grouping)> {
        let (mut uids, grouping) = self.portions.pop().filter(|(uids, _)| !uids.is_empty())?;
        if !self.careful {
            return Some((uids, grouping));
        }
        let portion = uids.take_first(u64::try_from(grouping.portion()).unwrap_or(u64::MAX));
        self.push(uids, grouping);
        Some((portion, grouping))
    }

    /// Takes back what was refused together, and what was not sent for that.
    pub(crate) fn put_back(&mut self, grouping: Grouping, again: Again, unsent: UidSet) {
        self.careful |= !again.uids.is_empty();
        self.push(unsent, grouping.behind(&again));
        let halved = grouping.halved(&again);
        self.push(again.uids, halved);
    }

    fn push(&mut self, uids: UidSet, grouping: Grouping) {
        if !uids.is_empty() {
            self.portions.push((uids, grouping));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ops::RangeInclusive;

    use super::*;

    /// Copies messages to a target that stores a command whole or not at all, `ahead` commands of it being under way at
    /// first; returns in what order it stored them, how many it refused for themselves, and in how many turns.
    fn copied(uids: RangeInclusive<u32>, ahead: usize, bad: &[u32]) -> (Vec<u32>, usize, usize) {
        let mut backlog = Backlog::new(uids.collect(), usize::MAX);
        let (mut stored, mut refused, mut turns) = (Vec::new(), 0, 0);
        while let Some((mut uids, grouping)) = backlog.next() {
            turns += 1;
            let most = grouping.append().messages_per_batch;
            let (mut again, mut left) = (Again::default(), usize::MAX);
            while left > 0 && !uids.is_empty() {
                let command: Vec<u32> = uids.take_first(most as u64).iter().collect();
                left -= 1;
                match command.iter().any(|uid| bad.contains(uid)) {
                    false => stored.extend(command),
                    true if command.len() == 1 => refused += 1,
                    true => {
                        again.sent = again.sent.max(command.len());
                        again.uids.extend(command);
                        left = left.min(if grouping.in_turn { 0 } else { ahead });
                    }
                }
            }
            backlog.put_back(grouping, again, uids);
        }
        (stored, refused, turns)
    }

    #[test]
    fn order_holds_whatever_is_refused_where_nothing_was_under_way_behind_it() {
        for bad in [&[1][..], &[300, 301, 700], &[512, 513, 5000], &[2, 4, 6, 8, 40, 900, 4999]] {
            let (stored, refused, _) = copied(1..=5000, 0, bad);
            assert_eq!(refused, bad.len());
            assert_eq!(stored, (1..=5000).filter(|uid| !bad.contains(uid)).collect::<Vec<_>>());
        }
    }

    #[test]
    fn only_what_was_under_way_at_the_first_refusal_comes_before_what_was_refused() {
        let (stored, _, _) = copied(1..=5000, 2, &[10, 2000]);
        let place = |uid| stored.iter().position(|stored| *stored == uid).unwrap();
        assert!(place(513) < place(1) && place(1536) < place(512), "two commands were under way");
        assert!(stored[place(512)..].is_sorted() && place(1537) > place(512), "nothing new was sent past it");
    }

    #[test]
    fn a_bad_message_is_found_in_a_few_turns_and_many_cost_a_few_for_each_command() {
        assert!(copied(1..=512, 0, &[77]).2 <= 11);
        let every_tenth: Vec<u32> = (1..=512).filter(|uid| uid % 10 == 0).collect();
        assert!(copied(1..=512, 0, &every_tenth).2 <= 48);
    }

    #[test]
    fn what_a_source_refuses_to_read_together_leaves_the_sending_as_it_was() {
        let mut backlog = Backlog::new((1..=1000).collect(), usize::MAX);
        let (_, grouping) = backlog.next().unwrap();
        let again = Again { uids: (901..=1000).collect(), read: 100, sent: 0 };
        backlog.put_back(grouping, again, UidSet::new());
        let (uids, grouping) = backlog.next().unwrap();
        assert_eq!(
            (uids, grouping),
            ((901..=950).collect(), Grouping { read: 50, ..Grouping::at_most(usize::MAX) })
        );
    }
}
