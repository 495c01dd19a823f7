//! Says what a pass has to do: which folders, where they go, and in which of them anything has changed.

use std::sync::atomic::Ordering;

use model::Result;
use model::folder::{FolderFilter, FolderMap, Listing, MappedFolder};
use model::{Error, ErrorKind, Numbers, SkippedKind, UidValidity};
use store::LedgerFolder;
use tracing::debug;

use super::lane::Lane;
use super::mapping::{Mapper, Pages};
use super::renames::Known;
use crate::base::blocking::blocking;
use crate::net::session::{self, Statuses};
use crate::pass::context::Context;
use crate::pass::folder::task::Task;
use crate::pass::memory::folder_suspects::Act;
use crate::pass::side::source::{ListOrder, from_source};

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
        let (catalog, mut target) = (catalog.map_err(from_source)?, there?);
        for without in catalog.without {
            context.journal.note(without).await?;
        }
        let mut numbers = catalog.status;
        let mut known = Known {
            pages: &mut ledger,
            source: &catalog.listing,
            source_status: &mut numbers,
            target: &mut target,
            user_root,
            filter,
        };
        self.follow_on_target(&mut known).await?;
        let renamed = self.follow_on_source(&mut known).await?;
        let (there, rules, target_status) = target;
        let mut mapper = Mapper::new(&catalog.listing, user_root, filter, (there, rules), &ledger);
        self.pass_over_deleted(&mut mapper, &catalog.listing, &mut ledger, &mut numbers).await?;
        let (FolderMap { folders, notes, .. }, made) = self.create(&mut mapper).await?;
        for note in &notes {
            context.journal.note(note.to_string()).await?;
        }
        let keys = folders.iter().map(|folder| folder.key.as_slice());
        let counted = session::complete(&mut numbers, &mut self.pair.source.connection, keys).await;
        counted.map_err(from_source)?;
        estimate(&context, &folders, &numbers);
        let (known, new): (Vec<&MappedFolder>, Vec<&MappedFolder>) =
            folders.iter().partition(|folder| ledger.contains_key(&folder.key));
        let unsubscribed = known.iter().filter(|folder| renamed.contains(&folder.key)).chain(&new);
        self.subscribe(&unsubscribed.copied().collect::<Vec<_>>(), &catalog.subscribed).await?;
        let names = folders.iter().map(|folder| folder.target_name.as_str());
        let asked: Vec<&str> =
            names.filter(|name| mapper.there.contains(*name) || made.contains(*name)).collect();
        let target_numbers = self.pair.target.numbers(target_status, &asked).await?;
        let numbers_of = |folder: &MappedFolder| {
            let target = target_numbers.get(&folder.target_name).map(|told| told.numbers).unwrap_or_default();
            let as_made = made.contains(&folder.target_name).then_some(target);
            (numbers.get(&folder.key).map(|told| told.numbers).unwrap_or_default(), target, as_made)
        };
        let page = |folder: &&MappedFolder| {
            let (source, target, as_made) = numbers_of(folder);
            first_page(folder, source, target, as_made.is_some())
        };
        let ids = |folder: &MappedFolder| {
            let source = numbers.get(&folder.key).and_then(|told| told.mailbox_id.clone());
            let target = target_numbers.get(&folder.target_name).and_then(|told| told.mailbox_id.clone());
            (source, target)
        };
        self.remember_ids(&folders, &mut ledger, ids).await?;
        let first_pages = new.iter().map(|folder| {
            let (source_mailbox_id, target_mailbox_id) = ids(folder);
            LedgerFolder { source_mailbox_id, target_mailbox_id, ..page(folder) }
        });
        let mut opened = open_pages(&context, first_pages.collect()).await?;
        let tasks = folders.into_iter().filter_map(|mapped| {
            let (source, target, as_made) = numbers_of(&mapped);
            let octets = numbers.get(&mapped.key).and_then(|told| told.size);
            let new = opened.remove(&mapped.key);
            let is_new = new.is_some();
            let page = new.or_else(|| ledger.remove(&mapped.key))?;
            let task = task(&context, mapped, page, source, target)?;
            Some(Task { as_made, octets, is_new: is_new || task.is_new, ..task })
        });
        self.without_given_up(tasks.collect()).await
    }

    /// Writes down by what folders are known when they are renamed, where that was not known before.
    async fn remember_ids(
        &mut self,
        folders: &[MappedFolder],
        ledger: &mut Pages,
        ids: impl Fn(&MappedFolder) -> (Option<String>, Option<String>),
    ) -> Result<()> {
        let mut news = Vec::new();
        for folder in folders {
            let Some((_, page)) = ledger.get_mut(&folder.key) else { continue };
            let (source, target) = ids(folder);
            let (source, target) =
                (source.or(page.source_mailbox_id.clone()), target.or(page.target_mailbox_id.clone()));
            if (&source, &target) != (&page.source_mailbox_id, &page.target_mailbox_id) {
                (page.source_mailbox_id, page.target_mailbox_id) = (source, target);
                news.push(page.clone());
            }
        }
        if news.is_empty() {
            return Ok(());
        }
        let (store, lease) = (self.pair.context.store.clone(), self.pair.context.lease.clone());
        blocking(move || store.save_folders(&lease, &news)).await.map(drop)
    }

    /// Leaves folders out at which the source hangs up whenever they are opened. Suspects come last.
    async fn without_given_up(&mut self, mut tasks: Vec<Task>) -> Result<Vec<Task>> {
        let context = self.pair.context.clone();
        let (suspects, user) = (&context.memory.folder_suspects, context.lease.user.id);
        let given_up = |task: &mut Task| suspects.has_given_up(user, Act::List, &task.mapped.key);
        for task in tasks.extract_if(.., given_up) {
            let text = "the source closes the connection whenever the folder is opened";
            let error = Error::new(ErrorKind::ConnectionLost, text);
            context.leave_out(&task.mapped, SkippedKind::SourceReadError, &error).await?;
            context.count_as_known(task.ledger_id, task.counted).await?;
        }
        tasks.sort_by_key(|task| suspects.suspects(user, Act::List, &task.mapped.key));
        Ok(tasks)
    }

    /// Leaves folders alone that the target's owner has deleted, until there is something new in them.
    async fn pass_over_deleted(
        &mut self,
        mapper: &mut Mapper<'_>,
        source: &Listing,
        ledger: &mut Pages,
        numbers: &mut Statuses,
    ) -> Result<()> {
        let context = self.pair.context.clone();
        let is_away = |page: &LedgerFolder| {
            !context.lease.restore
                && page.target_uid_validity.is_some()
                && !mapper.there.contains(&page.target_name)
        };
        let listed = source.folders.iter().map(|folder| folder.key.as_slice());
        let away = listed.filter(|key| ledger.get(*key).is_some_and(|(_, page)| is_away(page)));
        let away: Vec<Vec<u8>> = away.map(<[u8]>::to_vec).collect();
        let keys = away.iter().map(Vec::as_slice);
        session::complete(numbers, &mut self.pair.source.connection, keys).await?;
        for key in away {
            let now = numbers.get(&key).map(|told| told.numbers).unwrap_or_default();
            let Some(&mut (id, ref mut page)) = ledger.get_mut(&key) else { continue };
            if !page.in_step_at.is_some_and(|mark| mark.prove_same_messages(now)) {
                continue;
            }
            context.tally.found(id, now.messages.unwrap_or(0), 0);
            // Told once.
            if let Some(messages) = page.target_messages.take() {
                let name = page.target_name.clone();
                let text = format!("Folder {name}: it is no longer on the target, with {messages} messages.");
                context.journal.note(text).await?;
                self.pair.recorder.save_page(page.clone()).await?;
            }
            mapper.pass_over.insert(key);
        }
        Ok(())
    }
}

