//! One folder of a pass: list, plan, adopt what is there, copy what is missing, bring flags over, record.

use std::num::NonZeroU32;

use model::Result;
use model::folder::MappedFolder;
use model::plan::{FlagChange, FolderPlan, LedgerRow, Mapping, UidValidity, plan_folder};
use store::LedgerFolder;
use wire::{MailboxName, UidSet};

use super::Ended;
use super::adopt::{Adopted, Found, adopt};
use super::copy::{Copy, CopyReport, row};
use super::flags;
use super::inventory::{self, FlagSets, FlagsId, Listed};
use super::recorder::Recorder;
use super::skip;
use super::walk::Walk;
use crate::service::blocking;
use crate::target::{OpenFolder, Target};

/// A folder at work.
struct FolderPass<'w> {
    walk: &'w mut Walk,
    shown: String,
    source_uid_validity: u32,
    folder: OpenFolder,
    ledger_id: i64,
    ledger: LedgerFolder,
    sets: FlagSets,
    listed: Vec<Listed>,
}

/// A ledger row, its flags interned.
struct Row {
    uid: u32,
    target_uid: u32,
    flags: FlagsId,
}

/// Brings one folder in step.
pub(super) async fn sync(walk: &mut Walk, mapped: &MappedFolder) -> Result<Ended> {
    let shown = mapped.source_shown();
    walk.meter.stage("CopyingMessages", Some(&shown));
    let selected = walk.source.select(&MailboxName::from_wire(mapped.key.clone())).await?;
    let mut sets = FlagSets::default();
    let listed = inventory::list(&mut walk.source, selected.exists, walk.filter.as_ref(), &mut sets).await?;
    let folder = walk.target.open_folder(&mapped.target_name).await?;
    let source_uid_validity = selected.uid_validity.map_or(0, NonZeroU32::get);
    let (ledger_id, ledger) = open_ledger(walk, mapped, source_uid_validity).await?;
    FolderPass { walk, shown, source_uid_validity, folder, ledger_id, ledger, sets, listed }.run().await
}

/// What the ledger knows of the folder, or a new page in it.
async fn open_ledger(
    walk: &mut Walk,
    mapped: &MappedFolder,
    source_uid_validity: u32,
) -> Result<(i64, LedgerFolder)> {
    if let Some((id, known)) = walk.ledger.get(&mapped.key) {
        return Ok((*id, known.clone()));
    }
    let page = LedgerFolder {
        source_name: mapped.key.clone(),
        source_uid_validity,
        target_name: mapped.target_name.clone(),
        target_uid_validity: None,
        target_uid_next: None,
        highest_modseq: None,
    };
    let (store, lease, new) = (walk.store.clone(), walk.lease.clone(), page.clone());
    let id = blocking(move || store.save_folder(&lease, &new)).await?;
    Ok((id, page))
}

