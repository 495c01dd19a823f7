//! Compares what folders count with what was said OK to in them, once all of them are done: their numbers are asked for
//! together, in one round trip. Only a folder that has less is looked into.
//!
//! A number that was never given out belongs to nothing that was stored, and a number told twice to one message at the most:
//! what was not stored is sent again by the next pass. Of a number that was given out nobody knows whether it was lost or its
//! owner took it away: such a message is named and not sent again.
//! Both are looked for in other folders first, when all are in step.

use std::collections::BTreeMap;

use model::{Numbers, Result};
use store::{LedgerFolder, LedgerMessage, Store};
use wire::{SummaryItems, UidSet};

use super::account::{Causes, NEVER_STORED, VANISHED, describe, lost as named_lost};
use super::doubled;
use crate::base::blocking::blocking;
use crate::base::digest::fingerprints;
use crate::base::lock::lock;
use crate::net::session::Statuses;
use crate::pass::context::Astray;
use crate::pass::pair::{Pair, Receipt};
use crate::target::Target;

/// The rows of each copy, by its UID: more than one where the target told that UID more than once.
type Copies = BTreeMap<u32, Vec<LedgerMessage>>;

/// Rows of messages of which the target said OK and which it does not have.
#[derive(Debug, Default)]
struct Lost {
    /// It never had them.
    never_stored: Vec<LedgerMessage>,
    /// It may have had them.
    vanished: Vec<LedgerMessage>,
}

/// Compares all that was said OK to since this was asked last.
pub(crate) async fn compare(pair: &mut Pair) -> Result<()> {
    let receipts = std::mem::take(&mut pair.receipts);
    let names: Vec<&str> = receipts.iter().map(|receipt| receipt.page.target_name.as_str()).collect();
    if names.is_empty() {
        return Ok(());
    }
    let told = pair.target.numbers(Statuses::new(), &names).await?;
    for receipt in &receipts {
        let now = told.get(&receipt.page.target_name).map(|status| status.numbers).unwrap_or_default();
        if !receipt.is_met(now) {
            look_into(pair, receipt).await?;
        }
        if receipt.may_be_doubled(now) {
            doubled::look(pair, receipt).await?;
        }
    }
    Ok(())
}

/// Looks for the copies one by one.
async fn look_into(pair: &mut Pair, receipt: &Receipt) -> Result<()> {
    let Some(now) = doubled::open(pair, receipt).await? else { return Ok(()) };
    pair.recorder.flush().await?;
    let copies = copies(pair.context.store.clone(), receipt).await?;
    let lost = find_lost(pair, receipt, copies, now).await?;
    if lost.count() > 0 {
        record(pair, receipt, &lost, now).await?;
        name(pair, receipt, lost).await?;
    }
    pair.target.leave().await
}

async fn copies(store: Store, receipt: &Receipt) -> Result<Copies> {
    let (id, placed) = (receipt.ledger_id, receipt.placed.clone());
    blocking(move || {
        let mut copies = Copies::new();
        store.ledger_messages(id, |row| {
            if let Some(uid) = row.target_uid.filter(|uid| placed.contains(*uid)) {
                copies.entry(uid).or_default().push(row);
            }
        })?;
        Ok(copies)
    })
    .await
}

async fn find_lost(pair: &mut Pair, receipt: &Receipt, copies: Copies, now: Numbers) -> Result<Lost> {
    let Target::Imap(imap) = &mut pair.target else { return Ok(Lost::default()) };
    let connection = imap.read(&receipt.page.target_name).await?;
    let mut there = UidSet::new();
    let items = SummaryItems::default();
    connection.uid_fetch_summaries(&receipt.placed, items, |summary| there.insert(summary.uid)).await?;
    let told_twice = copies.iter().filter(|(uid, rows)| rows.len() > 1 && there.contains(**uid));
    let bytes = fingerprints(connection, told_twice.map(|(uid, _)| *uid).collect()).await?;
    let mut lost = Lost::default();
    for (uid, mut rows) in copies {
        if there.contains(uid) {
            keep_whose_it_is(&mut rows, bytes.get(&uid));
            lost.never_stored.extend(rows);
        } else {
            let was_given = now.uid_next.is_none_or(|next| uid < next.get());
            let of = if was_given { &mut lost.vanished } else { &mut lost.never_stored };
            of.extend(rows);
        }
    }
    Ok(lost)
}

