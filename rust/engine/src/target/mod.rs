//! Where mail goes: an IMAP server or a Maildir tree, behind one set of verbs.

pub(crate) mod folder;
mod imap;
mod maildir;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use model::folder::{ListedFolder, Listing, TargetRules};
use model::{Endpoint, Error, ErrorKind, Numbers, Place, Result, UidValidity, UserRow};
use wire::{MailboxName, MailboxStatus};

pub(crate) use folder::{KeptFlags, Made, OpenFolder, OpenPlace};
pub(crate) use imap::ImapTarget;
#[cfg(feature = "fuzzing")]
pub(crate) use maildir::reads_its_own_names;
use maildir::{DELIMITER, MaildirTree};
pub(crate) use maildir::{Delivery, MaildirFolder};

use crate::base::blocking::blocking;
use crate::base::world::World;
use crate::net::session::{self, Opened, Statuses};
use crate::net::tokens::Reached;

/// A Maildir message's name holds its source UIDVALIDITY: the folder itself never changes its own.
const MAILDIR_UID_VALIDITY: u64 = 1;

/// One user's mailbox on the target.
pub(crate) enum Target {
    /// On an IMAP server.
    Imap(Box<ImapTarget>),
    /// In a Maildir tree.
    Maildir(Arc<MaildirTree>),
}

impl Target {
    /// Whether it can be asked for more.
    pub(crate) fn is_usable(&self) -> bool {
        match self {
            Self::Imap(imap) => imap.connection.is_usable(),
            Self::Maildir(_) => true,
        }
    }

    /// Opens a user's mailbox on the target.
    pub(crate) async fn open(world: &World, endpoint: &Endpoint, row: &UserRow) -> Result<Self> {
        Self::reach(world, endpoint, row).await.result
    }

    /// The same, and how far it got.
    pub(crate) async fn reach(world: &World, endpoint: &Endpoint, row: &UserRow) -> Opened<Self> {
        match &endpoint.place {
            Place::Imap(_) => {
                ImapTarget::open(world, endpoint, row).await.map(|imap| Self::Imap(Box::new(imap)))
            }
            Place::Maildir { path } => {
                Opened { reached: Reached::Server, result: open_tree(path, row).await }
            }
        }
    }

    /// The folders, what their names can be, and what numbers the server told along.
    pub(crate) async fn listing(&mut self) -> Result<(Listing, TargetRules, Statuses)> {
        match self {
            Self::Imap(imap) => imap.listing().await,
            Self::Maildir(tree) => {
                let tree = tree.clone();
                let names = blocking(move || tree.folders()).await?;
                let listing = Listing {
                    folders: names.iter().map(|name| listed(name)).collect(),
                    ..Listing::default()
                };
                // Maildir++ has no folder named `.` or with a slash in its name.
                let rules = TargetRules {
                    delimiter: Some(DELIMITER),
                    forbidden: "/".into(),
                    ..TargetRules::default()
                };
                Ok((listing, rules, Statuses::new()))
            }
        }
    }

    /// Makes folders that are not there, in this order.
    pub(crate) async fn create(&mut self, names: &[&str]) -> Result<Vec<Result<Made>>> {
        match self {
            Self::Imap(imap) => imap.create(names).await,
            Self::Maildir(tree) => {
                let answers = on_tree(tree, names, MaildirTree::create).await?;
                Ok(answers.into_iter().map(|answer| answer.map(|()| Made::Now)).collect())
            }
        }
    }

    /// Renames a folder with all below it; its refusal is the inner error. Folders of a Maildir tree stay, as several
    /// directories would have to be renamed at once.
    pub(crate) async fn rename(&mut self, from: &str, to: &str) -> Result<Result<()>> {
        match self {
            Self::Imap(imap) => imap.rename(from, to).await,
            Self::Maildir(_) => {
                let text = "folders of a Maildir tree are not renamed";
                Ok(Err(Error::new(ErrorKind::ServerRefused, text)))
            }
        }
    }

    /// Subscribes to folders.
    pub(crate) async fn subscribe(&mut self, names: &[&str]) -> Result<Vec<Result<()>>> {
        match self {
            Self::Imap(imap) => imap.subscribe(names).await,
            Self::Maildir(tree) => on_tree(tree, names, MaildirTree::subscribe).await,
        }
    }

