//! Copies messages: bodies stream from FETCH to APPEND, hashed on the way, never whole in memory.

use std::collections::BTreeSet;

use model::plan::Flags;
use model::{Error, ErrorKind, Result};
use store::LedgerMessage;
use tokio_util::sync::CancellationToken;
use wire::{
    AppendOptions, Body, BodyHead, FetchOptions, Refusal, RefusedFetch, Status, UidSet, suggested_backoff,
};
use xxhash_rust::xxh3::Xxh3Default;

use super::inventory::plan_flags;
use super::lost_flags::Samples;
use super::recorder::Recorder;
use super::repair::{Outgoing, Recipe};
use super::sink::{Delivered, NotDelivered, Sent, Sink};
use super::skip::meaning;
use super::source::{Ahead, Source, SourceFolder};
use super::suspects::Suspects;
use super::{Ended, Meter};
use crate::target::{KeptFlags, OpenFolder, Target};

/// How many messages in a row a server may refuse for a bug of its own before it is given a rest.
const MOST_BUGS: u32 = 10;

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
    /// Messages that may make the target hang up.
    pub(super) suspects: &'a Suspects,
    /// How messages are repaired on the way; without it they go as they are.
    pub(super) recipe: Option<Recipe<'a>>,
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
    /// Messages at which the target hung up, again and again.
    pub(super) guilty: UidSet,
    /// The message at which the target said goodbye.
    blamed: Option<u32>,
    /// Messages that the source listed and did not deliver.
    pub(super) missing: UidSet,
    /// Messages that the source refused to deliver, each for itself.
    pub(super) unreadable: Vec<RefusedFetch>,
    /// Messages that are on the target under UIDs that the server did not tell.
    pub(super) unplaced: Vec<Sent>,
    /// A copy for each flag that was sent along.
    pub(super) samples: Samples,
    /// Flags that the target folder does not keep.
    pub(super) dropped_flags: BTreeSet<String>,
    /// How many were copied.
    pub(super) copied: u64,
    /// How many the target has refused since for a bug of its own.
    bugs: u32,
    /// The target's UIDNEXT after them, as far as it was told.
    pub(super) target_uid_next: Option<u32>,
}

impl CopyReport {
    /// Whether nothing was left behind.
    pub(super) fn is_clean(&self) -> bool {
        self.refused.is_empty()
            && self.guilty.is_empty()
            && self.missing.is_empty()
            && self.unreadable.is_empty()
    }

    /// Takes over what became of a refused message that was sent again.
    pub(super) fn sent_again(&mut self, uid: u32, again: Self) {
        self.dropped_flags.extend(again.dropped_flags);
        if again.copied == 0 {
            return;
        }
        self.refused.retain(|(sent, _)| sent.uid != uid);
        self.guilty.remove(uid);
        self.unplaced.extend(again.unplaced);
        for (flag, place) in again.samples {
            self.samples.entry(flag).or_insert(place);
        }
        self.copied += again.copied;
        self.target_uid_next = self.target_uid_next.max(again.target_uid_next);
    }
}

impl Copy<'_> {
    /// Copies these messages of the source folder, in the order in which the source sends them. Those that a connection
    /// may have broken by go a group at a time.
    pub(super) async fn run(&mut self, mut uids: UidSet) -> Result<(Ended, CopyReport)> {
        let mut report = CopyReport::default();
        let suspects = self.suspects();
        let suspected = suspects.of(self.ledger_id);
        report.guilty = suspected.guilty.iter().filter(|&uid| uids.remove(uid)).collect();
        for (run, most) in suspected.divide(uids) {
            if self.copy(run.clone(), most, &mut report).await? == Ended::Stopped {
                return Ok((Ended::Stopped, report));
            }
            if most != usize::MAX {
                suspects.acquit(self.ledger_id, &run);
            }
        }
        Ok((Ended::Complete, report))
    }

    /// A message that is repaired is another one to the target.
    fn suspects(&self) -> Suspects {
        if self.recipe.is_some() { self.suspects.of_repaired() } else { self.suspects.clone() }
    }

    /// Copies messages, at first as many together as may be. Those that were refused together, by either side, are tried
    /// again by halves, so that a bad one costs only itself.
    async fn copy(&mut self, mut uids: UidSet, mut most: usize, report: &mut CopyReport) -> Result<Ended> {
        while !uids.is_empty() {
            let mut again = Again::default();
            let ended = self.stream(uids, Grouping { most }, report, &mut again).await?;
            if ended == Ended::Stopped {
                return Ok(ended);
            }
            most = (again.together.min(most) / 2).max(1);
            uids = again.uids;
        }
        Ok(Ended::Complete)
    }

    async fn stream(
        &mut self,
        uids: UidSet,
        grouping: Grouping,
        report: &mut CopyReport,
        again: &mut Again,
    ) -> Result<Ended> {
        let (keeps, recipe, suspects) = (self.folder.keeps.clone(), self.recipe, self.suspects());
        let Self { source, from, target, folder, recorder, ledger_id, ahead, meter, cancel, .. } = self;
        let (ledger_id, refused_before) = (*ledger_id, report.refused.len());
        let fate = Fate { recorder, ledger_id, meter, report, again, writing: None };
        let sink = Sink::open(target, folder, from.uid_validity, grouping.append())?;
        let mut pump = Pump { sink, fate, keeps, recipe, cancel };
        let pumped = pump.run(source, from, ahead, uids, grouping.fetch()).await;
        if let Err(error) = &pumped
            && pump.sink.has_failed()
            && matches!(error.kind, ErrorKind::ConnectionLost | ErrorKind::TimedOut)
        {
            suspects.broke(ledger_id, pump.under_suspicion(refused_before));
        }
        pumped
    }
}

