//! Copies messages: bodies stream from FETCH to APPEND, hashed on the way, never whole in memory.

use std::collections::BTreeSet;

use model::{ErrorKind, Result};
use store::LedgerMessage;
use tokio_util::sync::CancellationToken;
use wire::{AppendOptions, BodyHead, FetchOptions, Refusal, RefusedFetch, UidSet};
use xxhash_rust::xxh3::Xxh3Default;

use super::inventory::plan_flags;
use super::recorder::Recorder;
use super::sink::{Delivered, NotDelivered, Sent, Sink};
use super::skip::meaning;
use super::source::{Ahead, Source, SourceFolder};
use super::{Ended, Meter};
use crate::target::{OpenFolder, Target};

/// What a copy needs.
pub(super) struct Copy<'a> {
    /// The source.
    pub(super) source: &'a mut Source,
    /// The folder of the source.
    pub(super) from: &'a SourceFolder,
    /// The target.
    pub(super) target: &'a mut Target,
    /// The target folder, open.
    pub(super) folder: &'a mut OpenFolder,
    /// Where copied messages are recorded,
    pub(super) recorder: &'a mut Recorder,
    /// and under which key.
    pub(super) ledger_id: i64,
    /// What the source may do when it has delivered everything.
    pub(super) ahead: &'a mut Ahead,
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
    /// Messages that the source refused to deliver, each for itself.
    pub(super) unreadable: Vec<RefusedFetch>,
    /// Messages that are on the target under UIDs that the server did not tell.
    pub(super) unplaced: Vec<Sent>,
    /// Flags that the target folder does not keep.
    pub(super) dropped_flags: BTreeSet<String>,
    /// How many were copied.
    pub(super) copied: u64,
    /// The target's UIDNEXT after them, as far as it was told.
    pub(super) target_uid_next: Option<u32>,
}

impl CopyReport {
    /// Whether nothing was left behind.
    pub(super) fn is_clean(&self) -> bool {
        self.refused.is_empty() && self.missing.is_empty() && self.unreadable.is_empty()
    }
}

impl Copy<'_> {
    /// Copies these messages of the selected source folder, in the order in which the source sends them.
    ///
    /// Messages that were refused together, by either side, are tried again by halves, so that a bad one costs only
    /// itself.
    pub(super) async fn run(&mut self, mut uids: UidSet) -> Result<(Ended, CopyReport)> {
        let mut report = CopyReport::default();
        let mut most = usize::MAX;
        loop {
            let mut again = Again::default();
            let ended = self.stream(uids, Grouping { most }, &mut report, &mut again).await?;
            if ended == Ended::Stopped || again.uids.is_empty() {
                return Ok((ended, report));
            }
            most = (again.together.min(most) / 2).max(1);
            uids = again.uids;
        }
    }

    async fn stream(
        &mut self,
        uids: UidSet,
        grouping: Grouping,
        report: &mut CopyReport,
        again: &mut Again,
    ) -> Result<Ended> {
        let keeps = self.folder.keeps.clone();
        let Self { source, from, target, folder, recorder, ledger_id, ahead, meter, cancel } = self;
        let mut fate = Fate { recorder, ledger_id: *ledger_id, meter, report, again };
        let mut sink = Sink::open(target, folder, from.uid_validity, grouping.append())?;
        let mut bodies = source.select(from).await?.fetch_bodies(uids, grouping.fetch())?;
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
            let mut hasher = Xxh3Default::new();
            while accepted && let Some(chunk) = body.chunk().await? {
                hasher.update(chunk);
                sink.write(chunk).await?;
            }
            let BodyHead { uid, size, .. } = *body.head();
            let message = Sent { uid, size, digest: hasher.digest128().to_be_bytes(), flags };
            sink.finish(message, accepted, &kept).await?;
            fate.settle(&mut sink).await?;
        }
        let left = bodies.into_report();
        // The target stores the last messages while the source lists the next folder.
        let (drained, ()) = tokio::join!(sink.drain(), ahead.look(source, ended));
        fate.settle(&mut sink).await?;
        drained?;
        if ended == Ended::Complete {
            left.missing.ranges().for_each(|range| fate.report.missing.insert_range(range));
            left.refused.into_iter().for_each(|refused| fate.not_read(refused));
        }
        Ok(ended)
    }
}

/// How many messages may share a command, and so an outcome.
#[derive(Debug, Clone, Copy)]
struct Grouping {
    most: usize,
}

impl Grouping {
    fn fetch(self) -> FetchOptions {
        match u64::try_from(self.most) {
            // Short commands would cost a round trip each, were they not under way together.
            Ok(most) if self.most != usize::MAX => {
                FetchOptions { messages_per_command: most, commands_in_flight: 8 }
            }
            _ => FetchOptions::default(),
        }
    }

    fn append(self) -> AppendOptions {
        let options = AppendOptions::default();
        AppendOptions { messages_per_batch: options.messages_per_batch.min(self.most), ..options }
    }
}

/// Messages that were refused together.
#[derive(Debug, Default)]
struct Again {
    uids: UidSet,
    /// How many shared the largest of the refused commands.
    together: usize,
}

/// Records what became of messages.
struct Fate<'a> {
    recorder: &'a mut Recorder,
    ledger_id: i64,
    meter: &'a Meter,
    report: &'a mut CopyReport,
    again: &'a mut Again,
}

impl Fate<'_> {
    async fn settle(&mut self, sink: &mut Sink<'_>) -> Result<()> {
        while let Some(Delivered { message, result }) = sink.next_delivered() {
            match result {
                Ok(place) => self.copied(message, place).await?,
                Err(NotDelivered::WithOthers { together }) => {
                    self.again.uids.insert(message.uid);
                    self.again.together = self.again.together.max(together);
                }
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
            Some(_) => {
                self.report.target_uid_next =
                    self.report.target_uid_next.max(place.map(|uid| uid.saturating_add(1)));
                self.recorder.row(self.ledger_id, row(&message, place)).await
            }
            None => {
                self.report.unplaced.push(message);
                Ok(())
            }
        }
    }

    /// A refusal to deliver one message is about that message; one to deliver several may be about any of them.
    fn not_read(&mut self, refused: RefusedFetch) {
        match usize::try_from(refused.uids.count()).unwrap_or(usize::MAX) {
            0 | 1 => self.report.unreadable.push(refused),
            together => {
                refused.uids.ranges().for_each(|range| self.again.uids.insert_range(range));
                self.again.together = self.again.together.max(together);
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
