//! An IMAP server as a target.

use model::folder::{Listing, TargetRules};
use model::{Endpoint, ErrorKind, Result, UserRow, login};
use wire::{Connection, Error as WireError, Flags, MailboxName, Selected, StoreAction, UidSet};

use crate::session;

/// One user's mailbox on an IMAP server.
pub(crate) struct ImapTarget {
    /// The connection.
    pub(crate) connection: Connection,
}

impl ImapTarget {
    pub(crate) async fn open(endpoint: &Endpoint, row: &UserRow) -> Result<Self> {
        let login = login::target_login(endpoint, row)?;
        let connection = session::open(&endpoint.place, login).await?;
        Ok(Self { connection })
    }

    /// The folders, and what their names can be.
    pub(crate) async fn listing(&mut self) -> Result<(Listing, TargetRules)> {
        let (listing, _) = session::listing(&mut self.connection).await?;
        let personal = listing.namespaces.personal.first();
        let delimiter = personal
            .and_then(|namespace| namespace.delimiter)
            .or_else(|| listing.folders.iter().find_map(|folder| folder.delimiter));
        let prefix = personal.map(|namespace| namespace.prefix.clone()).unwrap_or_default();
        let rules = TargetRules { delimiter, prefix, ..TargetRules::default() };
        Ok((listing, rules))
    }

    /// Makes a folder; one that is there already is fine.
    pub(crate) async fn create(&mut self, name: &str) -> Result<()> {
        let mailbox = MailboxName::from_text(name);
        match self.connection.create(&mailbox).await {
            Ok(()) => Ok(()),
            Err(e) if says_it_exists(&e) => Ok(()),
            Err(e) => Err(model::Error { kind: not_made(e.kind()), ..model::Error::from(e) }.folder(name)),
        }
    }

    pub(crate) async fn subscribe(&mut self, name: &str) -> Result<()> {
        Ok(self.connection.subscribe(&MailboxName::from_text(name)).await?)
    }

    pub(crate) async fn select(&mut self, name: &str) -> Result<Selected> {
        Ok(self.connection.select(&MailboxName::from_text(name)).await?)
    }

    /// Changes flags of a message in the selected folder.
    pub(crate) async fn change_flags(
        &mut self,
        uids: &UidSet,
        action: StoreAction,
        flags: &Flags,
    ) -> Result<()> {
        Ok(self.connection.uid_store(uids, action, flags).await?)
    }
}

/// RFC 5530's code, and the texts of servers that do not send it (peers O12: Exchange).
fn says_it_exists(error: &WireError) -> bool {
    error.refusal().is_some_and(|refusal| {
        refusal.code_word().as_deref() == Some("ALREADYEXISTS")
            || refusal.text.to_ascii_lowercase().contains("exists")
    })
}

/// A refusal of CREATE that says nothing else means the name.
fn not_made(kind: ErrorKind) -> ErrorKind {
    if kind == ErrorKind::ServerRefused { ErrorKind::FolderNameInvalid } else { kind }
}
