//! Says what a pass has to do: which folders, where they go, and in which of them anything has changed.

use model::Result;
use model::folder::{FolderFilter, FolderMap, MappedFolder};
use model::plan::UidValidity;
use store::{LedgerFolder, SourceMark};
use wire::MailboxStatus;

use super::jobs::Job;
use super::lane::Lane;
use super::mapping::{Mapper, Pages};
use super::source::{Changes, ListOrder};
use super::walk::Walk;
use crate::service::blocking;
use crate::session;
use crate::target::FolderNumbers;

impl Lane {
    /// Maps the folders, makes those that are missing, and says what is to be done. Folders in which nothing has
    /// changed are counted, and done with.
    pub(super) async fn prepare(
        &mut self,
        mut ledger: Pages,
        user_root: Option<&str>,
        filter: &FolderFilter,
    ) -> Result<Vec<Job>> {
        self.walk.meter.stage("EnumeratingFolders", None);
        let (catalog, there) =
            tokio::join!(session::catalog(&mut self.source.connection), self.target.listing());
        let (catalog, (there, rules, target_status)) = (catalog?, there?);
        let mut mapper = Mapper::new(&catalog.listing, user_root, filter, (there, rules), &ledger);
        let (FolderMap { folders, notes, .. }, made) = self.create(&mut mapper).await?;
        for note in &notes {
            self.walk.journal.note(note.to_string()).await?;
        }
        let mut numbers = catalog.status;
        let keys = folders.iter().map(|folder| folder.key.as_slice());
        session::complete(&mut numbers, &mut self.source.connection, keys).await?;
        self.walk.estimate(&folders, &numbers);
        let (known, new): (Vec<&MappedFolder>, Vec<&MappedFolder>) =
            folders.iter().partition(|folder| ledger.contains_key(&folder.key));
        self.subscribe(&new, &catalog.subscribed).await?;
        let known = known.into_iter().map(|folder| folder.target_name.as_str());
        let known = known.filter(|name| mapper.there.contains(*name));
        let asked: Vec<&str> = known.chain(made.iter().map(String::as_str)).collect();
        let target_numbers = self.target.numbers(target_status, &asked).await?;
        let numbers_of = |folder: &MappedFolder| {
            let target = target_numbers.get(&folder.target_name).copied().unwrap_or_default();
            let as_made = made.contains(&folder.target_name).then_some(target);
            (numbers.get(&folder.key).copied().unwrap_or_default(), target, as_made)
        };
        let page = |folder: &&MappedFolder| {
            let (source, _, as_made) = numbers_of(folder);
            first_page(folder, source, as_made.unwrap_or_default())
        };
        let mut opened = self.walk.open_pages(new.iter().map(page).collect()).await?;
        let jobs = folders.into_iter().filter_map(|mapped| {
            let (source, target, as_made) = numbers_of(&mapped);
            let new = opened.remove(&mapped.key);
            let is_new = new.is_some();
            let page = new.or_else(|| ledger.remove(&mapped.key))?;
            let job = self.walk.job(mapped, page, source, target.uid_validity)?;
            Some(Job { as_made, is_new: is_new || job.is_new, ..job })
        });
        Ok(jobs.collect())
    }
}

impl Walk {
    /// The work that a folder is; none where both sides say what they said when it was in step.
    fn job(
        &self,
        mapped: MappedFolder,
        (ledger_id, ledger): (i64, LedgerFolder),
        now: MailboxStatus,
        target_validity: u32,
    ) -> Option<Job> {
        let target = UidValidity { now: target_validity, recorded: ledger.target_uid_validity };
        let in_step_at = ledger.in_step_at.filter(|_| target.holds() && self.content_filter.is_none());
        let source_validity = now.uid_validity.map_or(0, u32::from);
        if source_validity == ledger.source_uid_validity
            && let Some(mark) = in_step_at
            && mark_of(now) == Some(mark)
        {
            self.found(mark.messages, 0);
            return None;
        }
        let changed_since = in_step_at.map(|mark| Changes {
            uid_validity: ledger.source_uid_validity,
            highest_modseq: mark.highest_modseq,
        });
        let order = ListOrder { key: mapped.key.clone(), changed_since };
        let is_new = ledger.target_uid_validity.is_none();
        let messages = now.messages.unwrap_or(0).saturating_sub(in_step_at.map_or(0, |mark| mark.messages));
        let counted = now.messages.filter(|_| self.content_filter.is_none());
        Some(Job { mapped, ledger_id, ledger, as_made: None, is_new, counted, messages, order })
    }

    /// Adds pages to the ledger.
    async fn open_pages(&self, new: Vec<LedgerFolder>) -> Result<Pages> {
        if new.is_empty() {
            return Ok(Pages::new());
        }
        let (store, lease, pages) = (self.store.clone(), self.lease.clone(), new.clone());
        let ids = blocking(move || store.save_folders(&lease, &pages)).await?;
        Ok(ids.into_iter().zip(new).map(|(id, page)| (page.source_name.clone(), (id, page))).collect())
    }
}

/// What the ledger says of a folder before anything is copied: of one that was made on the target, its numbers, so that
/// whatever is found there later is known to have come since.
fn first_page(folder: &MappedFolder, source: MailboxStatus, target: FolderNumbers) -> LedgerFolder {
    LedgerFolder {
        source_name: folder.key.clone(),
        source_uid_validity: source.uid_validity.map_or(0, u32::from),
        target_name: folder.target_name.clone(),
        target_uid_validity: Some(target.uid_validity).filter(|validity| *validity != 0),
        target_uid_next: Some(target.uid_next).filter(|next| *next != 0),
        ..LedgerFolder::default()
    }
}

fn mark_of(status: MailboxStatus) -> Option<SourceMark> {
    Some(SourceMark {
        uid_next: status.uid_next?.get(),
        messages: status.messages?,
        highest_modseq: status.highest_modseq?,
    })
}