/// How much there is, before the first message is copied: what progress is measured against.
fn estimate(context: &Context, folders: &[MappedFolder], numbers: &Statuses) {
    let all = || folders.iter().map(|folder| numbers.get(&folder.key));
    let bytes = || all().map(|status| status?.size).sum::<Option<u64>>();
    context.tally.weigh(if context.content_filter.is_some() { None } else { bytes() });
    if !context.lease.user.facts.seeded {
        context.meter.update(|p| {
            p.source_items = all().flatten().filter_map(|status| status.numbers.messages).sum();
            p.source_bytes = all().flatten().filter_map(|status| status.size).sum();
        });
    }
}

/// The work that a folder is; none where both sides say what they said when it was in step, and the target has not lost
/// any since.
fn task(
    context: &Context,
    mapped: MappedFolder,
    (ledger_id, ledger): (i64, LedgerFolder),
    now: Numbers,
    target: Numbers,
) -> Option<Task> {
    let holds = UidValidity::holds(target.uid_validity, ledger.target_uid_validity);
    let passes_over = holds && context.content_filter.is_none() && !context.lease.restore;
    let in_step_at = ledger.in_step_at.filter(|_| passes_over);
    let has_lost = target.messages.zip(ledger.target_messages).is_some_and(|(now, then)| now < then);
    let before = in_step_at.and_then(|mark| mark.messages).unwrap_or(0);
    if in_step_at.is_some_and(|mark| mark.prove_same(now)) && !has_lost {
        context.tally.found(ledger_id, before, 0);
        context.opens_folders.store(true, Ordering::Relaxed);
        return None;
    }
    let order = ListOrder { key: mapped.key.clone(), changed_since: in_step_at };
    let is_new = ledger.target_uid_validity.is_none();
    let messages = now.messages.unwrap_or(0).saturating_sub(before);
    let (as_made, octets, counted) = (None, None, now.messages);
    Some(Task { mapped, ledger_id, ledger, as_made, is_new, counted, octets, messages, order })
}

