//! The source of a pass: a connection that knows which folder is selected.

use model::content_filter::ContentFilter;
use model::plan::Flags;
use model::{Error, ErrorKind, Numbers, Result, Side, UidValidity};
use wire::{Connection, MailboxName, Selected, UidSet, Unnameable};

use super::inventory::{self, FlagSets, Listed};
use crate::net::session::{self, Door};

/// A user's mailbox on the source.
pub(crate) struct Source {
    /// The connection.
    pub(crate) connection: Connection,
    selected: Option<Vec<u8>>,
    /// Where another connection is to be had.
    door: Door,
}

/// Which folder to list, and how.
#[derive(Debug, Clone)]
pub(crate) struct ListOrder {
    /// The source's bytes of its name.
    pub(crate) key: Vec<u8>,
    /// Only what changed since the folder said so; everything where that is not known, or it is another folder now.
    pub(crate) changed_since: Option<Numbers>,
}

/// A folder as it lies on the source.
#[derive(Debug, Default)]
pub(crate) struct SourceFolder {
    /// The source's bytes of its name.
    pub(crate) key: Vec<u8>,
    /// What it said of itself before it was listed.
    pub(crate) numbers: Numbers,
    /// How many messages it is known to have, where it shows fewer.
    pub(crate) counted: Option<u64>,
    /// Its messages that are wanted, ascending: all, or those that changed.
    pub(crate) listed: Vec<Listed>,
    /// All of its messages, wanted or not, where all were listed.
    pub(crate) all: Option<UidSet>,
    /// Those whose UIDs no command can name.
    pub(crate) unnameable: Unnameable,
    /// The flags that `listed` refers to.
    pub(crate) sets: FlagSets,
}

impl SourceFolder {
    /// How many messages it shows.
    pub(crate) fn exists(&self) -> u64 {
        self.numbers.messages.unwrap_or(0)
    }

    /// How many messages it has.
    pub(crate) fn has(&self) -> u64 {
        self.exists().max(self.counted.unwrap_or(0))
    }

    /// How many messages it counts and did not list, where it listed all that it would; of those that it listed, all that no
    /// command can name.
    pub(crate) fn unlisted(&self) -> u64 {
        let unlisted = self.all.as_ref().map_or(0, |all| self.has().saturating_sub(all.count()));
        unlisted.max(self.unnameable.count)
    }

    /// The folder without what was listed of it.
    pub(crate) fn bare(&self) -> Self {
        Self { key: self.key.clone(), numbers: self.numbers, ..Self::default() }
    }

    /// The flags of a message that was listed.
    pub(crate) fn flags(&self, uid: u32) -> Flags {
        let place = self.listed.binary_search_by_key(&uid, |listed| listed.uid);
        let listed = place.ok().and_then(|at| self.listed.get(at));
        listed.map(|listed| self.sets.get(listed.flags)).unwrap_or_default()
    }
}

impl Source {
    pub(crate) fn new(connection: Connection, door: Door) -> Self {
        Self { connection, selected: None, door }
    }

    /// Gives the connection up, which delivers what nobody wants any more, and opens another one.
    pub(crate) async fn renew(&mut self) -> Result<()> {
        self.selected = None;
        self.connection.hang_up();
        self.connection = self.door.reach().await.result.map_err(of_source)?;
        Ok(())
    }

    /// Opens a folder and lists it. Where fewer
    /// messages are listed than the folder counts, it is listed once more: some may have gone meanwhile.
    pub(crate) async fn list(
        &mut self,
        order: ListOrder,
        filter: Option<&ContentFilter>,
    ) -> Result<SourceFolder> {
        self.list_again(order, filter, FlagSets::default()).await
    }

    /// The same, where sets of flags have numbers already: those stay.
    pub(crate) async fn list_again(
        &mut self,
        order: ListOrder,
        filter: Option<&ContentFilter>,
        sets: FlagSets,
    ) -> Result<SourceFolder> {
        let folder = self.list_once(order.clone(), filter, sets).await?;
        if folder.unlisted() == 0 {
            return Ok(folder);
        }
        self.list_once(order, filter, folder.sets).await
    }

    /// EXAMINE: GNU's server writes into messages that a session had open for changes. Courier keeps a UIDVALIDITY only when
    /// a folder is selected (peers U3), and says by its greeting what it is.
    async fn open(&mut self, name: &MailboxName) -> wire::Result<Selected> {
        if self.connection.greeting().contains("Courier") {
            self.connection.select(name).await
        } else {
            self.connection.examine(name).await
        }
    }

    /// The connection with a folder of this name open, whichever it is.
    pub(crate) async fn go_to(&mut self, name: &MailboxName) -> Result<&mut Connection> {
        self.selected = None;
        self.open(name).await?;
        Ok(&mut self.connection)
    }

    async fn list_once(
        &mut self,
        order: ListOrder,
        filter: Option<&ContentFilter>,
        mut sets: FlagSets,
    ) -> Result<SourceFolder> {
        let ListOrder { key, changed_since } = order;
        // One that refuses leaves nothing selected (RFC 3501 §6.3.1).
        self.selected = None;
        let selected = self.open(&MailboxName::from_wire(key.clone())).await?;
        self.selected = Some(key.clone());
        let numbers = selected.numbers;
        let since = changed_since.filter(|s| UidValidity::holds(numbers.uid_validity, s.uid_validity));
        let since = since.and_then(|since| since.highest_modseq).filter(|_| numbers.highest_modseq.is_some());
        let found = inventory::list(&mut self.connection, selected.exists, since, filter, &mut sets).await?;
        let all = since.is_none().then_some(found.all);
        let (listed, unnameable) = (found.wanted, found.unnameable);
        Ok(SourceFolder { key, numbers, counted: None, listed, all, unnameable, sets })
    }

    /// How many messages a folder has at least that shows fewer than STATUS told before.
    pub(crate) async fn recount(&mut self, folder: &SourceFolder, before: u64) -> Result<Option<u64>> {
        self.select(folder).await?;
        self.selected = None;
        let name = MailboxName::from_wire(folder.key.clone());
        session::recount(&mut self.connection, &name, before, folder.numbers).await
    }

    /// The connection with this folder selected.
    pub(crate) async fn select(&mut self, folder: &SourceFolder) -> Result<&mut Connection> {
        if self.selected.as_ref() != Some(&folder.key) {
            let name = MailboxName::from_wire(folder.key.clone());
            self.selected = None;
            let selected = self.open(&name).await.map_err(|error| of_source(error.into()))?;
            if selected.numbers.uid_validity != folder.numbers.uid_validity {
                let text = format!("folder `{name}` was replaced on the source while it was copied");
                return Err(Error::new(ErrorKind::ConnectionLost, text));
            }
            self.selected = Some(folder.key.clone());
        }
        Ok(&mut self.connection)
    }
}

/// Marks an error as the source's, where both sides are at work.
pub(crate) fn of_source(error: Error) -> Error {
    from_source(error.object("the source"))
}

/// The same, where whoever reads it sees whose it is.
pub(crate) fn from_source(error: Error) -> Error {
    Error { side: Some(Side::Source), ..error }
}
