//! An analysis: counts and measures a mailbox, copies nothing (spec 1.13).

use model::Result;
use model::folder::{FolderFilter, Listing, MapInput, TargetRules, map_folders};
use tokio_util::sync::CancellationToken;
use wire::{Connection, MailboxName, Summary, SummaryItems, UidSet};

use crate::base::stop::Ended;
use crate::pass::report::journal::Journal;
use crate::pass::report::meter::Meter;

/// Measures every folder that a migration would copy, a line of the report each.
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
    let (mut items, mut bytes) = (0, 0);
    for folder in map_folders(&input)?.folders {
        if cancel.is_cancelled() {
            return Ok(Ended::Stopped);
        }
        let shown = folder.source_shown();
        meter.stage("EnumeratingFolders", Some(&shown));
        let selected = source.select(&MailboxName::from_wire(folder.key)).await?;
        let listed = if selected.exists == 0 { Vec::new() } else { sizes(&mut source).await? };
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
    Ok(Ended::Complete)
}

/// Size and UID of each message in the selected folder.
async fn sizes(source: &mut Connection) -> Result<Vec<(u64, u32)>> {
    let items = SummaryItems { size: true, ..SummaryItems::default() };
    let mut listed = Vec::new();
    let note = |summary: Summary<'_>| listed.push((summary.size.unwrap_or(0), summary.uid));
    source.uid_fetch_summaries(&UidSet::all(), items, note).await?;
    Ok(listed)
}

fn describe((size, uid): &(u64, u32)) -> String {
    format!(", the largest has {size} bytes (UID {uid})")
}