/// Moves messages from one side to the other.
struct Pump<'a> {
    sink: Sink<'a>,
    fate: Fate<'a>,
    keeps: KeptFlags,
    recipe: Option<Recipe<'a>>,
    cancel: &'a CancellationToken,
}

impl Pump<'_> {
    async fn run(
        &mut self,
        source: &mut Source,
        from: &SourceFolder,
        ahead: &mut Ahead,
        uids: UidSet,
        options: FetchOptions,
    ) -> Result<Ended> {
        let mut bodies = source.select(from).await?.fetch_bodies(uids, options)?;
        let mut ended = Ended::Complete;
        while let Some(body) = bodies.next().await? {
            if self.cancel.is_cancelled() {
                ended = Ended::Stopped;
                break;
            }
            self.message(body).await?;
        }
        let left = bodies.into_report();
        // The target stores the last messages while the source lists the next folder.
        let (drained, ()) = tokio::join!(self.sink.drain(), ahead.look(source, ended));
        self.fate.settle(&mut self.sink).await?;
        drained?;
        if ended == Ended::Complete {
            left.missing.ranges().for_each(|range| self.fate.report.missing.insert_range(range));
            left.refused.into_iter().try_for_each(|refused| self.fate.not_read(refused))?;
        }
        Ok(ended)
    }

    async fn message(&mut self, body: Body<'_, '_>) -> Result<()> {
        let mut body = Outgoing::new(body, self.recipe);
        let BodyHead { uid, size, .. } = *body.head();
        let flags = plan_flags(&body.head().flags);
        let (kept, dropped) = self.keeps.split(&flags);
        self.fate.report.dropped_flags.extend(dropped.iter().map(str::to_owned));
        self.fate.writing = Some(uid);
        let accepted = self.sink.begin(body.head(), &kept).await?;
        let mut hasher = Xxh3Default::new();
        while accepted && let Some(chunk) = body.chunk().await? {
            hasher.update(chunk);
            self.sink.write(chunk).await?;
        }
        let message = Sent { uid, size, digest: hasher.digest128().to_be_bytes(), flags };
        self.sink.finish(message, accepted, &kept).await?;
        self.fate.writing = None;
        self.fate.settle(&mut self.sink).await
    }

    /// What may have broken the connection: messages that the server complained of, else all that were under way.
    fn under_suspicion(&self, refused_before: usize) -> UidSet {
        let report = &self.fate.report;
        let blamed: UidSet = report
            .refused
            .iter()
            .skip(refused_before)
            .map(|(sent, _)| sent.uid)
            .chain(report.blamed)
            .collect();
        if blamed.is_empty() { self.sink.under_way().chain(self.fate.writing).collect() } else { blamed }
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
    /// The message that is being written.
    writing: Option<u32>,
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
        self.report.bugs = 0;
        self.meter.update(|p| {
            p.transferred_items += 1;
            p.transferred_bytes += message.size;
            p.synced_items += 1;
        });
        match place {
            Some(uid) => {
                self.report.target_uid_next = self.report.target_uid_next.max(Some(uid.saturating_add(1)));
                self.sample(&message.flags, uid);
                self.recorder.row(self.ledger_id, row(&message, place)).await
            }
            None => {
                self.report.unplaced.push(message);
                Ok(())
            }
        }
    }

    fn sample(&mut self, flags: &Flags, uid: u32) {
        let CopyReport { samples, dropped_flags, .. } = &mut *self.report;
        for flag in flags.iter() {
            if !samples.contains_key(flag) && !dropped_flags.contains(flag) {
                samples.insert(flag.to_owned(), uid);
            }
        }
    }

    /// A refusal to deliver one message is about that message; one to deliver several may be about any of them. Who
    /// says how long to wait is asked for nothing more.
    fn not_read(&mut self, refused: RefusedFetch) -> Result<()> {
        if suggested_backoff(&refused.refusal.line).is_some() {
            return Err(refused.refusal.to_error());
        }
        match usize::try_from(refused.uids.count()).unwrap_or(usize::MAX) {
            0 | 1 => self.report.unreadable.push(refused),
            together => {
                refused.uids.ranges().for_each(|range| self.again.uids.insert_range(range));
                self.again.together = self.again.together.max(together);
            }
        }
        Ok(())
    }

    /// A refusal that would meet the next message, too, ends the pass; one that is about this message does not.
    fn refused(&mut self, message: Sent, refusal: Refusal) -> Result<()> {
        use ErrorKind::*;
        if refusal.status == Status::Bye {
            self.report.blamed = Some(message.uid);
        }
        match meaning(&refusal) {
            QuotaExceeded | Throttled | ConnectionLost | AuthenticationFailed | FolderNotFound
            | PermissionDenied => Err(refusal.to_error().uid(message.uid)),
            _ if self.is_broken(&refusal) => {
                let error = Error::new(Throttled, refusal.context).server(refusal.line);
                Err(error.uid(message.uid))
            }
            _ => {
                self.report.refused.push((message, refusal));
                Ok(())
            }
        }
    }

    /// Whether the target has refused so many messages in a row for a bug of its own (RFC 5530) that it is none about
    /// these messages (peers A19).
    fn is_broken(&mut self, refusal: &Refusal) -> bool {
        self.report.bugs += u32::from(refusal.code_word().as_deref() == Some("SERVERBUG"));
        self.report.bugs >= MOST_BUGS
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
