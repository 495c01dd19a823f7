//! Sends messages that the target has refused once more, repaired, where the batch allows it.
//!
//! What was refused is written down first, with the target's words, so that the repaired copy is known for what it is
//! even if its OK is lost. A message is read twice: an APPEND needs its size beforehand, and none is ever whole in memory.

use std::collections::BTreeMap;

use model::plan::Adopted;
use model::repair::Changes;
use model::{Repair, Result, SkippedItem, SkippedKind};
use wire::UidSet;

use super::account;
use crate::base::digest::{Repaired, hash_all};
use crate::base::stop::Ended;
use crate::pass::pair::Pair;
use crate::pass::report::journal::Journal;
use crate::pass::side::source::SourceFolder;
use crate::pass::transfer::copy::Copy;
use crate::pass::transfer::outcome::CopyReport;
use crate::pass::transfer::outgoing::Recipe;
use crate::pass::transfer::pump::Meanwhile;

/// Sends what the target has refused and a repair changes, one message at a time; the report learns what became of them.
pub(crate) async fn repair<'a, M: Meanwhile + Send>(
    copy: &mut Copy<'a, M>,
    repairs: &'a [Repair],
    journal: &Journal,
    folder: &str,
    report: &mut CopyReport,
) -> Result<Ended> {
    let mut causes = account::causes(report);
    causes.retain(|_, (kind, _)| kind.is_refusal());
    if repairs.is_empty() || causes.is_empty() {
        return Ok(Ended::Complete);
    }
    let mut repaired = repaired(copy, repairs, causes.keys().copied().collect()).await?;
    causes.retain(|uid, _| repaired.contains_key(uid));
    let items = account::describe(&mut copy.pair.source, copy.from, folder, causes).await?;
    journal.skip(items.clone()).await?;
    for item in items {
        let Some((uid, repaired)) = item.uid.and_then(|uid| repaired.remove_entry(&uid)) else { continue };
        copy.recipe = Some(Recipe { repairs, size: repaired.size });
        let mut again = report.of_one();
        let ended = copy.run(UidSet::one(uid), &mut again).await;
        let is_copied = again.copied > 0;
        report.sent_again(uid, again);
        if is_copied {
            let error_message = words(repaired.changes, Some(&item));
            let kind = SkippedKind::MessageRepaired;
            write_down(journal, SkippedItem { kind, error_message, ..item }).await?;
        }
        if ended? == Ended::Stopped {
            return Ok(Ended::Stopped);
        }
    }
    Ok(Ended::Complete)
}

/// What these messages come to where a repair changes them.
async fn repaired<M>(
    copy: &mut Copy<'_, M>,
    repairs: &[Repair],
    uids: UidSet,
) -> Result<BTreeMap<u32, Repaired>> {
    let hashed = hash_all(copy.pair.source.select(copy.from).await?, uids, repairs).await?;
    Ok(hashed.into_iter().filter_map(|(uid, hashed)| Some((uid, hashed.repaired?))).collect())
}

/// Tells how many copies were found on the target, and writes down which are repaired ones.
pub(crate) async fn note_adopted(
    pair: &mut Pair,
    from: &SourceFolder,
    folder: &str,
    adopted: &[Adopted],
) -> Result<()> {
    if !adopted.is_empty() {
        let text = format!("Folder {folder}: {} messages were found on the target.", adopted.len());
        pair.context.journal.note(text).await?;
    }
    let repaired = adopted.iter().filter_map(|adopted| Some((adopted.uid, adopted.repaired?)));
    let repaired: BTreeMap<u32, Changes> = repaired.collect();
    if repaired.is_empty() {
        return Ok(());
    }
    let listed = pair.context.journal.skipped().await?.into_iter().filter(|item| item.folder_name == folder);
    let listed: BTreeMap<u32, SkippedItem> = listed.filter_map(|item| Some((item.uid?, item))).collect();
    let cause = |(uid, changes)| match listed.get(&uid) {
        Some(item) if item.kind == SkippedKind::MessageRepaired => None,
        item => Some((uid, (SkippedKind::MessageRepaired, words(changes, item)))),
    };
    let causes = repaired.into_iter().filter_map(cause).collect();
    for item in account::describe(&mut pair.source, from, folder, causes).await? {
        write_down(&pair.context.journal, item).await?;
    }
    Ok(())
}

fn words(changes: Changes, refused: Option<&SkippedItem>) -> String {
    match refused {
        Some(item) => format!("{changes}; the target had refused the original: {}", item.error_message),
        None => format!("{changes}; the target had it so already"),
    }
}

async fn write_down(journal: &Journal, item: SkippedItem) -> Result<()> {
    let (folder, uid, words) = (&item.folder_name, item.uid.unwrap_or(0), &item.error_message);
    journal.note(format!("Folder {folder}: message {uid} was repaired: {words}")).await?;
    journal.skip(vec![item]).await
}
