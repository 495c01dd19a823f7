//! What a target has stored although it refused it: it is taken for copied, and not sent again.
//!
//! INVARIANT: nothing that was refused is sent once more, in whatever form, before the target was asked whether it has it.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use model::plan::{Present, Proof, Remembered, place, recognize};
use model::{Numbers, Result};
use wire::{Connection, UidSet};

use super::fate::Fate;
use super::outcome::{Again, CopyReport, Sent};
use crate::base::present::claimed;
use crate::net::session::Statuses;
use crate::pass::pair::Pair;
use crate::target::{OpenFolder, Target};

/// A target folder, as what it refuses is looked for.
#[derive(Debug)]
pub(crate) struct Stand<'k> {
    /// What it said of itself last.
    numbers: Numbers,
    /// How many copies it has said OK to since.
    since: u64,
    /// UIDs of copies that rows name.
    known: &'k UidSet,
}

/// How much a report told when something was begun.
#[derive(Debug, Clone, Copy)]
pub(super) struct Before {
    copied: u64,
    refused: usize,
}

impl Before {
    pub(super) fn of(report: &CopyReport) -> Self {
        Self { copied: report.copied, refused: report.refused.len() }
    }
}

impl<'k> Stand<'k> {
    /// As it is before anything is sent.
    pub(crate) fn new(numbers: Numbers, known: &'k UidSet) -> Self {
        Self { numbers, since: 0, known }
    }

    /// Looks for what was refused since, if the folder may hold more than it said OK to. What is there is copied.
    pub(super) async fn find_denied(
        &mut self,
        pair: &mut Pair,
        folder: &OpenFolder,
        before: Before,
        report: &mut CopyReport,
        again: &mut Again,
    ) -> Result<()> {
        self.since += report.copied.saturating_sub(before.copied);
        let alone = report.refused.iter().skip(before.refused).map(|(sent, _)| sent.clone());
        let denied: Vec<Sent> = std::mem::take(&mut again.denied).into_iter().chain(alone).collect();
        if denied.is_empty() || !self.has_moved(pair, &folder.name).await? {
            return Ok(());
        }
        let found = self.look_for(&denied, pair, &folder.name, report).await?;
        report.refused.retain(|(sent, _)| !found.contains_key(&sent.uid));
        let holds = self.numbers.uid_validity == folder.numbers.uid_validity;
        let (recorder, meter) = (&mut pair.recorder, &pair.context.meter);
        let mut fate = Fate { recorder, meter, report, again, writing: None };
        for sent in denied {
            let Some(&place) = found.get(&sent.uid) else { continue };
            fate.again.uids.remove(sent.uid);
            fate.report.stored_all_the_same.insert(sent.uid);
            fate.copied(sent, Some(place).filter(|_| holds)).await?;
        }
        Ok(())
    }

    /// Asks the folder for its numbers. Says whether it may hold more than it said OK to.
    async fn has_moved(&mut self, pair: &mut Pair, name: &str) -> Result<bool> {
        let told = pair.target.numbers(Statuses::new(), &[name]).await?;
        let now = told.get(name).map(|status| status.numbers).unwrap_or_default();
        let may_hold_more = self.may_hold_more(now);
        (self.numbers, self.since) = (now, 0);
        Ok(may_hold_more)
    }

    /// Whether numbers leave room for more than was said OK to. What tells nothing does.
    fn may_hold_more(&self, now: Numbers) -> bool {
        let more = |(then, now): (u64, u64)| now > then.saturating_add(self.since);
        let next = |numbers: Numbers| numbers.uid_next.map(|next| u64::from(next.get()));
        let by_next = next(self.numbers).zip(next(now)).map(more);
        let by_count = self.numbers.messages.zip(now.messages).map(more);
        let is_another = self.numbers.uid_validity != now.uid_validity;
        is_another || by_next.or(by_count).unwrap_or(true) || by_count.unwrap_or(false)
    }

    /// The places of messages that were refused, by their UIDs on the source. What the target said OK to, and not where it is,
    /// has its own place first.
    async fn look_for(
        &self,
        denied: &[Sent],
        pair: &mut Pair,
        name: &str,
        report: &CopyReport,
    ) -> Result<BTreeMap<u32, u32>> {
        let first = pair.recorder.first_unknown().and_then(NonZeroU32::new);
        let Target::Imap(imap) = &mut pair.target else { return Ok(BTreeMap::new()) };
        imap.read_anew(name).await?;
        let is_known = |uid| self.known.contains(uid) || report.placed.contains(uid);
        let mut came = imap.came_since(name, first, is_known).await?;
        let unplaced: Vec<_> = (0..).zip(&report.unplaced).map(|(key, sent)| sent.remembered(key)).collect();
        let taken: UidSet = place(&unplaced, &came).into_values().collect();
        came.retain(|message| !taken.contains(message.uid));
        claim(imap.read(name).await?, denied, came).await
    }
}

/// Finds messages by their bytes, else by identity and date, since targets rewrite what they store.
async fn claim(
    target: &mut Connection,
    denied: &[Sent],
    mut came: Vec<Present>,
) -> Result<BTreeMap<u32, u32>> {
    let with_bytes = |sent: &Sent| Remembered { digest: Some(sent.digest), ..sent.remembered(sent.uid) };
    let mut rows: Vec<_> = denied.iter().map(with_bytes).collect();
    let mut found = claimed(target, &rows, came.clone(), Proof::Bytes).await?;
    rows.retain(|row| !found.contains_key(&row.key));
    let taken: UidSet = found.values().copied().collect();
    came.retain(|message| !taken.contains(message.uid));
    found.extend(recognize(&rows, &came));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use model::UidValidity;

    use super::*;

    fn numbers(uid_next: u32, messages: u64) -> Numbers {
        let uid_validity = UidValidity::new(1);
        Numbers {
            uid_validity,
            uid_next: NonZeroU32::new(uid_next),
            messages: Some(messages),
            highest_modseq: None,
        }
    }

    #[test]
    fn a_folder_may_hold_more_than_it_said_ok_to_unless_its_numbers_say_no() {
        let known = UidSet::new();
        let stand = Stand { since: 3, ..Stand::new(numbers(10, 5), &known) };
        let may = |now| stand.may_hold_more(now);
        assert!(!may(numbers(13, 8)) && !may(numbers(13, 2)), "people delete");
        assert!(may(numbers(14, 8)) && may(numbers(13, 9)));
        let unknown = Numbers { uid_next: None, ..numbers(1, 8) };
        assert!(!may(unknown) && may(Numbers { messages: Some(9), ..unknown }));
        assert!(may(Numbers { messages: None, ..unknown }), "it tells nothing");
        assert!(may(Numbers { uid_validity: UidValidity::new(2), ..numbers(13, 8) }), "it is another folder");
    }
}
