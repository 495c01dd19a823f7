//! One folder of a pass: the order of its steps.
//!
//! INVARIANT: a message is sent only after everything on the target that may be its copy was looked at, and after it is on
//! the disk from where on that was so.

use std::collections::BTreeSet;

use model::Result;
use model::plan::{FlagChange, FolderPlan, Found, LedgerRow, plan_folder};
use store::Orphan;
use wire::UidSet;

use super::flags::{self, Heeded};
use super::plainer::send_plainer;
use super::remarks::remarks;
use super::repair::{note_adopted, repair};
use super::restore::Restoring;
use super::task::Task;
use super::work::{Row, Work, named};
use super::{account, lost_flags};
use crate::base::blocking::blocking;
use crate::base::flags::shown;
use crate::base::stop::Ended;
use crate::pass::pair::Pair;
use crate::pass::side::source::SourceFolder;
use crate::pass::transfer::copy::Copy;
use crate::pass::transfer::denied::Stand;
use crate::pass::transfer::manner::Manner;
use crate::pass::transfer::outcome::CopyReport;
use crate::pass::transfer::pump::Meanwhile;
use crate::target::OpenFolder;

/// Brings one folder in step. The steps are told in ARCHITECTURE.md ("Exactly once").
pub(crate) async fn sync<M: Meanwhile + Send>(
    pair: &mut Pair,
    meanwhile: &mut M,
    task: Task,
    from: SourceFolder,
    to: OpenFolder,
) -> Result<Ended> {
    let mut work = Work::new(pair, task, from, to);
    work.make_numbers_hold().await?;
    let (rows, orphans) = work.known().await?;
    let known = named(&rows, &orphans);
    let mut aims = work.aims(rows)?;
    let mut restoring = work.add_returned(&mut aims, &orphans).await?;
    let append = work.take_over(&mut aims, &known).await?;
    restoring.leave(&append);
    let mut report = aims.report(&append);
    let copied = work.copy(append, &known, meanwhile, &mut report).await;
    let ended = match copied {
        Err(error) if work.pair.target.is_usable() => {
            // What the target said OK to is written down all the same. What else fails then is the lesser news.
            let _placed = work.place(&mut report, &known).await;
            work.keep_receipt(report.copied, report.placed);
            return Err(error);
        }
        copied => copied?,
    };
    if ended == Ended::Complete && report.has_own_uids() {
        work.check_dates(&mut report).await?;
    }
    work.place(&mut report, &known).await?;
    work.tell_restored(&restoring, &report).await?;
    work.finish(ended, report, &aims.flag_changes).await?;
    Ok(ended)
}

/// What is to be done in a folder.
struct Aims {
    /// Messages without a copy, in their order, before the target was looked at.
    copy: Vec<u32>,
    /// Those of them that are to be copied, and no known copies that are only looked for.
    wanted: UidSet,
    flag_changes: Vec<FlagChange>,
    /// What an earlier pass has left behind and copied after all, before it was cut off.
    since_copied: Vec<u32>,
    /// The last message, in the source's order, that the target has.
    last: u32,
}

impl Aims {
    /// The report of a copy that has not begun: what is not appended was found.
    fn report(&self, append: &UidSet) -> CopyReport {
        let found = self.wanted.iter().filter(|uid| !append.contains(*uid));
        let found = found.chain(self.since_copied.iter().copied()).collect();
        CopyReport { found, last: self.last, ..CopyReport::default() }
    }
}

