//! An analysis: counts and measures a mailbox, copies nothing (spec 1.13).

use model::folder::{FolderFilter, Listing, MapInput, TargetRules, map_folders};
use model::{Error, Result, SkippedItem, SkippedKind};
use tokio_util::sync::CancellationToken;
use wire::{Connection, MailboxName, Summary, SummaryItems, UidSet};

use crate::base::stop::Ended;
use crate::pass::report::journal::Journal;
use crate::pass::report::meter::Meter;
use crate::pass::report::words::{is_of_folder, may_pass};

/// Measures every folder that a migration would copy, a line of the report each. One that may not be opened is named, and the
/// others are measured; where none opens it is about the mailbox.
pub(crate) async fn analyze(
    mut source: Connection,
    listing: &Listing,
    user_root: Option<&str>,
    filter: &FolderFilter,
    journal: &Journal,
    meter: &Meter,
    cancel: &CancellationToken,
) -> Result<Ended> {
    let (nowhere, rules) = (Listing::default(), TargetRules::default());
    let (settled, refused) = Default::default();
    let input = MapInput {
        source: listing,
        user_root,
        filter,
        target: &nowhere,
        rules: &rules,
        settled: &settled,
        refused: &refused,
    };
    let (mut items, mut bytes, mut left_out) = (0, 0, Vec::new());
    let mut opens = false;
    for folder in map_folders(&input)?.folders {
        if cancel.is_cancelled() {
            return Ok(Ended::Stopped);
        }
        let shown = folder.source_shown();
        meter.stage("EnumeratingFolders", Some(&shown));
        let listed = match sizes(&mut source, &MailboxName::from_wire(folder.key)).await {
            Err(error) if source.is_usable() && is_left_out(&error) => {
                leave_out(journal, &shown, &error).await?;
                left_out.push(error.folder(shown));
                continue;
            }
            listed => listed?,
        };
        opens = true;
        journal.unskip_folder(&shown).await?;
        let size = listed.iter().map(|(size, _)| size).sum::<u64>();
        let largest = listed.iter().max().map(describe).unwrap_or_default();
        journal.note(format!("Folder {shown}: {} messages, {size} bytes{largest}.", listed.len())).await?;
        items += u64::try_from(listed.len()).unwrap_or(0);
        bytes += size;
        meter.update(|p| {
            p.source_items = items;
            p.source_bytes = bytes;
        });
    }
    meter.update(|p| p.skipped_items = u64::try_from(left_out.len()).unwrap_or(u64::MAX));
    match left_out.into_iter().next() {
        Some(error) if !opens => Err(error),
        _ => Ok(Ended::Complete),
    }
}

/// Size and UID of each message in a folder.
async fn sizes(source: &mut Connection, name: &MailboxName) -> Result<Vec<(u64, u32)>> {
    let mut listed = Vec::new();
    if source.select(name).await?.exists > 0 {
        let items = SummaryItems { size: true, ..SummaryItems::default() };
        let note = |summary: Summary<'_>| listed.push((summary.size.unwrap_or(0), summary.uid));
        source.uid_fetch_summaries(&UidSet::all(), items, note).await?;
    }
    Ok(listed)
}

fn is_left_out(error: &Error) -> bool {
    is_of_folder(error.kind) || may_pass(error)
}

async fn leave_out(journal: &Journal, shown: &str, error: &Error) -> Result<()> {
    journal.note(format!("Folder {shown} was left out: {error}")).await?;
    let words = error.to_string();
    journal.skip(vec![SkippedItem::of_folder(SkippedKind::SourceReadError, shown.to_owned(), words)]).await
}

fn describe((size, uid): &(u64, u32)) -> String {
    format!(", the largest has {size} bytes (UID {uid})")
}
