//! Copies messages: bodies stream from FETCH to APPEND, hashed on the way, never whole in memory.

use std::collections::BTreeSet;

use model::{ErrorKind, Result};
use store::LedgerMessage;
use tokio_util::sync::CancellationToken;
use wire::{AppendOptions, BodyHead, Connection, FetchOptions, Refusal, RefusedFetch, UidSet};

use super::inventory::plan_flags;
use super::recorder::Recorder;
use super::sink::{Delivered, NotDelivered, Sent, Sink};
use super::skip::meaning;
use super::{Ended, Meter};
use crate::target::{OpenFolder, Target};

/// What a copy needs.
pub(super) struct Copy<'a> {
    /// The source, with its folder selected.
    pub(super) source: &'a mut Connection,
    /// The source folder's UIDVALIDITY.
    pub(super) source_uid_validity: u32,
    /// The target.
    pub(super) target: &'a mut Target,
    /// The target folder, open.
    pub(super) folder: &'a mut OpenFolder,
    /// Where copied messages are recorded.
    pub(super) recorder: &'a mut Recorder,
    /// Counts.
    pub(super) meter: &'a Meter,
    /// Ends the copy at the next message.
    pub(super) cancel: &'a CancellationToken,
}

/// What a copy came to, beside the messages that it copied and recorded.
#[derive(Debug, Default)]
pub(super) struct CopyReport {
    /// Messages that the target refused, each for itself.
    pub(super) refused: Vec<(Sent, Refusal)>,
    /// Messages that the source listed and did not deliver.
    pub(super) missing: UidSet,
    /// Messages that the source refused to deliver.
    pub(super) unreadable: Vec<RefusedFetch>,
    /// Messages that are on the target under UIDs that the server did not tell.
    pub(super) unplaced: Vec<Sent>,
    /// Flags that the target folder does not keep.
    pub(super) dropped_flags: BTreeSet<String>,
    /// How many were copied.
    pub(super) copied: u64,
}

impl Copy<'_> {
    /// Copies these messages of the selected source folder, in the order in which the source sends them.
    ///
    /// Messages that were refused together, by either side, are tried again one by one, so that a bad one costs only
    /// itself.
    pub(super) async fn run(&mut self, uids: UidSet) -> Result<(Ended, CopyReport)> {
        let mut report = CopyReport::default();
        let mut again = UidSet::new();
        let ended = self.stream(uids, Grouping::Together, &mut report, &mut again).await?;
        for refused in std::mem::take(&mut report.unreadable) {
            refused.uids.ranges().for_each(|range| again.insert_range(range));
        }
        if ended == Ended::Stopped || again.is_empty() {
            return Ok((ended, report));
        }
        let ended = self.stream(again, Grouping::OneByOne, &mut report, &mut UidSet::new()).await?;
        Ok((ended, report))
    }

    async fn stream(
        &mut self,
        uids: UidSet,
        grouping: Grouping,
        report: &mut CopyReport,
        together: &mut UidSet,
    ) -> Result<Ended> {
        let keeps = self.folder.keeps.clone();
        let Self { source, source_uid_validity, target, folder, recorder, meter, cancel } = self;
        let mut fate = Fate { recorder, meter, report, together };
        let mut sink = Sink::open(target, folder, *source_uid_validity, grouping.append())?;
        let mut bodies = source.fetch_bodies(uids, grouping.fetch())?;
        let mut ended = Ended::Complete;
        while let Some(mut body) = bodies.next().await? {
            if cancel.is_cancelled() {
                ended = Ended::Stopped;
                break;
            }
            let flags = plan_flags(&body.head().flags);
            let (kept, dropped) = keeps.split(&flags);
            fate.report.dropped_flags.extend(dropped.iter().map(str::to_owned));
            let accepted = sink.begin(body.head(), &kept).await?;
            let mut hasher = blake3::Hasher::new();
            while accepted && let Some(chunk) = body.chunk().await? {
                hasher.update(chunk);
                sink.write(chunk).await?;
            }
            let BodyHead { uid, size, .. } = *body.head();
            let message = Sent { uid, size, digest: short_digest(&hasher), flags };
            sink.finish(message, accepted, &kept).await?;
            fate.settle(&mut sink).await?;
        }
        sink.drain().await?;
        fate.settle(&mut sink).await?;
        if ended == Ended::Complete {
            let mut left = bodies.into_report();
            left.missing.ranges().for_each(|range| fate.report.missing.insert_range(range));
            fate.report.unreadable.append(&mut left.refused);
        }
        Ok(ended)
    }
}

/// Whether messages share commands.
#[derive(Debug, Clone, Copy)]
enum Grouping {
    /// As many as may, for speed.
    Together,
    /// Each has its own, and its own outcome.
    OneByOne,
}

impl Grouping {
    fn fetch(self) -> FetchOptions {
        match self {
            Self::Together => FetchOptions::default(),
            Self::OneByOne => FetchOptions { messages_per_command: 1, commands_in_flight: 8 },
        }
    }

    fn append(self) -> AppendOptions {
        let options = AppendOptions::default();
        match self {
            Self::Together => options,
            Self::OneByOne => AppendOptions { messages_per_batch: 1, ..options },
        }
    }
}

/// Records what became of messages.
struct Fate<'a> {
    recorder: &'a mut Recorder,
    meter: &'a Meter,
    report: &'a mut CopyReport,
    together: &'a mut UidSet,
}

impl Fate<'_> {
    async fn settle(&mut self, sink: &mut Sink<'_>) -> Result<()> {
        while let Some(Delivered { message, result }) = sink.next_delivered() {
            match result {
                Ok(place) => self.copied(message, place).await?,
                Err(NotDelivered::WithOthers) => self.together.insert(message.uid),
                Err(NotDelivered::Refused(refusal)) => self.refused(message, *refusal)?,
            }
        }
        Ok(())
    }

    async fn copied(&mut self, message: Sent, place: Option<u32>) -> Result<()> {
        self.report.copied += 1;
        self.meter.update(|p| {
            p.transferred_items += 1;
            p.transferred_bytes += message.size;
            p.synced_items += 1;
        });
        match place {
            Some(_) => self.recorder.push(row(&message, place)).await,
            None => {
                self.report.unplaced.push(message);
                Ok(())
            }
        }
    }

    /// A refusal that would meet the next message, too, ends the pass; one that is about this message does not.
    fn refused(&mut self, message: Sent, refusal: Refusal) -> Result<()> {
        use ErrorKind::*;
        match meaning(&refusal) {
            QuotaExceeded | Throttled | ConnectionLost | AuthenticationFailed | FolderNotFound
            | PermissionDenied => Err(refusal.to_error().uid(message.uid)),
            _ => {
                self.report.refused.push((message, refusal));
                Ok(())
            }
        }
    }
}

/// The ledger row of a message.
pub(super) fn row(message: &Sent, target_uid: Option<u32>) -> LedgerMessage {
    LedgerMessage {
        source_uid: message.uid,
        target_uid,
        size: message.size,
        digest: Some(message.digest),
        flags: message.flags.to_string(),
    }
}

/// BLAKE3, cut to what tells a mailbox's messages apart.
pub(crate) fn short_digest(hasher: &blake3::Hasher) -> [u8; 16] {
    let mut digest = [0; 16];
    hasher.finalize_xof().fill(&mut digest);
    digest
}