impl Work<'_> {
    /// What the ledger knows of the folder's messages, as they lie on both sides now.
    async fn known(&mut self) -> Result<(Vec<Row>, Vec<Orphan>)> {
        // A folder that was never in step has no rows to read.
        let mut rows = if self.is_new { Vec::new() } else { self.rows().await? };
        self.complete_listing(&rows).await?;
        self.recount().await?;
        self.part_with(&mut rows).await?;
        self.miss_copies(&mut rows).await?;
        let orphans = if self.is_new { Vec::new() } else { self.orphans().await? };
        Ok((rows, orphans))
    }

    /// Compares the listing with what is known.
    fn aims(&self, rows: Vec<Row>) -> Result<Aims> {
        let FolderPlan { copy, flag_changes } = self.plan(&rows)?;
        // A pass that was cut off may have copied what is still named.
        let row = |uid: u32| rows.binary_search_by_key(&uid, |row| row.uid).ok().and_then(|at| rows.get(at));
        let has_copy = |uid: &u32| row(*uid).is_some_and(|row| row.target_uid.is_some());
        let since_copied = self.pair.context.left_behind(&self.shown).into_iter().filter(has_copy).collect();
        let unlisted = usize::try_from(self.from.unlisted()).unwrap_or(usize::MAX);
        self.pair.context.tally.found(self.ledger_id, self.items(), copy.len().saturating_add(unlisted));
        let last = rows.iter().rev().find(|row| row.target_uid.is_some()).map_or(0, |row| row.uid);
        Ok(Aims { wanted: copy.iter().copied().collect(), copy, flag_changes, since_copied, last })
    }

    /// Messages that have come back need no copy; known ones whose copies are gone may need one.
    async fn add_returned(&mut self, aims: &mut Aims, orphans: &[Orphan]) -> Result<Restoring> {
        aims.flag_changes.extend(self.welcome_back(&mut aims.copy, orphans).await?);
        let restoring = self.restore(&mut aims.copy).await?;
        aims.wanted.extend(restoring.again());
        Ok(restoring)
    }

    /// Takes over what is on the target already, and tells what is to be appended.
    async fn take_over(&mut self, aims: &mut Aims, known: &UidSet) -> Result<UidSet> {
        let mut found = self.find(std::mem::take(&mut aims.copy), known).await?;
        self.await_late(&mut found, known).await?;
        let Found { adopted, append } = found;
        note_adopted(self.pair, &self.from, &self.shown, &adopted).await?;
        aims.flag_changes.extend(self.adopt_rows(&adopted).await?);
        aims.last = adopted.iter().map(|adopted| adopted.uid).fold(aims.last, u32::max);
        if !append.is_empty() {
            // Known again when all that is sent has its place.
            self.page.target_messages = None;
        }
        self.save(false).await?;
        self.pair.context.tally.synced(u64::try_from(adopted.len()).unwrap_or(0));
        Ok(append.into_iter().collect())
    }

    fn plan(&self, rows: &[Row]) -> Result<FolderPlan> {
        let sets = &self.from.sets;
        let listed = self.from.listed.iter().map(|listed| (listed.uid, sets.get(listed.flags)));
        let known = rows.iter().map(|row| LedgerRow {
            uid: row.uid,
            target_uid: row.target_uid.map(u32::from),
            flags: sets.get(row.flags),
        });
        plan_folder(listed, known)
    }

    /// How many messages the source folder has, of those that are wanted.
    fn items(&self) -> u64 {
        match &self.from.all {
            Some(_) => u64::try_from(self.from.listed.len()).unwrap_or(0) + self.from.unlisted(),
            None => self.from.exists(),
        }
    }

    async fn copy<M: Meanwhile + Send>(
        &mut self,
        uids: UidSet,
        known: &UidSet,
        meanwhile: &mut M,
        report: &mut CopyReport,
    ) -> Result<Ended> {
        if uids.is_empty() {
            return Ok(Ended::Complete);
        }
        self.save_before_sending().await?;
        let context = self.pair.context.clone();
        let stand = Stand::new(self.to.numbers, known);
        let mut copy = Copy {
            pair: &mut *self.pair,
            meanwhile,
            from: &self.from,
            folder: &mut self.to,
            ledger_id: self.ledger_id,
            recipe: None,
            manner: Manner::default(),
            stand,
        };
        if copy.run(uids, report).await? == Ended::Stopped
            || send_plainer(&mut copy, &self.shown, report).await? == Ended::Stopped
        {
            return Ok(Ended::Stopped);
        }
        repair(&mut copy, &context.repairs, &context.journal, &self.shown, report).await
    }

    /// Names what was left behind, brings flags over, and writes down what is known now.
    async fn finish(&mut self, ended: Ended, mut report: CopyReport, changes: &[FlagChange]) -> Result<()> {
        if ended == Ended::Complete && report.has_own_uids() {
            let samples = std::mem::take(&mut report.samples);
            let lost =
                lost_flags::restore(self.pair, &self.to, self.ledger_id, samples, &report.placed).await?;
            report.dropped_flags.extend(lost);
            self.check_sizes(&mut report).await?;
            self.check_content(&mut report).await?;
            self.check_delivered(&mut report).await?;
        }
        let dropped = self.from.sets.iter().map(|flags| self.to.keeps.split(flags).1);
        report
            .dropped_flags
            .extend(dropped.flat_map(|flags| flags.iter().map(str::to_owned).collect::<Vec<_>>()));
        self.pair.context.tally.synced(report.copied);
        let before = self.to.numbers.messages;
        self.page.target_messages = before.map(|before| before.saturating_add(report.copied));
        self.compare().await?;
        for remark in remarks(&report) {
            self.note(&remark).await?;
        }
        let unlisted = self.from.unlisted();
        let clean = report.is_clean() && unlisted == 0;
        // What failed is told after what is known.
        let brought =
            if ended == Ended::Complete { self.bring_flags_over(changes).await } else { Ok(BTreeSet::new()) };
        report.dropped_flags.extend(brought.iter().flatten().cloned());
        let (copied, placed) = (report.copied, std::mem::take(&mut report.placed));
        let lost = (report.not_stored.clone(), report.taken_away.clone());
        account::account(self.pair, &self.from, &self.shown, report, unlisted, ended).await?;
        self.keep_astray(lost.0, lost.1).await?;
        brought?;
        self.save(clean && ended == Ended::Complete).await?;
        self.keep_receipt(copied, placed);
        self.pair.target.leave().await
    }

    /// Notes that the source counts more messages than it shows, as where it is set to show only some (peers G11, A24).
    async fn compare(&mut self) -> Result<()> {
        let Some(all) = self.from.all.as_ref() else { return Ok(()) };
        let (shown, counted) = (all.count(), self.from.has());
        if counted <= shown {
            return Ok(());
        }
        let text = format!(
            "the source counts {counted} messages and shows {shown}; what it does not show is not copied."
        );
        self.note(&text).await
    }

    /// What was taken away on the source is part of the copy, too.
    async fn tell_of_left(&mut self, flags: &BTreeSet<String>) -> Result<()> {
        if flags.is_empty() {
            return Ok(());
        }
        let shown: Vec<_> = flags.iter().map(|flag| shown(flag)).collect();
        self.note(&format!(
            "the target does not take flags away that the source has not any more: {}.",
            shown.join(", ")
        ))
        .await
    }

    /// Returns the flags that the target does not set.
    async fn bring_flags_over(&mut self, changes: &[FlagChange]) -> Result<BTreeSet<String>> {
        let rows: Vec<(u32, String)> =
            changes.iter().map(|change| (change.uid, self.from.flags(change.uid).to_string())).collect();
        if rows.is_empty() {
            return Ok(BTreeSet::new());
        }
        let (from, validity) = (&self.from, self.from.numbers.uid_validity);
        let target = &mut self.pair.target;
        let context = &self.pair.context;
        let heeded = Heeded { host: &context.target_host, kept: &context.memory.stored_flags };
        let now = |uid| from.flags(uid);
        let unchanged = flags::apply(target, &mut self.to, changes, validity, heeded, now).await?;
        // The rows that the changes are about come first.
        self.pair.recorder.flush().await?;
        let (store, lease, id) =
            (self.pair.context.store.clone(), self.pair.context.lease.clone(), self.ledger_id);
        blocking(move || store.update_flags(&lease, id, &rows)).await?;
        self.tell_of_left(&unchanged.left).await?;
        Ok(unchanged.unset)
    }
}
