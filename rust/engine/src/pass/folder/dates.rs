//! Tells how many copies the target keeps under another date than they were sent with.
//!
//! A few are looked at, those in UTC and those in other zones, until the server was seen to keep such: it does so always or
//! never.

use std::collections::{BTreeMap, BTreeSet};

use model::Result;
use wire::{InternalDate, SummaryItems, UidSet};

use super::work::Work;
use crate::base::blocking::blocking;
use crate::pass::transfer::outcome::{CopyReport, Dated};
use crate::target::Target;

impl Work<'_> {
    /// Counts the copies of this pass with another date, if any that is looked at has one. Those of which the target did not
    /// say where they are count when they are found.
    pub(crate) async fn check_dates(&mut self, report: &mut CopyReport) -> Result<()> {
        let context = self.pair.context.clone();
        let (kept, host) = (&context.memory.kept_dates, context.target_host.as_str());
        let mut samples = std::mem::take(&mut report.dated);
        samples.retain(|sample| !kept.has(host, zone(sample)));
        let there = self.dates(samples.iter().map(|sample| sample.uid).collect()).await?;
        // What somebody has deleted already, or has no date that can be read, says nothing.
        samples.retain(|sample| there.contains_key(&sample.uid));
        let is_changed = |sample: &&Dated| there.get(&sample.uid) != Some(&sample.received);
        let changed: BTreeSet<&str> = samples.iter().filter(is_changed).map(zone).collect();
        let seen = samples.iter().map(zone).filter(|zone| !changed.contains(zone));
        kept.add(host, seen.map(str::to_owned).collect());
        if !changed.is_empty() {
            report.redated += self.count_redated(&report.placed).await?;
        }
        Ok(())
    }

    /// The dates that these copies have.
    async fn dates(&mut self, uids: UidSet) -> Result<BTreeMap<u32, i64>> {
        let mut dates = BTreeMap::new();
        let Target::Imap(imap) = &mut self.pair.target else { return Ok(dates) };
        if uids.is_empty() {
            return Ok(dates);
        }
        let items = SummaryItems { internal_date: true, ..SummaryItems::default() };
        let connection = imap.write(&self.to.name).await?;
        connection
            .uid_fetch_summaries(&uids, items, |summary| {
                let date = summary.internal_date.as_ref().and_then(InternalDate::to_epoch_seconds);
                dates.extend(date.map(|date| (summary.uid, date)));
            })
            .await?;
        Ok(dates)
    }

    async fn count_redated(&mut self, placed: &UidSet) -> Result<u64> {
        self.pair.recorder.flush().await?;
        let there = self.dates(placed.clone()).await?;
        let (store, id) = (self.pair.context.store.clone(), self.ledger_id);
        blocking(move || {
            let mut count = 0;
            store.ledger_messages(id, |row| {
                let there = row.target_uid.and_then(|uid| there.get(&uid));
                let is_changed = row.received.zip(there).is_some_and(|(sent, there)| sent != *there);
                count += u64::from(is_changed);
            })?;
            Ok(count)
        })
        .await
    }
}

/// What a server that keeps such a date is known for.
fn zone(sample: &Dated) -> &'static str {
    if sample.is_utc { "UTC" } else { "other zones" }
}