/// Takes out the row whose copy this is: that of its bytes, else the last one that got its number.
fn keep_whose_it_is(rows: &mut Vec<LedgerMessage>, bytes: Option<&[u8; 16]>) {
    let by_bytes = rows.iter().position(|row| bytes.is_some() && row.digest.as_ref() == bytes);
    if let Some(own) = by_bytes.or(rows.len().checked_sub(1)) {
        rows.remove(own);
    }
}

/// Writes down that these have no copies, and what the folder has.
async fn record(pair: &mut Pair, receipt: &Receipt, lost: &Lost, now: Numbers) -> Result<()> {
    let (store, lease, id) = (pair.context.store.clone(), pair.context.lease.clone(), receipt.ledger_id);
    let next = now.uid_next.map(u32::from);
    // Numbers that were never given out are still to come.
    let frontier = receipt.page.frontier.map(|frontier| next.map_or(frontier, |next| frontier.min(next)));
    let page =
        LedgerFolder { target_messages: now.messages, in_step_at: None, frontier, ..receipt.page.clone() };
    let [never_stored, vanished] = [&lost.never_stored, &lost.vanished]
        .map(|rows| rows.iter().map(|row| row.source_uid).collect::<Vec<_>>());
    blocking(move || store.take_back(&lease, id, &page, &never_stored, &vanished)).await?;
    pair.context.tally.lost(lost.count());
    Ok(())
}

async fn name(pair: &mut Pair, receipt: &Receipt, lost: Lost) -> Result<()> {
    let (said, count) = (receipt.copied, lost.count());
    let text =
        format!("Folder {}: the target said OK to {said} messages and lacks {count} of them.", receipt.shown);
    pair.context.journal.note(text).await?;
    let mut causes: Causes =
        lost.never_stored.iter().map(|row| named_lost(row.source_uid, NEVER_STORED)).collect();
    causes.extend(lost.vanished.iter().map(|row| named_lost(row.source_uid, VANISHED)));
    let items = describe(&mut pair.source, &receipt.from, &receipt.shown, causes).await?;
    pair.context.journal.skip(items).await?;
    let mut astray = lock(&pair.context.astray);
    let rows = lost.never_stored.into_iter().map(|row| (row, false));
    for (row, is_known) in rows.chain(lost.vanished.into_iter().map(|row| (row, true))) {
        let row = LedgerMessage { target_uid: None, ..row };
        astray.push(Astray { folder: receipt.ledger_id, shown: receipt.shown.clone(), row, is_known });
    }
    Ok(())
}

impl Lost {
    fn count(&self) -> u64 {
        u64::try_from(self.never_stored.len() + self.vanished.len()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_rows_with_one_number_the_copy_is_that_of_its_bytes_else_of_the_last() {
        let row = |source_uid, digest| LedgerMessage { source_uid, digest, ..LedgerMessage::default() };
        let rest = |bytes: Option<&[u8; 16]>| {
            let mut rows = vec![row(1, Some([1; 16])), row(2, Some([2; 16])), row(3, None)];
            keep_whose_it_is(&mut rows, bytes);
            rows.iter().map(|row| row.source_uid).collect::<Vec<_>>()
        };
        assert_eq!(rest(Some(&[1; 16])), [2, 3]);
        assert_eq!(
            (rest(Some(&[9; 16])), rest(None)),
            (vec![1, 2], vec![1, 2]),
            "it was rewritten, or cannot be read"
        );
    }
}
