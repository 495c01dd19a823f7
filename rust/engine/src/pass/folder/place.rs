//! Finds out where copies lie of which the target did not say so, and whether they are there at all.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use model::plan::place;
use model::{Error, ErrorKind, Numbers, Result, UidValidity};
use wire::UidSet;

use super::work::Work;
use crate::pass::transfer::fate::row;
use crate::pass::transfer::outcome::CopyReport;
use crate::target::Target;

impl Work<'_> {
    /// Looks for copies without a known place in what came to the folder since it was accounted for. An OK is believed only
    /// with a place: what is not there was not copied, or somebody has taken it away already, where UIDs were used up for all
    /// that is missing.
    pub(crate) async fn place(&mut self, report: &mut CopyReport, named: &UidSet) -> Result<()> {
        let Target::Imap(imap) = &mut self.pair.target else { return Ok(()) };
        if report.unplaced.is_empty() {
            return Ok(());
        }
        let now = imap.read_anew(&self.to.name).await?;
        if now.uid_validity != self.to.numbers.uid_validity {
            self.meet_again(now.uid_validity, report).await?;
        }
        let first = self.pair.recorder.first_unknown().and_then(NonZeroU32::new);
        let Target::Imap(imap) = &mut self.pair.target else { return Ok(()) };
        let is_known = |uid| named.contains(uid) || report.placed.contains(uid);
        let came = imap.came_since(&self.to.name, first, is_known).await?;
        let seen = came.iter().map(|message| message.uid.saturating_add(1)).max().unwrap_or(0);
        let sent: Vec<_> = (0..).zip(&report.unplaced).map(|(key, sent)| sent.remembered(key)).collect();
        let placed = place(&sent, &came);
        let (came_now, placed_before) = (came.iter().map(|message| message.uid), report.placed.count());
        let gone = given_and_gone(self.to.numbers, now, came_now, placed_before);
        let were_given = gone.is_some_and(|gone| gone >= lacking(sent.len(), placed.len()));
        let dates: BTreeMap<u32, i64> = came.iter().filter_map(|m| Some((m.uid, m.received?))).collect();
        for (key, sent) in (0_u32..).zip(std::mem::take(&mut report.unplaced)) {
            match placed.get(&key) {
                Some(&uid) => {
                    let is_redated =
                        sent.received.zip(dates.get(&uid)).is_some_and(|(sent, kept)| sent != *kept);
                    report.redated += u64::from(is_redated);
                    report.placed.insert(uid);
                    report.sample(&sent, uid);
                    self.pair.recorder.row(row(&sent, uid)).await?;
                }
                None => report.not_there(sent, were_given),
            }
        }
        self.pair.recorder.reconciled(seen);
        Ok(())
    }

    /// The folder got another UIDVALIDITY while it was copied. One that was empty has it since its first message, and
    /// everything in it came since (GNU mailutils); of another nobody knows what the numbers mean until all is looked at.
    async fn meet_again(&mut self, now: Option<UidValidity>, report: &CopyReport) -> Result<()> {
        if self.to.numbers.messages == Some(0) && report.placed.is_empty() {
            self.to.numbers.uid_validity = now;
            self.page.target_uid_validity = now;
            self.pair.recorder.turn_to(self.ledger_id, Some(1));
            return Ok(());
        }
        self.page.target_uid_validity = None;
        self.pair.recorder.numbers_durably(self.page.clone()).await?;
        let text = "the target numbered the folder anew while it was copied";
        Err(Error::new(ErrorKind::ConnectionLost, text).folder(&self.shown))
    }
}

/// How many UIDs were given out since the folder was opened, and belong to nothing that is there now; none where the target
/// does not tell what comes next. What it told the places of counts as there.
fn given_and_gone(
    before: Numbers,
    now: Numbers,
    came: impl Iterator<Item = u32>,
    placed: u64,
) -> Option<u64> {
    let (before, now) = (before.uid_next?.get(), now.uid_next?.get());
    let there = came.filter(|uid| *uid >= before).count();
    let there = u64::try_from(there).unwrap_or(u64::MAX).saturating_add(placed);
    Some(u64::from(now.saturating_sub(before)).saturating_sub(there))
}

fn lacking(sent: usize, placed: usize) -> u64 {
    u64::try_from(sent.saturating_sub(placed)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uid_that_was_given_out_and_belongs_to_nothing_is_of_what_was_taken_away() {
        let next = |uid| Numbers { uid_next: NonZeroU32::new(uid), ..Numbers::default() };
        let gone =
            |now, came: &[u32], placed| given_and_gone(next(5), next(now), came.iter().copied(), placed);
        assert_eq!(gone(9, &[5, 7], 0), Some(2));
        assert_eq!(gone(9, &[3, 4, 5, 7], 1), Some(1), "3 and 4 were there, and one was told");
        assert_eq!((gone(5, &[], 0), gone(0, &[5], 0)), (Some(0), None));
    }
}
