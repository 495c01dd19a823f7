//! Copies messages of a folder: as many together as may be, fewer where some were refused or a connection broke.

use std::collections::BTreeSet;

use model::Result;
use tokio_util::sync::CancellationToken;
use wire::{AppendOptions, FetchOptions, Refusal, RefusedFetch, UidSet};

use super::fate::Fate;
use super::lost_flags::Samples;
use super::pump::Pump;
use super::recorder::Recorder;
use super::repair::Recipe;
use super::sink::{Sent, Sink};
use super::source::{Ahead, Source, SourceFolder};
use super::suspects::{Side, Suspects, is_break};
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
    /// Messages that may make either side hang up.
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
    pub(super) blamed: Option<u32>,
    /// Messages at which the source hung up, again and again.
    pub(super) unread: UidSet,
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
    pub(super) bugs: u32,
    /// The target's UIDNEXT after them, as far as it was told.
    pub(super) target_uid_next: Option<u32>,
}

impl CopyReport {
    /// Whether nothing was left behind.
    pub(super) fn is_clean(&self) -> bool {
        self.refused.is_empty()
            && self.guilty.is_empty()
            && self.unread.is_empty()
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
        let [reads, sends] = [Side::Source, Side::Target].map(|side| suspects.of(self.ledger_id, side));
        report.unread = reads.guilty.iter().filter(|&uid| uids.remove(uid)).collect();
        report.guilty = sends.guilty.iter().filter(|&uid| uids.remove(uid)).collect();
        for (run, most) in reads.divide(uids) {
            for (run, fewer) in sends.divide(run) {
                if self.copy(run.clone(), most.min(fewer), &mut report).await? == Ended::Stopped {
                    return Ok((Ended::Stopped, report));
                }
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
        let (ledger_id, refused_before, copied_before) = (*ledger_id, report.refused.len(), report.copied);
        let fate = Fate { recorder, ledger_id, meter, report, again, writing: None };
        let sink = Sink::open(target, folder, from.uid_validity, grouping.append())?;
        let mut pump = Pump { sink, fate, keeps, recipe, cancel, owed: None };
        let mut pumped = pump.run(source, from, ahead, uids, grouping.fetch()).await;
        if let Err(error) = &mut pumped
            && is_break(error.kind)
            && let Some((side, under_way)) = pump.under_suspicion(refused_before)
        {
            suspects.broke(ledger_id, side, under_way, pump.fate.report.copied > copied_before);
            // Another connection may get right what this one got wrong.
            error.retryable = true;
        }
        pumped
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
pub(super) struct Again {
    pub(super) uids: UidSet,
    /// How many shared the largest of the refused commands.
    pub(super) together: usize,
}
