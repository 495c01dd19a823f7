//! Says what a pass has to do: which folders, where they go, and in which of them anything has changed.

use model::Result;
use model::folder::{FolderFilter, FolderMap, MappedFolder};
use model::plan::UidValidity;
use store::{LedgerFolder, SourceMark};
use wire::MailboxStatus;

use super::lane::Lane;
use super::mapping::{Mapper, Pages};
use crate::base::blocking::blocking;
use crate::net::session::{self, Statuses};
use crate::pass::context::Context;
use crate::pass::folder::task::Task;
use crate::pass::side::source::{Changes, ListOrder};
use crate::target::FolderNumbers;

impl Lane {
    /// Maps the folders, makes those that are missing, and says what is to be done. Folders in which nothing has
    /// changed are counted, and done with.
    pub(crate) async fn prepare(
        &mut self,
        mut ledger: Pages,
        user_root: Option<&str>,
        filter: &FolderFilter,
    ) -> Result<Vec<Task>> {
        let context = self.pair.context.clone();
        context.meter.stage("EnumeratingFolders", None);
        let (catalog, there) =
            tokio::join!(session::catalog(&mut self.pair.source.connection), self.pair.target.listing());
        let (catalog, (there, rules, target_status)) = (catalog?, there?);
        let mut mapper = Mapper::new(&catalog.listing, user_root, filter, (there, rules), &ledger);
        let (FolderMap { folders, notes, .. }, made) = self.create(&mut mapper).await?;
        for note in &notes {
            context.journal.note(note.to_string()).await?;
        }
        let mut numbers = catalog.status;
        let keys = folders.iter().map(|folder| folder.key.as_slice());
        session::complete(&mut numbers, &mut self.pair.source.connection, keys).await?;
        estimate(&context, &folders, &numbers);
        let (known, new): (Vec<&MappedFolder>, Vec<&MappedFolder>) =
            folders.iter().partition(|folder| ledger.contains_key(&folder.key));
        self.subscribe(&new, &catalog.subscribed).await?;
        let known = known.into_iter().map(|folder| folder.target_name.as_str());
        let known = known.filter(|name| mapper.there.contains(*name));
        let asked: Vec<&str> = known.chain(made.iter().map(String::as_str)).collect();
        let target_numbers = self.pair.target.numbers(target_status, &asked).await?;
        let numbers_of = |folder: &MappedFolder| {
            let target = target_numbers.get(&folder.target_name).copied().unwrap_or_default();
            let as_made = made.contains(&folder.target_name).then_some(target);
            (numbers.get(&folder.key).copied().unwrap_or_default(), target, as_made)
        };
        let page = |folder: &&MappedFolder| {
            let (source, _, as_made) = numbers_of(folder);
            first_page(folder, source, as_made.unwrap_or_default())
        };
        let mut opened = open_pages(&context, new.iter().map(page).collect()).await?;
        let tasks = folders.into_iter().filter_map(|mapped| {
            let (source, target, as_made) = numbers_of(&mapped);
            let new = opened.remove(&mapped.key);
            let is_new = new.is_some();
            let page = new.or_else(|| ledger.remove(&mapped.key))?;
            let task = task(&context, mapped, page, source, target.uid_validity)?;
            Some(Task { as_made, is_new: is_new || task.is_new, ..task })
        });
        Ok(tasks.collect())
    }
}

/// How much there is, before the first message is copied: what progress is measured against.
fn estimate(context: &Context, folders: &[MappedFolder], numbers: &Statuses) {
    let all = || folders.iter().map(|folder| numbers.get(&folder.key));
    let bytes = || all().map(|status| status?.size).sum::<Option<u64>>();
    context.tally.weigh(if context.content_filter.is_some() { None } else { bytes() });
    if !context.lease.user.facts.seeded {
        context.meter.update(|p| {
            p.source_items = all().flatten().filter_map(|status| status.messages).sum();
            p.source_bytes = all().flatten().filter_map(|status| status.size).sum();
        });
    }
}

/// The work that a folder is; none where both sides say what they said when it was in step.
fn task(
    context: &Context,
    mapped: MappedFolder,
    (ledger_id, ledger): (i64, LedgerFolder),
    now: MailboxStatus,
    target_validity: u32,
) -> Option<Task> {
    let target = UidValidity { now: target_validity.into(), recorded: ledger.target_uid_validity };
    let in_step_at = ledger.in_step_at.filter(|_| target.holds() && context.content_filter.is_none());
    let source_validity = now.uid_validity.map_or(0, |validity| u64::from(validity.get()));
    if source_validity == ledger.source_uid_validity
        && let Some(mark) = in_step_at
        && mark_of(now) == Some(mark)
    {
        context.tally.found(mark.messages, 0);
        return None;
    }
    let changed_since = in_step_at.map(|mark| Changes {
        uid_validity: ledger.source_uid_validity,
        highest_modseq: mark.highest_modseq,
    });
    let order = ListOrder { key: mapped.key.clone(), changed_since };
    let is_new = ledger.target_uid_validity.is_none();
    let messages = now.messages.unwrap_or(0).saturating_sub(in_step_at.map_or(0, |mark| mark.messages));
    let counted = now.messages.filter(|_| context.content_filter.is_none());
    Some(Task { mapped, ledger_id, ledger, as_made: None, is_new, counted, messages, order })
}

/// Adds pages to the ledger.
async fn open_pages(context: &Context, new: Vec<LedgerFolder>) -> Result<Pages> {
    if new.is_empty() {
        return Ok(Pages::new());
    }
    let (store, lease, pages) = (context.store.clone(), context.lease.clone(), new.clone());
    let ids = blocking(move || store.save_folders(&lease, &pages)).await?;
    Ok(ids.into_iter().zip(new).map(|(id, page)| (page.source_name.clone(), (id, page))).collect())
}

/// What the ledger says of a folder before anything is copied: of one that was made on the target, its numbers, so that
/// whatever is found there later is known to have come since.
fn first_page(folder: &MappedFolder, source: MailboxStatus, target: FolderNumbers) -> LedgerFolder {
    LedgerFolder {
        source_name: folder.key.clone(),
        source_uid_validity: source.uid_validity.map_or(0, |validity| validity.get().into()),
        target_name: folder.target_name.clone(),
        target_uid_validity: Some(target.uid_validity.into()).filter(|validity| *validity != 0),
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