    /// What folders say of themselves now, by their names.
    pub(crate) async fn numbers(
        &mut self,
        mut told: Statuses,
        names: &[&str],
    ) -> Result<BTreeMap<String, MailboxStatus>> {
        let imap = match self {
            Self::Imap(imap) => imap,
            Self::Maildir(_) => {
                let status = || MailboxStatus { numbers: maildir_numbers(), ..MailboxStatus::default() };
                return Ok(names.iter().map(|name| ((*name).to_owned(), status())).collect());
            }
        };
        let keys: Vec<MailboxName> = names.iter().map(|name| MailboxName::from_text(name)).collect();
        session::complete(&mut told, &mut imap.connection, keys.iter().map(MailboxName::as_bytes)).await?;
        let numbers = |key: &MailboxName| told.get(key.as_bytes()).cloned().unwrap_or_default();
        Ok(names.iter().zip(&keys).map(|(name, key)| ((*name).to_owned(), numbers(key))).collect())
    }

    /// Opens a folder to write to it. One that this pass has made, with these numbers, needs no look.
    pub(crate) async fn open_folder(&mut self, name: &str, as_made: Option<Numbers>) -> Result<OpenFolder> {
        match self {
            Self::Imap(imap) => {
                let (numbers, keeps) = imap.open_folder(name, as_made).await?;
                let (name, place) = (name.to_owned(), OpenPlace::Imap(MailboxName::from_text(name)));
                Ok(OpenFolder { name, numbers, keeps, place })
            }
            Self::Maildir(tree) => {
                let (tree, on_disk, name) = (tree.clone(), on_disk(name), name.to_owned());
                let folder = blocking(move || tree.folder(&on_disk)).await?;
                let (numbers, keeps) = (maildir_numbers(), KeptFlags(None));
                Ok(OpenFolder { name, numbers, keeps, place: OpenPlace::Maildir(folder) })
            }
        }
    }

    /// Leaves the folder that is open, if one is: nothing is appended before.
    pub(crate) async fn leave(&mut self) -> Result<()> {
        match self {
            Self::Imap(imap) => imap.leave().await,
            Self::Maildir(_) => Ok(()),
        }
    }
}

async fn open_tree(path: &str, row: &UserRow) -> Result<Target> {
    let root = Path::new(path).join(tree_name(row)?);
    Ok(Target::Maildir(Arc::new(blocking(move || MaildirTree::open(root)).await?)))
}

fn maildir_numbers() -> Numbers {
    Numbers { uid_validity: UidValidity::new(MAILDIR_UID_VALIDITY), ..Numbers::default() }
}

/// Does something with folders of a tree, one after the other.
async fn on_tree(
    tree: &Arc<MaildirTree>,
    names: &[&str],
    action: fn(&MaildirTree, &str) -> Result<()>,
) -> Result<Vec<Result<()>>> {
    let (tree, names): (_, Vec<String>) = (tree.clone(), names.iter().map(|name| on_disk(name)).collect());
    blocking(move || Ok(names.iter().map(|name| action(&tree, name)).collect())).await
}

fn listed(name: &str) -> ListedFolder {
    let mailbox = MailboxName::from_wire(name);
    ListedFolder {
        key: name.as_bytes().to_vec(),
        name: mailbox.to_text(),
        delimiter: Some(DELIMITER),
        attributes: Vec::new(),
    }
}

/// Maildir++ names are modified UTF-7, as Dovecot and Courier write them.
fn on_disk(name: &str) -> String {
    String::from_utf8_lossy(MailboxName::from_text(name).as_bytes()).into_owned()
}

/// The tree is named after TargetUserName, else the address; never a path of its own.
fn tree_name(row: &UserRow) -> Result<&str> {
    let name = row.user_on_target();
    if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', '\0']) {
        return Err(Error::new(ErrorKind::InvalidName, format!("`{name}` cannot name a Maildir tree"))
            .user(&row.email_address)
            .remedy("write a TargetUserName without `/`, `\\` and a leading dot"));
    }
    Ok(name)
}
