//! Finds copies that the target has cut short.
//!
//! A server cuts what is larger than it likes, so the largest copy of the pass is looked at, if it is larger than all that
//! the server was seen to keep whole. Sizes prove nothing, as servers tell wrong ones and rewrite what they store: a copy is
//! short if it is the beginning of what was sent. Then all copies of the pass are looked at.

use std::collections::BTreeMap;

use model::Result;
use wire::{SummaryItems, UidSet};

use super::work::Work;
use crate::base::beginning::{Beginning, beginnings};
use crate::base::blocking::blocking;
use crate::pass::transfer::outcome::{CopyReport, Sized};
use crate::target::Target;

impl Work<'_> {
    /// Notes in the report which copies of this pass are cut short, where the largest is.
    pub(crate) async fn check_sizes(&mut self, report: &mut CopyReport) -> Result<()> {
        let context = self.pair.context.clone();
        let (whole, host) = (&context.memory.whole, context.target_host.as_str());
        let Some(largest) = report.largest.filter(|largest| largest.size > whole.up_to(host)) else {
            return Ok(());
        };
        if self.short_ones(vec![largest]).await?.is_empty() {
            whole.note(host, largest.size);
            return Ok(());
        }
        let copies = self.copies_above(whole.up_to(host), &report.placed).await?;
        report.cut_short = self.short_ones(copies).await?;
        Ok(())
    }

    /// The copies of this pass that are larger than so much.
    async fn copies_above(&mut self, size: u64, placed: &UidSet) -> Result<Vec<Sized>> {
        self.pair.recorder.flush().await?;
        let (store, id, placed) = (self.pair.context.store.clone(), self.ledger_id, placed.clone());
        blocking(move || {
            let mut copies = Vec::new();
            store.ledger_messages(id, |row| {
                let place = row.target_uid.filter(|uid| placed.contains(*uid) && row.size > size);
                copies.extend(place.map(|place| Sized { uid: row.source_uid, place, size: row.size }));
            })?;
            Ok(copies)
        })
        .await
    }

    /// Those of these copies that are the beginning of their messages, by source UID, with how many octets they have.
    async fn short_ones(&mut self, mut copies: Vec<Sized>) -> Result<BTreeMap<u32, u64>> {
        let Target::Imap(imap) = &mut self.pair.target else { return Ok(BTreeMap::new()) };
        let places = |copies: &[Sized]| copies.iter().map(|copy| copy.place).collect::<UidSet>();
        let connection = imap.read(&self.to.name).await?;
        let mut told = BTreeMap::new();
        let items = SummaryItems { size: true, ..SummaryItems::default() };
        let note = |summary: wire::Summary<'_>| told.extend(summary.size.map(|size| (summary.uid, size)));
        connection.uid_fetch_summaries(&places(&copies), items, note).await?;
        copies.retain(|copy| told.get(&copy.place).is_some_and(|told| *told < copy.size));
        if copies.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut there = beginnings(connection, places(&copies), &BTreeMap::new()).await?;
        let kept = copies.iter().filter_map(|copy| Some((copy.uid, there.remove(&copy.place)?)));
        let kept: BTreeMap<_, _> = kept.collect();
        let lengths = kept.iter().map(|(uid, copy)| (*uid, copy.length())).collect();
        let source = self.source().await?.connection;
        let sent = beginnings(source, kept.keys().copied().collect(), &lengths).await?;
        let is_short =
            |(uid, copy): &(u32, Beginning)| sent.get(uid).is_some_and(|sent| copy.is_short_of(sent));
        Ok(kept.into_iter().filter(is_short).map(|(uid, copy)| (uid, copy.size)).collect())
    }
}
