//! Numbers a folder's rows anew after a UIDVALIDITY changed: messages and copies are found by content (RFC 3501 §2.3.1.1).
//!
//! What a row knew, it keeps. A copy that is not found is gone: its owner has deleted or moved it, and it stays so.

use std::collections::BTreeMap;

use model::plan::{Proof, follow};
use model::{Result, UidValidity};
use store::LedgerMessage;
use wire::UidSet;

use super::work::{Work, remembered};
use crate::base::blocking::blocking;
use crate::base::present::{claimed, present};
use crate::target::Target;

impl Work<'_> {
    /// Sees to it that the ledger's numbers of this folder mean what both servers mean now.
    pub(crate) async fn make_numbers_hold(&mut self) -> Result<()> {
        let (source, target) = (self.from.numbers, self.to.numbers);
        let source_holds = UidValidity::holds(source.uid_validity, self.page.source_uid_validity);
        let target_holds = UidValidity::holds(target.uid_validity, self.page.target_uid_validity);
        let target_holds = target_holds && !self.was_set_back();
        if source_holds && target_holds {
            return Ok(());
        }
        if self.is_new {
            self.meet(target_holds);
        } else {
            self.renumber(source_holds, target_holds).await?;
        }
        self.page.source_uid_validity = source.uid_validity;
        self.page.target_uid_validity = target.uid_validity;
        Ok(())
    }

    /// Whether the target's next message gets a number that was given before, as in a folder that came back from a backup:
    /// then numbers that rows name may be those of other messages.
    fn was_set_back(&self) -> bool {
        let next = self.to.numbers.uid_next.map(u32::from);
        next.zip(self.page.frontier).is_some_and(|(next, frontier)| next < frontier)
    }

    /// First contact. What the ledger said of an empty folder stays true under any number: all came since.
    fn meet(&mut self, target_holds: bool) {
        let began_empty = self.page.frontier == Some(1) || self.to.numbers.messages == Some(0);
        let frontier = match self.page.frontier {
            known if target_holds => known,
            _ if began_empty => Some(1),
            _ => None,
        };
        self.pair.recorder.turn_to(self.ledger_id, frontier);
    }

    async fn renumber(&mut self, source_holds: bool, target_holds: bool) -> Result<()> {
        let same = UidValidity::holds(self.to.numbers.uid_validity, self.page.target_uid_validity);
        let why = match source_holds && same {
            true => "the target gives UIDs again that it had given before",
            false => "its UIDVALIDITY changed",
        };
        self.note(&format!("{why}, so its messages are matched by content.")).await?;
        let mut rows = self.whole_rows().await?;
        let mut orphans: Vec<_> = self.orphans().await?.into_iter().map(|orphan| orphan.message).collect();
        let mut frontier = self.page.frontier;
        if !target_holds {
            frontier = self.follow_copies(&mut rows, &mut orphans).await?;
        }
        if !source_holds {
            self.pair.context.forget_left_behind(&self.shown).await?;
            (rows, orphans) = self.claim_messages(rows, orphans).await?;
        }
        self.page.source_uid_validity = self.from.numbers.uid_validity;
        self.page.target_uid_validity = self.to.numbers.uid_validity;
        (self.page.frontier, self.page.in_step_at) = (frontier, None);
        self.pair.recorder.turn_to(self.ledger_id, frontier);
        self.pair.recorder.flush().await?;
        let (store, lease) = (self.pair.context.store.clone(), self.pair.context.lease.clone());
        let (id, page) = (self.ledger_id, self.page.clone());
        blocking(move || store.renumber(&lease, id, &page, &rows, &orphans)).await
    }

    /// Gives rows the numbers that their copies have now. Says what the frontier is: where every copy kept its number, it
    /// stays what it was.
    async fn follow_copies(
        &mut self,
        rows: &mut [LedgerMessage],
        orphans: &mut [LedgerMessage],
    ) -> Result<Option<u32>> {
        let Target::Imap(imap) = &mut self.pair.target else { return Ok(None) };
        imap.read_anew(&self.to.name).await?;
        let there = present(imap.read(&self.to.name).await?, &UidSet::all()).await?;
        let all = || rows.iter().chain(orphans.iter());
        let copies: Vec<_> = all().filter_map(|row| Some(remembered(row.target_uid?, row))).collect();
        let followed = follow(&copies, &there);
        let gone = copies.len() - followed.len();
        let kept = !followed.is_empty() && followed.iter().all(|(before, now)| before == now);
        let began_empty = self.page.frontier == Some(1) && copies.is_empty();
        for row in rows.iter_mut().chain(orphans.iter_mut()) {
            row.target_uid = row.target_uid.and_then(|uid| followed.get(&uid).copied());
        }
        if gone > 0 {
            self.note(&format!("{gone} copies are no longer on the target.")).await?;
        }
        // What came since is told by higher numbers only while those go on from where they were.
        let next = there.iter().map(|message| message.uid.saturating_add(1)).max().unwrap_or(1);
        Ok(self.page.frontier.filter(|_| kept || began_empty).map(|frontier| frontier.min(next)))
    }

    /// Finds the messages of rows. Returns the rows under their new numbers, and those whose messages are gone.
    async fn claim_messages(
        &mut self,
        rows: Vec<LedgerMessage>,
        orphans: Vec<LedgerMessage>,
    ) -> Result<(Vec<LedgerMessage>, Vec<LedgerMessage>)> {
        let all: Vec<LedgerMessage> = rows.into_iter().chain(orphans).collect();
        let known: Vec<_> = (0..).zip(&all).map(|(key, row)| remembered(key, row)).collect();
        let listed = self.from.all.clone().unwrap_or_default();
        let mut source = self.source().await?;
        let there = source.present(listed).await?;
        let claimed = claimed(source.connection, &known, there, Proof::Mark).await?;
        Ok(divide(all, &claimed))
    }
}

fn divide(all: Vec<LedgerMessage>, claimed: &BTreeMap<u32, u32>) -> (Vec<LedgerMessage>, Vec<LedgerMessage>) {
    let (mut rows, mut orphans) = (Vec::new(), Vec::new());
    for (key, row) in (0_u32..).zip(all) {
        match claimed.get(&key) {
            Some(uid) => rows.push(LedgerMessage { source_uid: *uid, ..row }),
            None => orphans.push(row),
        }
    }
    (rows, orphans)
}
