//! What people did since the last pass: messages that left the source folder, some that came back, copies that vanished.

use std::collections::{BTreeMap, BTreeSet};

use model::Result;
use model::plan::{FlagChange, Flags, Present, Proof, Remembered};
use store::{LedgerMessage, Orphan};
use wire::UidSet;

use super::work::{Row, Work, remembered};
use crate::base::blocking::blocking;
use crate::base::digest::fingerprints;
use crate::base::present::claimed;
use crate::pass::side::source::ListOrder;
use crate::target::Target;

impl Work<'_> {
    /// Lists all of the source folder where a listing of what changed does not fit what the folder counts: messages have
    /// left it, or the server has left one out.
    pub(crate) async fn complete_listing(&mut self, rows: &[Row]) -> Result<()> {
        let is_known = |uid: &u32| rows.binary_search_by_key(uid, |row| row.uid).is_ok();
        let new = self.from.listed.iter().filter(|listed| !is_known(&listed.uid)).count();
        let expected = u64::try_from(rows.len() + new).unwrap_or(u64::MAX);
        if self.from.all.is_some() || self.from.exists() == expected {
            return Ok(());
        }
        self.list_again().await
    }

    /// Lists all of the source folder once more where STATUS counts more messages in it than it shows, before it was opened
    /// and now.
    pub(crate) async fn recount(&mut self) -> Result<()> {
        let Some(before) = self.counted.filter(|counted| *counted > self.from.exists()) else {
            return Ok(());
        };
        let counted = self.pair.source.recount(&self.from, before).await?;
        let Some(counted) = counted.filter(|counted| *counted > self.from.exists()) else { return Ok(()) };
        self.list_again().await?;
        self.from.counted = Some(counted);
        Ok(())
    }

    async fn list_again(&mut self) -> Result<()> {
        let order = ListOrder { key: self.from.key.clone(), changed_since: None };
        let context = self.pair.context.clone();
        // The rows refer to these sets of flags.
        let sets = std::mem::take(&mut self.from.sets);
        self.from = self.pair.source.list_again(order, context.content_filter.as_ref(), sets).await?;
        Ok(())
    }

    /// Makes orphans of rows whose messages have left the source folder. One that was only not listed this time is found
    /// again when it is.
    pub(crate) async fn part_with(&mut self, rows: &mut Vec<Row>) -> Result<()> {
        let Some(all) = self.from.all.as_ref() else { return Ok(()) };
        let gone: Vec<u32> = rows.iter().map(|row| row.uid).filter(|uid| !all.contains(*uid)).collect();
        if gone.is_empty() {
            return Ok(());
        }
        rows.retain(|row| all.contains(row.uid));
        self.pair.recorder.flush().await?;
        let (store, lease) = (self.pair.context.store.clone(), self.pair.context.lease.clone());
        let id = self.ledger_id;
        blocking(move || store.orphan(&lease, id, &gone)).await
    }

    /// Finds orphans among new messages: they left the folder and came back, and their copies are there already. Returns
    /// what their flags lack.
    pub(crate) async fn welcome_back(
        &mut self,
        copy: &mut Vec<u32>,
        orphans: &[Orphan],
    ) -> Result<Vec<FlagChange>> {
        if orphans.is_empty() || copy.is_empty() {
            return Ok(Vec::new());
        }
        let there = self.source().await?.present(copy.iter().copied().collect()).await?;
        let known = self.orphans_with_bytes(orphans, &there).await?;
        let claimed = claimed(self.source().await?.connection, &known, there, Proof::Bytes).await?;
        let mut changes = Vec::new();
        for (key, orphan) in (0_u32..).zip(orphans) {
            let Some(&uid) = claimed.get(&key) else { continue };
            let row = LedgerMessage { source_uid: uid, ..orphan.message.clone() };
            changes.extend(self.flag_change(&row));
            self.pair.recorder.claimed(orphan.id, row).await?;
        }
        let back: BTreeSet<u32> = claimed.into_values().collect();
        copy.retain(|uid| !back.contains(uid));
        self.pair.context.tally.synced(u64::try_from(back.len()).unwrap_or(0));
        Ok(changes)
    }

    /// What is known of orphans. Of one whose bytes were never read, its copy has them, unless the target has rewritten it; one
    /// of which nobody has the bytes is not claimed: a draft that was revised has the same Message-ID, and maybe the same date.
    async fn orphans_with_bytes(&mut self, orphans: &[Orphan], there: &[Present]) -> Result<Vec<Remembered>> {
        let known = (0..).zip(orphans).map(|(key, orphan)| remembered(key, &orphan.message));
        let mut known: Vec<_> = known.collect();
        let may_be_there = |row: &Remembered| there.iter().any(|message| message.identity == row.identity);
        let unread = |row: &Remembered| row.digest.is_none() && may_be_there(row);
        let copies = known.iter().zip(orphans).filter(|(row, _)| unread(row));
        let copies: UidSet = copies.filter_map(|(_, orphan)| orphan.message.target_uid).collect();
        let mut read = BTreeMap::new();
        if let (Target::Imap(imap), false) = (&mut self.pair.target, copies.is_empty()) {
            read = fingerprints(imap.read(&self.to.name).await?, copies).await?;
        }
        for (row, orphan) in known.iter_mut().zip(orphans).filter(|(row, _)| row.digest.is_none()) {
            row.digest = orphan.message.target_uid.and_then(|uid| read.remove(&uid));
        }
        known.retain(|row| row.digest.is_some());
        Ok(known)
    }

    fn flag_change(&self, row: &LedgerMessage) -> Option<FlagChange> {
        let (now, then) = (self.from.flags(row.source_uid), Flags::parse(&row.flags));
        let (add, remove) = (now.without(&then), then.without(&now));
        let differs = !add.is_empty() || !remove.is_empty();
        let target_uid = row.target_uid.filter(|_| differs)?;
        Some(FlagChange { uid: row.source_uid, target_uid, add, remove })
    }

    /// Names copies that have vanished from the target, where it counts fewer messages than it did. They are not copied
    /// again: people may have deleted or moved them.
    pub(crate) async fn miss_copies(&mut self, rows: &mut [Row]) -> Result<()> {
        let fewer =
            self.to.numbers.messages.zip(self.page.target_messages).is_some_and(|(now, then)| now < then);
        let wanted = fewer || self.pair.context.looks_for_missing();
        if !wanted || rows.is_empty() {
            return Ok(());
        }
        let there = self.copies_there(rows).await?;
        let mut gone = Vec::new();
        for row in rows.iter_mut().filter(|row| row.target_uid.is_some_and(|uid| !there.contains(uid.get())))
        {
            row.target_uid = None;
            gone.push(row.uid);
        }
        if gone.is_empty() {
            return Ok(());
        }
        self.note(&format!("{} copies are no longer on the target.", gone.len())).await?;
        self.pair.recorder.flush().await?;
        let (store, lease) = (self.pair.context.store.clone(), self.pair.context.lease.clone());
        let id = self.ledger_id;
        blocking(move || store.forget_copies(&lease, id, &gone)).await
    }
}
