//! The source of a pass: a connection that knows which folder is selected, and lists the next one ahead of time.

use std::num::NonZeroU32;

use model::content_filter::ContentFilter;
use model::plan::Flags;
use model::{Error, ErrorKind, Result};
use store::SourceMark;
use wire::{Connection, MailboxName, Selected};

use super::Ended;
use super::inventory::{self, FlagSets, Listed};
use super::jobs::{Job, Jobs};

/// A user's mailbox on the source.
pub(super) struct Source {
    /// The connection.
    pub(super) connection: Connection,
    selected: Option<Vec<u8>>,
}

/// Which folder to list, and how.
#[derive(Debug, Clone)]
pub(super) struct ListOrder {
    /// The source's bytes of its name.
    pub(super) key: Vec<u8>,
    /// Only what changed since; everything where it is not known, or the server does not count changes.
    pub(super) changed_since: Option<Changes>,
}

/// The change count after which changes are wanted. It means something under one UIDVALIDITY only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Changes {
    pub(super) uid_validity: u32,
    pub(super) highest_modseq: u64,
}

/// A folder as it lies on the source.
pub(super) struct SourceFolder {
    /// The source's bytes of its name.
    pub(super) key: Vec<u8>,
    /// Its UIDVALIDITY; 0 is unknown.
    pub(super) uid_validity: u32,
    /// How many messages it has.
    pub(super) exists: u64,
    /// What it said of itself before it was listed.
    pub(super) mark: Option<SourceMark>,
    /// Its messages, ascending: all, or those that changed.
    pub(super) listed: Vec<Listed>,
    /// Whether `listed` is all of them.
    pub(super) whole: bool,
    /// The flags that `listed` refers to.
    pub(super) sets: FlagSets,
}

/// The next folder to do, listed while the target still has work.
#[derive(Default)]
pub(super) struct Ahead {
    filter: Option<ContentFilter>,
    jobs: Option<Jobs>,
    found: Option<(Job, Result<SourceFolder>)>,
}

impl SourceFolder {
    /// The flags of a message that was listed.
    pub(super) fn flags(&self, uid: u32) -> Flags {
        let place = self.listed.binary_search_by_key(&uid, |listed| listed.uid);
        let listed = place.ok().and_then(|at| self.listed.get(at));
        listed.map(|listed| self.sets.get(listed.flags)).unwrap_or_default()
    }
}

impl Ahead {
    /// Lists only what the content filter wants.
    pub(super) fn new(filter: Option<ContentFilter>, jobs: Jobs) -> Self {
        Self { filter, jobs: Some(jobs), found: None }
    }

    /// Takes the next job and lists its folder, if that is not done, and unless the pass was told to stop. What fails
    /// is told to who takes it.
    pub(super) async fn look(&mut self, source: &mut Source, ended: Ended) {
        if ended == Ended::Complete
            && self.found.is_none()
            && let Some(job) = self.jobs.as_ref().and_then(Jobs::take)
        {
            let listed = source.list(job.order.clone(), self.filter.as_ref()).await;
            self.found = Some((job, listed));
        }
    }

    /// The next job.
    pub(super) async fn take(&mut self, source: &mut Source) -> Option<(Job, Result<SourceFolder>)> {
        self.look(source, Ended::Complete).await;
        self.found.take()
    }
}

impl Source {
    pub(super) fn new(connection: Connection) -> Self {
        Self { connection, selected: None }
    }

    /// Selects a folder and lists it. SELECT, not EXAMINE: Courier keeps a UIDVALIDITY only then (peers U3).
    pub(super) async fn list(
        &mut self,
        order: ListOrder,
        filter: Option<&ContentFilter>,
    ) -> Result<SourceFolder> {
        let ListOrder { key, changed_since } = order;
        let selected = self.connection.select(&MailboxName::from_wire(key.clone())).await?;
        self.selected = Some(key.clone());
        let uid_validity = selected.uid_validity.map_or(0, NonZeroU32::get);
        let since = changed_since.filter(|since| since.uid_validity == uid_validity);
        let since = since.map(|since| since.highest_modseq);
        let mut sets = FlagSets::default();
        let listed = inventory::list(&mut self.connection, selected.exists, since, filter, &mut sets).await?;
        Ok(SourceFolder {
            key,
            uid_validity,
            exists: selected.exists,
            mark: mark(&selected),
            listed,
            whole: since.is_none(),
            sets,
        })
    }

    /// The connection with this folder selected.
    pub(super) async fn select(&mut self, folder: &SourceFolder) -> Result<&mut Connection> {
        if self.selected.as_ref() != Some(&folder.key) {
            let name = MailboxName::from_wire(folder.key.clone());
            let selected = self.connection.select(&name).await?;
            if selected.uid_validity.map_or(0, NonZeroU32::get) != folder.uid_validity {
                let text = format!("folder `{name}` was replaced on the source while it was copied");
                return Err(Error::new(ErrorKind::ConnectionLost, text));
            }
            self.selected = Some(folder.key.clone());
        }
        Ok(&mut self.connection)
    }
}

fn mark(selected: &Selected) -> Option<SourceMark> {
    Some(SourceMark {
        uid_next: selected.uid_next?.get(),
        messages: selected.exists,
        highest_modseq: selected.highest_modseq?,
    })
}