/// Adds pages to the ledger.
async fn open_pages(context: &Context, new: Vec<LedgerFolder>) -> Result<Pages> {
    if new.is_empty() {
        return Ok(Pages::new());
    }
    let (store, lease, pages) = (context.store.clone(), context.lease.clone(), new.clone());
    let ids = blocking(move || store.save_folders_durably(&lease, &pages)).await?;
    debug!(folders = ids.len(), "Pages are on the disk");
    Ok(ids.into_iter().zip(new).map(|(id, page)| (page.source_name.clone(), (id, page))).collect())
}

/// What the ledger says of a folder before anything is copied: of one in which nothing is, where it begins, so that whatever
/// is found there later is known to have come since.
fn first_page(folder: &MappedFolder, source: Numbers, target: Numbers, made: bool) -> LedgerFolder {
    let begins = first_of_empty(target, made);
    LedgerFolder {
        source_name: folder.key.clone(),
        source_uid_validity: source.uid_validity,
        target_name: folder.target_name.clone(),
        target_uid_validity: target.uid_validity.filter(|_| begins.is_some()),
        frontier: begins,
        made,
        ..LedgerFolder::default()
    }
}

/// The UID from which on messages come to a folder in which none is. One that was just made need not say that it is empty.
fn first_of_empty(target: Numbers, made: bool) -> Option<u32> {
    let is_empty = target.messages.map_or(made, |messages| messages == 0);
    let next = target.uid_next.map(u32::from).or(made.then_some(1));
    next.filter(|_| is_empty)
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    #[test]
    fn a_folder_begins_where_it_says_while_it_is_empty_and_at_the_beginning_when_it_was_just_made() {
        let told =
            |messages, next| Numbers { messages, uid_next: NonZeroU32::new(next), ..Numbers::default() };
        let begins = |messages, next| [false, true].map(|made| first_of_empty(told(messages, next), made));
        assert_eq!(begins(Some(0), 7), [Some(7); 2]);
        assert_eq!(begins(Some(1), 7), [None; 2], "something is in it");
        assert_eq!(begins(Some(0), 0), [None, Some(1)], "it does not say where it begins");
        assert_eq!(begins(None, 7), [None, Some(7)], "it does not say what is in it");
    }
}
