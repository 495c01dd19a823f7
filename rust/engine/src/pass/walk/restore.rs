//! The second turn of a pass that was asked to restore missing copies: by now every folder is in step, so it is known
//! which copies are missing, and whose the others are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::Result;
use model::folder::MappedFolder;

use super::agenda::Agenda;
use super::connect::{Connected, Ends};
use super::lane::Lane;
use super::lanes;
use super::patience::unless;
use crate::base::blocking::blocking;
use crate::base::stop::Ended;
use crate::pass::context::{Context, SkippedBefore};
use crate::pass::folder::search::{Page, search, sought};
use crate::pass::folder::task::Task;
use crate::pass::side::source::ListOrder;
use crate::target::Target;

/// The folders whose missing copies are wanted, and how many messages the source counts in each.
#[derive(Default)]
pub(crate) struct Wanted(Vec<(MappedFolder, Option<u64>)>);

impl Wanted {
    /// Those that are brought in step.
    pub(crate) fn of(tasks: &[Task]) -> Self {
        Self(tasks.iter().map(|task| (task.mapped.clone(), task.counted)).collect())
    }

    /// What there is to restore, by what the first turn has found out.
    fn tasks(self, pages: &[Page], missing: &BTreeMap<i64, u64>) -> Vec<Task> {
        let pages: BTreeMap<&[u8], &Page> =
            pages.iter().map(|page| (page.1.source_name.as_slice(), page)).collect();
        let task = |(mapped, counted): (MappedFolder, Option<u64>)| {
            let (id, ledger) = pages.get(mapped.key.as_slice())?;
            let messages = *missing.get(id)?;
            let order = ListOrder { key: mapped.key.clone(), changed_since: None };
            let (ledger_id, ledger) = (*id, ledger.clone());
            let (as_made, octets, is_new) = (None, None, false);
            Some(Task { mapped, ledger_id, ledger, as_made, is_new, counted, octets, messages, order })
        };
        self.0.into_iter().filter_map(task).collect()
    }
}

/// Copies again what is missing and lies nowhere else in the mailbox.
pub(crate) async fn run(
    first: &Context,
    wanted: Wanted,
    ends: Ends,
    skipped_before: SkippedBefore,
) -> Result<Ended> {
    let (pages, missing) = read(first).await?;
    let tasks = wanted.tasks(&pages, &missing);
    if tasks.is_empty() {
        first.journal.note("No copies were found to be missing on the target.").await?;
        return Ok(Ended::Complete);
    }
    first.meter.stage("EnumeratingFolders", None);
    let known_to_miss: u64 = tasks.iter().map(|task| task.messages).sum();
    first.meter.update(|p| p.synced_items = p.synced_items.saturating_sub(known_to_miss));
    let Some(mut connected) = ends.connect_again(first).await? else { return Ok(Ended::Stopped) };
    let searching = second_turn(first, &tasks, &pages, skipped_before, &mut connected);
    let searched = unless(&first.stop, async { searching.await.map(Some) }).await?;
    let Some(second) = searched else { return Ok(Ended::Stopped) };
    let lane = Lane::new(Arc::new(second), connected);
    lanes::run(lane, Agenda::new(tasks), ends).await
}

/// The pages of the ledger, and how many copies are missing of which.
pub(super) async fn read(context: &Context) -> Result<(Vec<Page>, BTreeMap<i64, u64>)> {
    let (store, user) = (context.store.clone(), context.lease.user.id);
    blocking(move || Ok((store.ledger_folders(user)?, store.missing_copies(user)?.into_iter().collect())))
        .await
}

/// Looks through the whole target first. What could not be looked into is named.
async fn second_turn(
    first: &Context,
    tasks: &[Task],
    pages: &[Page],
    skipped_before: SkippedBefore,
    connected: &mut Connected,
) -> Result<Context> {
    let folders: BTreeSet<i64> = tasks.iter().map(|task| task.ledger_id).collect();
    let is_maildir = matches!(connected.target, Target::Maildir(_));
    let mut elsewhere = sought(&first.store, pages, &folders, is_maildir).await?;
    let searched = search(&mut connected.target, &first.store, pages, &mut elsewhere).await?;
    for name in searched.unread {
        let text =
            format!("Folder {name} of the target cannot be read: missing copies were not looked for there.");
        first.journal.note(text).await?;
    }
    Ok(first.second_turn(elsewhere, skipped_before))
}
