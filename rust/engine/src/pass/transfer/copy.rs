//! Copies messages of a folder: as many together as may be, fewer where some were refused or a connection broke.

use model::{Result, Side};
use wire::{AppendOptions, UidSet};

use super::backlog::{Backlog, Grouping};
use super::denied::{Before, Stand};
use super::fate::Fate;
use super::manner::Manner;
use super::outcome::{Again, CopyReport};
use super::outgoing::Recipe;
use super::pump::{Meanwhile, Pump, Streamed};
use super::sink::Sink;
use crate::base::header::HeaderTap;
use crate::base::stop::Ended;
use crate::pass::memory::suspects::{Suspects, is_break};
use crate::pass::pair::Pair;
use crate::pass::side::source::SourceFolder;
use crate::target::OpenFolder;

/// What a copy needs.
pub(crate) struct Copy<'a, M> {
    /// Both sides.
    pub(crate) pair: &'a mut Pair,
    /// What the source may do when it has delivered everything.
    pub(crate) meanwhile: &'a mut M,
    /// The folder of the source.
    pub(crate) from: &'a SourceFolder,
    /// The target folder, open.
    pub(crate) folder: &'a mut OpenFolder,
    /// The ledger's key of it.
    pub(crate) ledger_id: i64,
    /// How messages are repaired on the way; without it they go as they are.
    pub(crate) recipe: Option<Recipe<'a>>,
    /// What of their flags and dates goes along.
    pub(crate) manner: Manner,
    /// How the target folder stands.
    pub(crate) stand: Stand<'a>,
}

impl<M: Meanwhile + Send> Copy<'_, M> {
    /// Copies these messages of the source folder, in the order in which the source sends them. Those that a connection
    /// may have broken by go a group at a time.
    pub(crate) async fn run(&mut self, mut uids: UidSet, report: &mut CopyReport) -> Result<Ended> {
        let suspects = self.suspects();
        let [reads, sends] = [Side::Source, Side::Target].map(|side| suspects.of(self.ledger_id, side));
        report.unread = reads.guilty.iter().filter(|&uid| uids.remove(uid)).collect();
        report.guilty = sends.guilty.iter().filter(|&uid| uids.remove(uid)).collect();
        for (run, most) in reads.divide(uids) {
            for (run, fewer) in sends.divide(run) {
                if self.copy(run.clone(), most.min(fewer), report).await? == Ended::Stopped {
                    return Ok(Ended::Stopped);
                }
                suspects.acquit(self.ledger_id, &run);
            }
        }
        Ok(Ended::Complete)
    }

    /// A message that is repaired is another one to the target.
    fn suspects(&self) -> Suspects {
        let suspects = &self.pair.context.memory.suspects;
        if self.recipe.is_some() { suspects.of_repaired() } else { suspects.clone() }
    }

    /// Copies messages, at first as many together as may be. Those that were refused together, by either side, are tried
    /// again by halves before anything else is sent, so that a bad one costs only itself, and order holds.
    async fn copy(&mut self, uids: UidSet, most: usize, report: &mut CopyReport) -> Result<Ended> {
        let mut backlog = Backlog::new(uids, most);
        while let Some((uids, grouping)) = backlog.next() {
            let (mut again, before) = (Again::default(), Before::of(report));
            let streamed = self.stream(uids, grouping, report, &mut again).await?;
            self.stand.find_denied(self.pair, self.folder, before, report, &mut again).await?;
            match streamed {
                Streamed::Stopped => return Ok(Ended::Stopped),
                Streamed::Complete => backlog.put_back(again, &UidSet::new()),
                Streamed::Refused { unsent, .. } => backlog.put_back(again, &unsent),
            }
        }
        Ok(Ended::Complete)
    }

    async fn stream(
        &mut self,
        uids: UidSet,
        grouping: Grouping,
        report: &mut CopyReport,
        again: &mut Again,
    ) -> Result<Streamed> {
        let (keeps, recipe, suspects) = (self.folder.keeps.clone(), self.recipe, self.suspects());
        let manner = self.manner;
        let Self { pair, meanwhile, from, folder, ledger_id, .. } = self;
        let Pair { context, source, target, recorder, .. } = &mut **pair;
        let (ledger_id, refused_before, copied_before) = (*ledger_id, report.refused.len(), report.copied);
        target.leave().await?;
        let literals = &context.memory.literals;
        let append = AppendOptions { literals: literals.of(&context.target_host), ..grouping.append() };
        let fate = Fate { recorder, meter: &context.meter, report, again, writing: None };
        let sink = Sink::open(target, folder, from.numbers.uid_validity, append)?;
        let (wary, cancel, header) = (literals.wary(ledger_id), &context.stop, HeaderTap::default());
        let mut pump = Pump { sink, fate, keeps, recipe, manner, wary, cancel, header, owed: None };
        let mut pumped = pump.run(source, from, *meanwhile, uids, grouping.fetch()).await;
        if pump.sink.lost_track() {
            literals.be_wary(ledger_id, pump.sink.under_way().chain(pump.fate.writing).collect());
        }
        if pumped.is_err() {
            context.memory.unanswered.note(ledger_id, pump.sink.ended());
        }
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