impl FolderPass<'_> {
    async fn run(mut self) -> Result<Ended> {
        let rows = self.ledger_rows().await?;
        let plan = self.plan(&rows)?;
        let in_step = self.listed.len().saturating_sub(plan.copy.len());
        self.walk.tally.add_found(&self.listed, in_step);
        self.walk.show_tally();
        if plan.mapping == Mapping::FromContent {
            self.start_over(!rows.is_empty()).await?;
        }
        drop(rows);
        self.act(plan).await
    }

    fn plan(&self, rows: &[Row]) -> Result<FolderPlan> {
        let source =
            UidValidity { now: self.source_uid_validity, recorded: Some(self.ledger.source_uid_validity) };
        let target = UidValidity { now: self.folder.uid_validity, recorded: self.ledger.target_uid_validity };
        let listed = self.listed.iter().map(|listed| (listed.uid, self.sets.get(listed.flags)));
        let known = rows.iter().map(|row| LedgerRow {
            uid: row.uid,
            target_uid: row.target_uid,
            flags: self.sets.get(row.flags),
        });
        plan_folder(listed, known, source, target)
    }

    async fn ledger_rows(&mut self) -> Result<Vec<Row>> {
        let (store, id, mut sets) = (self.walk.store.clone(), self.ledger_id, std::mem::take(&mut self.sets));
        let (rows, sets) = blocking(move || {
            let mut rows = Vec::new();
            store.ledger_messages(id, |message| {
                let flags = sets.intern(model::plan::Flags::parse(&message.flags));
                let target_uid = message.target_uid.unwrap_or(0);
                rows.push(Row { uid: message.source_uid, target_uid, flags });
            })?;
            Ok((rows, sets))
        })
        .await?;
        self.sets = sets;
        Ok(rows)
    }

    /// First contact, or a UIDVALIDITY changed: numbers mean nothing, and what is there is found by content.
    async fn start_over(&mut self, knew_something: bool) -> Result<()> {
        if knew_something {
            let text = format!(
                "Folder {}: its UIDVALIDITY changed, so its messages are matched by content.",
                self.shown
            );
            self.walk.journal.note(text).await?;
            let (store, lease, id) = (self.walk.store.clone(), self.walk.lease.clone(), self.ledger_id);
            blocking(move || store.reset_folder(&lease, id)).await?;
        }
        self.ledger.target_uid_next = None;
        Ok(())
    }

    async fn act(mut self, plan: FolderPlan) -> Result<Ended> {
        let Found { adopted, append } = self.find(plan.copy).await?;
        let mut changes = plan.flag_changes;
        let mut recorder = Recorder::new(self.walk.store.clone(), self.walk.lease.clone(), self.ledger_id);
        for found in &adopted {
            let (row, change) = self.adopt_row(found);
            recorder.push(row).await?;
            changes.extend(change);
        }
        recorder.write_now().await?;
        // From here on, what lies on the target below its UIDNEXT is accounted for.
        self.save_page(None).await?;
        self.walk.tally.synced += u64::try_from(adopted.len()).unwrap_or(0);
        self.walk.show_tally();
        let (ended, report) = self.copy(append.into_iter().collect(), &mut recorder).await?;
        self.place(&report, &mut recorder).await?;
        let appended_next = recorder.finish().await?;
        self.walk.tally.synced += report.copied;
        skip::account(self.walk, &self.shown, report).await?;
        if ended == Ended::Complete {
            self.bring_flags_over(&changes).await?;
            self.save_page(appended_next).await?;
        }
        Ok(ended)
    }

    /// Looks for messages that the ledger does not have on the target, where there is anything it does not know.
    async fn find(&mut self, copy: Vec<u32>) -> Result<Found> {
        let first_unknown = self.ledger.target_uid_next.unwrap_or(1);
        match &mut self.walk.target {
            Target::Imap(imap) => {
                if self.folder.uid_next != 0 && self.folder.uid_next <= first_unknown {
                    return Ok(Found { adopted: Vec::new(), append: copy });
                }
                adopt(&mut self.walk.source, &mut imap.connection, first_unknown, copy).await
            }
            Target::Maildir(_) => self.folder.find_in_maildir(self.source_uid_validity, copy),
        }
    }

    /// The ledger row of an adopted message, and the flags that its copy lacks: the row has them when the copy does.
    /// What the copy has beyond the source, its owner may have set: it stays.
    fn adopt_row(&self, found: &Adopted) -> (store::LedgerMessage, Option<FlagChange>) {
        let listed = self.listed.binary_search_by_key(&found.uid, |listed| listed.uid);
        let listed = listed.ok().and_then(|at| self.listed.get(at));
        let flags = listed.map(|listed| self.sets.get(listed.flags)).unwrap_or_default();
        let add = flags.without(&found.flags);
        let row = store::LedgerMessage {
            source_uid: found.uid,
            target_uid: Some(found.target_uid),
            size: listed.map_or(0, |listed| listed.size),
            digest: None,
            flags: flags.without(&add).to_string(),
        };
        let change =
            FlagChange { uid: found.uid, target_uid: found.target_uid, add, remove: Default::default() };
        (row, Some(change).filter(|change| !change.add.is_empty()))
    }

    async fn copy(&mut self, uids: UidSet, recorder: &mut Recorder) -> Result<(Ended, CopyReport)> {
        if uids.is_empty() {
            return Ok((Ended::Complete, CopyReport::default()));
        }
        let walk = &mut *self.walk;
        let mut copy = Copy {
            source: &mut walk.source,
            source_uid_validity: self.source_uid_validity,
            target: &mut walk.target,
            folder: &mut self.folder,
            recorder,
            meter: &walk.meter,
            cancel: &walk.cancel,
        };
        copy.run(uids).await
    }

    /// Finds the UIDs of copies that the server did not tell, by reading the tail that they are in.
    async fn place(&mut self, report: &CopyReport, recorder: &mut Recorder) -> Result<()> {
        let Target::Imap(imap) = &mut self.walk.target else { return Ok(()) };
        if report.unplaced.is_empty() {
            return Ok(());
        }
        // Courier tells of new messages only when asked (peers U2).
        imap.connection.noop().await?;
        let uids = report.unplaced.iter().map(|sent| sent.uid).collect();
        let first = self.folder.uid_next.max(1);
        let found = adopt(&mut self.walk.source, &mut imap.connection, first, uids).await?;
        for sent in &report.unplaced {
            let place = found.adopted.binary_search_by_key(&sent.uid, |adopted| adopted.uid);
            let target_uid =
                place.ok().and_then(|at| found.adopted.get(at)).map(|adopted| adopted.target_uid);
            recorder.push(row(sent, target_uid)).await?;
        }
        Ok(())
    }

    async fn bring_flags_over(&mut self, changes: &[FlagChange]) -> Result<()> {
        let now = |uid: u32| {
            let place = self.listed.binary_search_by_key(&uid, |listed| listed.uid);
            place.ok().and_then(|at| self.listed.get(at)).map(|l| self.sets.get(l.flags)).unwrap_or_default()
        };
        let validity = self.source_uid_validity;
        flags::apply(&mut self.walk.target, &mut self.folder, changes, validity, now).await?;
        let rows: Vec<(u32, String)> =
            changes.iter().map(|change| (change.uid, now(change.uid).to_string())).collect();
        if rows.is_empty() {
            return Ok(());
        }
        let (store, lease, id) = (self.walk.store.clone(), self.walk.lease.clone(), self.ledger_id);
        blocking(move || store.update_flags(&lease, id, &rows)).await
    }

    /// Writes what is now known of both folders' numbers.
    async fn save_page(&mut self, appended_next: Option<u32>) -> Result<()> {
        let page = LedgerFolder {
            source_uid_validity: self.source_uid_validity,
            target_uid_validity: Some(self.folder.uid_validity).filter(|validity| *validity != 0),
            target_uid_next: Some(self.folder.uid_next).filter(|next| *next != 0).max(appended_next),
            ..self.ledger.clone()
        };
        if page == self.ledger {
            return Ok(());
        }
        self.ledger = page.clone();
        let (store, lease) = (self.walk.store.clone(), self.walk.lease.clone());
        blocking(move || store.save_folder(&lease, &page)).await?;
        Ok(())
    }
}
