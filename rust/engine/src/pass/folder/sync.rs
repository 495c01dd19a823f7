//! One folder of a pass: plan, adopt what is there, copy what is missing, bring flags over, record.

use std::collections::BTreeSet;

use model::Result;
use model::plan::{
    Adopted, FlagChange, Flags, FolderPlan, Found, LedgerRow, Mapping, UidValidity, plan_folder,
};
use store::{LedgerFolder, LedgerMessage};
use wire::UidSet;

use super::adopt::{Reader, Repairs, adopt};
use super::repair::{note_adopted, repair};
use super::task::Task;
use super::{account, flags, lost_flags};
use crate::base::blocking::blocking;
use crate::base::stop::Ended;
use crate::pass::memory::suspects::Side;
use crate::pass::pair::Pair;
use crate::pass::side::inventory::{FlagSets, FlagsId};
use crate::pass::side::source::SourceFolder;
use crate::pass::transfer::copy::Copy;
use crate::pass::transfer::fate::row;
use crate::pass::transfer::outcome::CopyReport;
use crate::pass::transfer::pump::Meanwhile;
use crate::target::{OpenFolder, Target};

/// A folder at work.
struct FolderPass<'p, M> {
    pair: &'p mut Pair,
    meanwhile: &'p mut M,
    shown: String,
    from: SourceFolder,
    to: OpenFolder,
    ledger_id: i64,
    ledger: LedgerFolder,
}

/// A ledger row, its flags interned.
struct Row {
    uid: u32,
    target_uid: u32,
    flags: FlagsId,
}

/// Brings one folder in step.
pub(crate) async fn sync<M: Meanwhile + Send>(
    pair: &mut Pair,
    meanwhile: &mut M,
    task: Task,
    from: SourceFolder,
) -> Result<Ended> {
    let to = pair.target.open_folder(&task.mapped.target_name, task.as_made).await?;
    let shown = task.mapped.source_shown();
    let (ledger_id, ledger) = (task.ledger_id, task.ledger);
    let mut pass = FolderPass { pair, meanwhile, shown, from, to, ledger_id, ledger };
    pass.compare(task.counted).await?;
    // A folder that was never in step has no rows to read.
    let rows = if task.is_new { Vec::new() } else { pass.ledger_rows().await? };
    pass.run(rows).await
}

