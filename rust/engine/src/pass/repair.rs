//! Sends messages that the target has refused once more, repaired, where the batch allows it.
//!
//! What was refused is written down first, with the target's words, so that the repaired copy is known for what it is
//! even if its OK is lost. A message is read twice: an APPEND needs its size beforehand, and none is ever whole in memory.

use std::collections::BTreeMap;

use model::repair::{Changes, Mender};
use model::{Error, ErrorKind, Repair, Result, SkippedItem, SkippedKind};
use wire::{Body, BodyHead, UidSet};

use super::Ended;
use super::adopt::Adopted;
use super::copy::{Copy, CopyReport};
use super::digest::{Repaired, hash_all};
use super::journal::Journal;
use super::lane::Lane;
use super::skip;
use super::source::SourceFolder;

/// How a message is repaired, and the size to which that comes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recipe<'a> {
    repairs: &'a [Repair],
    size: u64,
}

/// Sends what the target has refused and a repair changes, one message at a time; the report learns what became of them.
pub(super) async fn repair<'a>(
    copy: &mut Copy<'a>,
    repairs: &'a [Repair],
    journal: &Journal,
    folder: &str,
    report: &mut CopyReport,
) -> Result<Ended> {
    let mut causes = skip::causes(report);
    causes.retain(|_, (kind, _)| kind.is_refusal());
    if repairs.is_empty() || causes.is_empty() {
        return Ok(Ended::Complete);
    }
    let mut repaired = repaired(copy, repairs, causes.keys().copied().collect()).await?;
    causes.retain(|uid, _| repaired.contains_key(uid));
    let items = skip::describe(copy.source, copy.from, folder, causes).await?;
    journal.skip(items.clone()).await?;
    for item in items {
        let Some((uid, repaired)) = item.uid.and_then(|uid| repaired.remove_entry(&uid)) else { continue };
        copy.recipe = Some(Recipe { repairs, size: repaired.size });
        let (ended, again) = copy.run(UidSet::one(uid)).await?;
        if again.copied > 0 {
            let error_message = words(repaired.changes, Some(&item));
            let kind = SkippedKind::MessageRepaired;
            write_down(journal, SkippedItem { kind, error_message, ..item }).await?;
        }
        report.sent_again(uid, again);
        if ended == Ended::Stopped {
            return Ok(ended);
        }
    }
    Ok(Ended::Complete)
}

/// What these messages come to where a repair changes them.
async fn repaired(copy: &mut Copy<'_>, repairs: &[Repair], uids: UidSet) -> Result<BTreeMap<u32, Repaired>> {
    let hashed = hash_all(copy.source.select(copy.from).await?, uids, repairs).await?;
    Ok(hashed.into_iter().filter_map(|(uid, hashed)| Some((uid, hashed.repaired?))).collect())
}

/// Writes down which of the copies that were found on the target are repaired ones.
pub(super) async fn note_adopted(
    lane: &mut Lane,
    from: &SourceFolder,
    folder: &str,
    adopted: &[Adopted],
) -> Result<()> {
    let repaired = adopted.iter().filter_map(|adopted| Some((adopted.uid, adopted.repaired?)));
    let repaired: BTreeMap<u32, Changes> = repaired.collect();
    if repaired.is_empty() {
        return Ok(());
    }
    let listed = lane.walk.journal.skipped().await?.into_iter().filter(|item| item.folder_name == folder);
    let listed: BTreeMap<u32, SkippedItem> = listed.filter_map(|item| Some((item.uid?, item))).collect();
    let cause = |(uid, changes)| match listed.get(&uid) {
        Some(item) if item.kind == SkippedKind::MessageRepaired => None,
        item => Some((uid, (SkippedKind::MessageRepaired, words(changes, item)))),
    };
    let causes = repaired.into_iter().filter_map(cause).collect();
    for item in skip::describe(&mut lane.source, from, folder, causes).await? {
        write_down(&lane.walk.journal, item).await?;
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

/// A body on its way to the target: as it is, or repaired.
pub(super) struct Outgoing<'b, 'c> {
    body: Body<'b, 'c>,
    mending: Option<Mending>,
}

struct Mending {
    /// What is known of the repaired message.
    head: BodyHead,
    mender: Mender,
    /// How much of the announced size is still to come.
    left: u64,
    is_finished: bool,
}

impl<'b, 'c> Outgoing<'b, 'c> {
    pub(super) fn new(body: Body<'b, 'c>, recipe: Option<Recipe<'_>>) -> Self {
        let mending = recipe.map(|Recipe { repairs, size }| {
            let head = BodyHead { size, ..body.head().clone() };
            Mending { head, mender: Mender::new(repairs), left: size, is_finished: false }
        });
        Self { body, mending }
    }

    /// What is known before the body is read.
    pub(super) fn head(&self) -> &BodyHead {
        self.mending.as_ref().map_or_else(|| self.body.head(), |mending| &mending.head)
    }

    /// The next bytes, of which there are as many as the head says; `None` at the end.
    pub(super) async fn chunk(&mut self) -> Result<Option<&[u8]>> {
        let Some(Mending { head, mender, left, is_finished }) = &mut self.mending else {
            return Ok(self.body.chunk().await?);
        };
        let chunk = match self.body.chunk().await? {
            Some(chunk) => mender.mend(chunk),
            None if !std::mem::replace(is_finished, true) => mender.finish(),
            None => return Ok(None),
        };
        match left.checked_sub(u64::try_from(chunk.len()).unwrap_or(u64::MAX)) {
            Some(rest) if rest == 0 || !*is_finished => *left = rest,
            _ => return Err(other_bytes(head.uid)),
        }
        Ok(Some(chunk))
    }
}

/// A message never changes (RFC 3501 §2.3.1.1), so that this is another one, or a broken server.
fn other_bytes(uid: u32) -> Error {
    let text = "the source delivered other bytes when the message was read again to be repaired";
    Error::new(ErrorKind::ConnectionLost, text).uid(uid)
}
