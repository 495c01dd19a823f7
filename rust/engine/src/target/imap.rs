//! An IMAP server as a target.

use model::folder::{Listing, TargetRules};
use model::{Endpoint, Error, ErrorKind, Result, UserRow, login};
use wire::{Connection, MailboxName, Refusal, Selected};

use crate::session::{self, Catalog, Statuses};

/// One user's mailbox on an IMAP server.
pub(crate) struct ImapTarget {
    /// The connection.
    pub(crate) connection: Connection,
    /// The folder that is selected.
    selected: Option<String>,
}

impl ImapTarget {
    pub(crate) async fn open(endpoint: &Endpoint, row: &UserRow) -> Result<Self> {
        let login = login::target_login(endpoint, row)?;
        let connection = session::open(&endpoint.place, login).await?;
        Ok(Self { connection, selected: None })
    }

    /// The folders, what their names can be, and their numbers.
    pub(crate) async fn listing(&mut self) -> Result<(Listing, TargetRules, Statuses)> {
        let Catalog { listing, status, .. } = session::catalog(&mut self.connection).await?;
        let personal = listing.namespaces.personal.first();
        let delimiter = personal
            .and_then(|namespace| namespace.delimiter)
            .or_else(|| listing.folders.iter().find_map(|folder| folder.delimiter));
        let prefix = personal.map(|namespace| namespace.prefix.clone()).unwrap_or_default();
        let rules = TargetRules { delimiter, prefix, ..TargetRules::default() };
        Ok((listing, rules, status))
    }

    /// Makes folders; one that is there already is fine.
    pub(crate) async fn create(&mut self, names: &[&str]) -> Result<Vec<Result<()>>> {
        let answers = self.connection.create(&wire_names(names)).await?;
        let made = |(answer, name): (Result<(), Refusal>, &&str)| match answer {
            Err(refusal) if !says_it_exists(&refusal) => {
                let error = refusal.to_error();
                Err(Error { kind: not_made(error.kind), ..error }.folder(*name))
            }
            _ => Ok(()),
        };
        Ok(answers.into_iter().zip(names).map(made).collect())
    }

    /// Subscribes to folders.
    pub(crate) async fn subscribe(&mut self, names: &[&str]) -> Result<Vec<Result<()>>> {
        let answers = self.connection.subscribe(&wire_names(names)).await?;
        Ok(answers.into_iter().map(|answer| answer.map_err(|refusal| refusal.to_error())).collect())
    }

    /// What the server says of a folder. It is not left selected where that can be helped.
    pub(crate) async fn look_into(&mut self, name: &str) -> Result<Selected> {
        let (found, stays) = self.connection.look_into(&MailboxName::from_text(name)).await?;
        self.selected = stays.then(|| name.to_owned());
        Ok(found)
    }

    /// The connection with this folder selected, to read in it or to change flags.
    pub(crate) async fn select(&mut self, name: &str) -> Result<&mut Connection> {
        if self.selected.as_deref() != Some(name) {
            self.connection.select(&MailboxName::from_text(name)).await?;
            self.selected = Some(name.to_owned());
        }
        Ok(&mut self.connection)
    }
}

fn wire_names(names: &[&str]) -> Vec<MailboxName> {
    names.iter().map(|name| MailboxName::from_text(name)).collect()
}

/// RFC 5530's code, and the texts of servers that do not send it (peers O12: Exchange).
fn says_it_exists(refusal: &Refusal) -> bool {
    refusal.code_word().as_deref() == Some("ALREADYEXISTS")
        || refusal.text.to_ascii_lowercase().contains("exists")
}

/// A refusal of CREATE that says nothing else means the name.
fn not_made(kind: ErrorKind) -> ErrorKind {
    if kind == ErrorKind::ServerRefused { ErrorKind::FolderNameInvalid } else { kind }
}