impl<M: Meanwhile + Send> FolderPass<'_, M> {
    async fn run(mut self, rows: Vec<Row>) -> Result<Ended> {
        let plan = self.plan(&rows)?;
        self.pair.context.tally.found(self.items(), plan.copy.len());
        if plan.mapping == Mapping::FromContent {
            self.start_over(!rows.is_empty()).await?;
        }
        drop(rows);
        self.act(plan).await
    }

    /// Notes that the source counts more messages than it shows, as where it is set to show only some (peers G11, A24).
    async fn compare(&mut self, counted: Option<u64>) -> Result<()> {
        let shown = u64::try_from(self.from.listed.len()).unwrap_or(u64::MAX);
        let Some(counted) = counted.map(|counted| counted.max(self.from.exists)) else { return Ok(()) };
        if !self.from.whole || counted <= shown {
            return Ok(());
        }
        let text = format!(
            "Folder {}: the source counts {counted} messages and shows {shown}; what it does not show is not copied.",
            self.shown
        );
        self.pair.context.journal.note(text).await
    }

    /// How many messages the source folder has, of those that are wanted.
    fn items(&self) -> u64 {
        if self.from.whole { u64::try_from(self.from.listed.len()).unwrap_or(0) } else { self.from.exists }
    }

    fn plan(&self, rows: &[Row]) -> Result<FolderPlan> {
        let source = UidValidity {
            now: self.from.uid_validity.into(),
            recorded: Some(self.ledger.source_uid_validity),
        };
        let target =
            UidValidity { now: self.to.uid_validity.into(), recorded: self.ledger.target_uid_validity };
        let sets = &self.from.sets;
        let listed = self.from.listed.iter().map(|listed| (listed.uid, sets.get(listed.flags)));
        let known = rows.iter().map(|row| LedgerRow {
            uid: row.uid,
            target_uid: row.target_uid,
            flags: sets.get(row.flags),
        });
        plan_folder(listed, known, source, target)
    }

    async fn ledger_rows(&mut self) -> Result<Vec<Row>> {
        let (store, id) = (self.pair.context.store.clone(), self.ledger_id);
        let mut sets: FlagSets = std::mem::take(&mut self.from.sets);
        let (rows, sets) = blocking(move || {
            let mut rows = Vec::new();
            store.ledger_messages(id, |message| {
                let flags = sets.intern(Flags::parse(&message.flags));
                let target_uid = message.target_uid.unwrap_or(0);
                rows.push(Row { uid: message.source_uid, target_uid, flags });
            })?;
            Ok((rows, sets))
        })
        .await?;
        self.from.sets = sets;
        Ok(rows)
    }

    /// First contact, or a UIDVALIDITY changed: numbers mean nothing, and what is there is found by content.
    async fn start_over(&mut self, knew_something: bool) -> Result<()> {
        if knew_something {
            let text = format!(
                "Folder {}: its UIDVALIDITY changed, so its messages are matched by content.",
                self.shown
            );
            self.pair.context.journal.note(text).await?;
            let (store, lease, id) =
                (self.pair.context.store.clone(), self.pair.context.lease.clone(), self.ledger_id);
            blocking(move || store.reset_folder(&lease, id)).await?;
        }
        self.ledger.target_uid_next = None;
        Ok(())
    }

    async fn act(mut self, plan: FolderPlan) -> Result<Ended> {
        let Found { adopted, append } = self.find(plan.copy).await?;
        note_adopted(self.pair, &self.from, &self.shown, &adopted).await?;
        let mut changes = plan.flag_changes;
        for found in &adopted {
            let (row, change) = self.adopt_row(found);
            self.pair.recorder.row(self.ledger_id, row).await?;
            changes.extend(change);
        }
        // From here on, what lies on the target below its UIDNEXT is accounted for.
        self.save_numbers(None, false).await?;
        self.pair.context.tally.synced(u64::try_from(adopted.len()).unwrap_or(0));
        let (ended, mut report) = self.copy(append.into_iter().collect()).await?;
        let (clean, next) = (report.is_clean(), report.target_uid_next);
        let next = next.max(self.place(&report).await?);
        if ended == Ended::Complete {
            let samples = std::mem::take(&mut report.samples);
            let lost = lost_flags::restore(self.pair, &self.to, self.ledger_id, samples).await?;
            report.dropped_flags.extend(lost);
        }
        self.pair.context.tally.synced(report.copied);
        account::account(self.pair, &self.from, &self.shown, report).await?;
        if ended == Ended::Complete {
            self.bring_flags_over(&changes).await?;
            self.save_numbers(next, clean).await?;
        }
        Ok(ended)
    }

    /// Looks for messages that the ledger does not have on the target, where there is anything it does not know.
    async fn find(&mut self, copy: Vec<u32>) -> Result<Found> {
        let first_unknown = self.ledger.target_uid_next;
        match &mut self.pair.target {
            _ if copy.is_empty() => Ok(Found::default()),
            Target::Imap(imap) => {
                if self.to.uid_next != 0 && self.to.uid_next <= first_unknown.unwrap_or(1) {
                    return Ok(Found { adopted: Vec::new(), append: copy });
                }
                let target = imap.select(&self.to.name).await?;
                let (suspects, ledger_id) = (&self.pair.context.memory.suspects, self.ledger_id);
                // A source that hangs up at a message does so when its header is read, too.
                let unread = suspects.of(ledger_id, Side::Source).guilty;
                let (unread, candidates) = copy.into_iter().partition(|uid| unread.contains(*uid));
                let connection = self.pair.source.select(&self.from).await?;
                let source = Reader { connection, suspects, ledger_id };
                let refused = self.pair.context.refused_before(&self.shown);
                let repairs = Repairs { wanted: &self.pair.context.repairs, refused: &refused };
                let mut found = adopt(source, target, first_unknown, candidates, repairs).await?;
                found.append.extend::<Vec<u32>>(unread);
                Ok(found)
            }
            Target::Maildir(_) => self.to.find_in_maildir(self.from.uid_validity, copy),
        }
    }

    /// The ledger row of an adopted message, and the flags that its copy lacks: the row has them when the copy does.
    /// What the copy has beyond the source, its owner may have set: it stays.
    fn adopt_row(&self, found: &Adopted) -> (LedgerMessage, Option<FlagChange>) {
        let flags = self.from.flags(found.uid);
        let add = flags.without(&found.flags);
        let row = LedgerMessage {
            source_uid: found.uid,
            target_uid: Some(found.target_uid),
            size: found.size,
            flags: flags.without(&add).to_string(),
            ..LedgerMessage::default()
        };
        let change =
            FlagChange { uid: found.uid, target_uid: found.target_uid, add, remove: Default::default() };
        (row, Some(change).filter(|change| !change.add.is_empty()))
    }

    async fn copy(&mut self, uids: UidSet) -> Result<(Ended, CopyReport)> {
        if uids.is_empty() {
            return Ok((Ended::Complete, CopyReport::default()));
        }
        let context = self.pair.context.clone();
        let mut copy = Copy {
            pair: &mut *self.pair,
            meanwhile: &mut *self.meanwhile,
            from: &self.from,
            folder: &mut self.to,
            ledger_id: self.ledger_id,
            recipe: None,
        };
        let (ended, mut report) = copy.run(uids).await?;
        let ended = match ended {
            Ended::Complete => {
                repair(&mut copy, &context.repairs, &context.journal, &self.shown, &mut report).await?
            }
            Ended::Stopped => ended,
        };
        Ok((ended, report))
    }

    /// Finds the UIDs of copies that the server did not tell, by reading the tail that they are in. Says what follows
    /// the highest.
    async fn place(&mut self, report: &CopyReport) -> Result<Option<u32>> {
        let Target::Imap(imap) = &mut self.pair.target else { return Ok(None) };
        if report.unplaced.is_empty() {
            return Ok(None);
        }
        let target = imap.select(&self.to.name).await?;
        // Courier tells of new messages only when asked (peers U2).
        target.noop().await?;
        let uids = report.unplaced.iter().map(|sent| sent.uid).collect();
        let connection = self.pair.source.select(&self.from).await?;
        let source =
            Reader { connection, suspects: &self.pair.context.memory.suspects, ledger_id: self.ledger_id };
        let repairs = Repairs { wanted: &self.pair.context.repairs, refused: &BTreeSet::new() };
        let first = Some(self.to.uid_next).filter(|next| *next != 0);
        let found = adopt(source, target, first, uids, repairs).await?;
        let mut next = None;
        for sent in &report.unplaced {
            let place = found.adopted.binary_search_by_key(&sent.uid, |adopted| adopted.uid);
            let target_uid =
                place.ok().and_then(|at| found.adopted.get(at)).map(|adopted| adopted.target_uid);
            next = next.max(target_uid.map(|uid| uid.saturating_add(1)));
            self.pair.recorder.row(self.ledger_id, row(sent, target_uid)).await?;
        }
        Ok(next)
    }

    async fn bring_flags_over(&mut self, changes: &[FlagChange]) -> Result<()> {
        let rows: Vec<(u32, String)> =
            changes.iter().map(|change| (change.uid, self.from.flags(change.uid).to_string())).collect();
        if rows.is_empty() {
            return Ok(());
        }
        let (from, validity) = (&self.from, self.from.uid_validity);
        flags::apply(&mut self.pair.target, &mut self.to, changes, validity, |uid| from.flags(uid)).await?;
        // The rows that the changes are about come first.
        self.pair.recorder.flush().await?;
        let (store, lease, id) =
            (self.pair.context.store.clone(), self.pair.context.lease.clone(), self.ledger_id);
        blocking(move || store.update_flags(&lease, id, &rows)).await
    }

    /// Writes what is now known of both folders' numbers. A folder of which nothing was left behind is in step.
    async fn save_numbers(&mut self, appended_next: Option<u32>, in_step: bool) -> Result<()> {
        let numbers = LedgerFolder {
            source_uid_validity: self.from.uid_validity.into(),
            target_uid_validity: Some(self.to.uid_validity.into()).filter(|validity| *validity != 0),
            target_uid_next: Some(self.to.uid_next).filter(|next| *next != 0).max(appended_next),
            in_step_at: self.from.mark.filter(|_| in_step),
            ..self.ledger.clone()
        };
        if numbers == self.ledger {
            return Ok(());
        }
        self.ledger = numbers.clone();
        self.pair.recorder.numbers(self.ledger_id, numbers).await
    }
}
