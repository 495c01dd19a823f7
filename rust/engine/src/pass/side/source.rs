//! The source of a pass: a connection that knows which folder is selected.

use std::num::NonZeroU32;

use model::content_filter::ContentFilter;
use model::plan::Flags;
use model::{Error, ErrorKind, Result};
use store::SourceMark;
use wire::{Connection, MailboxName, Selected};

use super::inventory::{self, FlagSets, Listed};

/// A user's mailbox on the source.
pub(crate) struct Source {
    /// The connection.
    pub(crate) connection: Connection,
    selected: Option<Vec<u8>>,
}

/// Which folder to list, and how.
#[derive(Debug, Clone)]
pub(crate) struct ListOrder {
    /// The source's bytes of its name.
    pub(crate) key: Vec<u8>,
    /// Only what changed since; everything where it is not known, or the server does not count changes.
    pub(crate) changed_since: Option<Changes>,
}

/// The change count after which changes are wanted. It means something under one UIDVALIDITY only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Changes {
    pub(crate) uid_validity: u64,
    pub(crate) highest_modseq: u64,
}

/// A folder as it lies on the source.
pub(crate) struct SourceFolder {
    /// The source's bytes of its name.
    pub(crate) key: Vec<u8>,
    /// Its UIDVALIDITY; 0 is unknown.
    pub(crate) uid_validity: u32,
    /// How many messages it has.
    pub(crate) exists: u64,
    /// What it said of itself before it was listed.
    pub(crate) mark: Option<SourceMark>,
    /// Its messages, ascending: all, or those that changed.
    pub(crate) listed: Vec<Listed>,
    /// Whether `listed` is all of them.
    pub(crate) whole: bool,
    /// The flags that `listed` refers to.
    pub(crate) sets: FlagSets,
}

impl SourceFolder {
    /// The flags of a message that was listed.
    pub(crate) fn flags(&self, uid: u32) -> Flags {
        let place = self.listed.binary_search_by_key(&uid, |listed| listed.uid);
        let listed = place.ok().and_then(|at| self.listed.get(at));
        listed.map(|listed| self.sets.get(listed.flags)).unwrap_or_default()
    }
}

impl Source {
    pub(crate) fn new(connection: Connection) -> Self {
        Self { connection, selected: None }
    }

    /// Selects a folder and lists it. SELECT, not EXAMINE: Courier keeps a UIDVALIDITY only then (peers U3).
    pub(crate) async fn list(
        &mut self,
        order: ListOrder,
        filter: Option<&ContentFilter>,
    ) -> Result<SourceFolder> {
        let ListOrder { key, changed_since } = order;
        let selected = self.connection.select(&MailboxName::from_wire(key.clone())).await?;
        self.selected = Some(key.clone());
        let uid_validity = selected.uid_validity.map_or(0, NonZeroU32::get);
        let since = changed_since.filter(|since| since.uid_validity == u64::from(uid_validity));
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
    pub(crate) async fn select(&mut self, folder: &SourceFolder) -> Result<&mut Connection> {
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
