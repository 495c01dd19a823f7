//! An IMAP server as a target.

use std::num::NonZeroU32;

use model::folder::{ListedFolder, Listing, TargetRules};
use model::plan::Present;
use model::{Endpoint, Error, ErrorKind, Numbers, Result, UserRow, login};
use wire::{Access, Connection, MailboxName, Refusal, UidSet};

use super::folder::{KeptFlags, Made};
use crate::base::present::present;
use crate::base::world::World;
use crate::net::session::{self, Catalog, Opened, Statuses};
use crate::net::tokens::Reached;

/// One user's mailbox on an IMAP server.
pub(crate) struct ImapTarget {
    /// The connection.
    pub(crate) connection: Connection,
    /// The folder that is open, and for what.
    open: Option<(String, Access)>,
    /// The flags that folders keep that were just made, as the first of them said.
    new_folders_keep: Option<KeptFlags>,
}

impl ImapTarget {
    pub(crate) async fn open(world: &World, endpoint: &Endpoint, row: &UserRow) -> Opened<Self> {
        match login::target_login(endpoint, row) {
            Ok(login) => session::reach(world, endpoint, login).await.map(Self::new),
            Err(error) => Opened { reached: Reached::Server, result: Err(error) },
        }
    }

    fn new(connection: Connection) -> Self {
        Self { connection, open: None, new_folders_keep: None }
    }

    /// The folders, what their names can be, and their numbers.
    pub(crate) async fn listing(&mut self) -> Result<(Listing, TargetRules, Statuses)> {
        let Catalog { mut listing, status, .. } = session::catalog(&mut self.connection).await?;
        // A folder whose name we would spell in another way is one that we cannot open. Raw octets are what a server makes of
        // our spelling.
        let is_ours = |folder: &ListedFolder| *MailboxName::from_text(&folder.name).as_bytes() == *folder.key;
        listing.folders.retain(|folder| !folder.key.is_ascii() || is_ours(folder));
        let own = listing.own_namespace().unwrap_or_default();
        let delimiter = own.delimiter.or_else(|| listing.folders.iter().find_map(|folder| folder.delimiter));
        let prefix = own.prefix;
        let rules = TargetRules { delimiter, prefix, ..TargetRules::default() };
        Ok((listing, rules, status))
    }

    /// Makes folders; one that is there already is fine.
    pub(crate) async fn create(&mut self, names: &[&str]) -> Result<Vec<Result<Made>>> {
        let answers = self.connection.create(&wire_names(names)).await?;
        let made = |(answer, name): (Result<(), Refusal>, &&str)| match answer {
            Ok(()) => Ok(Made::Now),
            Err(refusal) if says_it_exists(&refusal) => Ok(Made::Before),
            Err(refusal) => {
                let mut error = refusal.to_error().folder(*name);
                // A parent that is not there can be done without, by another name.
                let is_open = matches!(error.kind, ErrorKind::ServerRefused | ErrorKind::FolderNotFound);
                if is_open && is_about_the_name(&refusal) {
                    error.kind = ErrorKind::FolderNameInvalid;
                }
                Err(error)
            }
        };
        Ok(answers.into_iter().zip(names).map(made).collect())
    }

    /// Renames a folder with all below it.
    pub(crate) async fn rename(&mut self, from: &str, to: &str) -> Result<Result<()>> {
        self.leave().await?;
        let answer =
            self.connection.rename(&MailboxName::from_text(from), &MailboxName::from_text(to)).await?;
        Ok(answer.map_err(|refusal| refusal.to_error().folder(from)))
    }

    /// Subscribes to folders.
    pub(crate) async fn subscribe(&mut self, names: &[&str]) -> Result<Vec<Result<()>>> {
        let answers = self.connection.subscribe(&wire_names(names)).await?;
        Ok(answers.into_iter().map(|answer| answer.map_err(|refusal| refusal.to_error())).collect())
    }

    /// What the server says of a folder. One that was just made says what others like it said: only the first is looked
    /// into. No folder is open afterwards.
    pub(super) async fn open_folder(
        &mut self,
        name: &str,
        as_made: Option<Numbers>,
    ) -> Result<(Numbers, KeptFlags)> {
        let is_empty =
            |n: &Numbers| n.uid_validity.is_some() && n.uid_next.is_some() && n.messages == Some(0);
        if let Some(known) = as_made.filter(is_empty).zip(self.new_folders_keep.clone()) {
            return Ok(known);
        }
        self.leave().await?;
        let found = self.connection.look_into(&MailboxName::from_text(name)).await?;
        if let Some(next) = found.uid_next_beyond {
            return Err(beyond_32_bits(name, next));
        }
        let keeps = KeptFlags(found.permanent_flags);
        if as_made.is_some() {
            self.new_folders_keep = Some(keeps.clone());
        }
        Ok((found.numbers, keeps))
    }

    /// The connection with this folder open to read in it.
    pub(crate) async fn read(&mut self, name: &str) -> Result<&mut Connection> {
        if self.open.as_ref().is_none_or(|(open, _)| open != name) {
            self.read_anew(name).await?;
        }
        Ok(&mut self.connection)
    }

    /// Opens this folder to read in it as it is now, and says its numbers: what is open shows what it was, on some servers
    /// whatever they are asked (peers U2).
    pub(crate) async fn read_anew(&mut self, name: &str) -> Result<Numbers> {
        self.leave().await?;
        let found = self.connection.examine(&MailboxName::from_text(name)).await?;
        self.open = Some((name.to_owned(), Access::Read));
        Ok(found.numbers)
    }

    /// What lies in the folder that is open to read from a UID on, or in all of it, but for what is known.
    pub(crate) async fn came_since(
        &mut self,
        name: &str,
        first: Option<NonZeroU32>,
        is_known: impl Fn(u32) -> bool,
    ) -> Result<Vec<Present>> {
        let range = first.map_or_else(UidSet::all, UidSet::starting_at);
        let mut came = present(self.read(name).await?, &range).await?;
        came.retain(|message| !is_known(message.uid));
        Ok(came)
    }

    /// The connection with this folder open to change flags. It must be left before anything is appended.
    pub(crate) async fn write(&mut self, name: &str) -> Result<&mut Connection> {
        if self.open.as_ref().is_none_or(|(open, access)| open != name || *access == Access::Read) {
            self.connection.select(&MailboxName::from_text(name)).await?;
            self.open = Some((name.to_owned(), Access::Write));
        }
        Ok(&mut self.connection)
    }

    /// Leaves the folder that is open. GNU's server overwrites what is appended to a folder that a session has open.
    pub(crate) async fn leave(&mut self) -> Result<()> {
        if let Some((name, access)) = self.open.take() {
            self.connection.leave(&MailboxName::from_text(&name), access).await?;
        }
        Ok(())
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

/// Whether another name may do. It may, unless the refusal says otherwise: it has many words (peers O8, D4, G7), of some
/// servers none that fit ("Error in IMAP command", Courier). What says otherwise may pass, and a folder that was renamed
/// stays so.
fn is_about_the_name(refusal: &Refusal) -> bool {
    let text = refusal.text.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|known| text.contains(known));
    let code = refusal.code_word().unwrap_or_default();
    let is_of_server = ["SERVERBUG", "CONTACTADMIN", "CORRUPTION"].contains(&code.as_str());
    let of_name = ["name", "reserved", "character", "inferior"];
    let of_else = [
        "internal",
        "server error",
        "try again",
        "temporar",
        "permission",
        "denied",
        "read-only",
        "disk",
        "no space",
        "quota",
        "too many folders",
        "too many mailboxes",
        "number of folders",
        "number of mailboxes",
    ];
    code == "CANNOT" || (!is_of_server && (says(&of_name) || !says(&of_else)))
}

/// A folder whose copies could not be found again.
fn beyond_32_bits(name: &str, next: u64) -> Error {
    let text = format!("the target numbers the messages of the folder beyond 32 bits (UIDNEXT {next})");
    Error::new(ErrorKind::ServerRefused, text).folder(name)
}

#[cfg(test)]
mod tests {
    use wire::Condition;

    use super::*;

    fn refusal(condition: Condition, code: Option<&str>, text: &str) -> Refusal {
        let (code, text) = (code.map(str::to_owned), text.to_owned());
        Refusal { context: String::new(), condition, code, line: text.clone(), text }
    }

    /// A8, O12: whether a folder is there shows in the attempt to make it.
    #[test]
    fn a_folder_that_is_there_already_is_made() {
        assert!(says_it_exists(&refusal(Condition::No, Some("ALREADYEXISTS"), "no")));
        assert!(says_it_exists(&refusal(Condition::No, None, "Mailbox already exists")));
        assert!(!says_it_exists(&refusal(Condition::No, None, "Parent does not exist")));
    }

    /// O8, G7, D4, A33
    #[test]
    fn a_refusal_is_about_the_name_unless_it_says_otherwise() {
        for text in [
            "Folder name is reserved",
            "Mailbox doesn't allow inferior mailboxes",
            "Character not allowed in mailbox name: '^'",
            "Error in IMAP command",
            "CREATE Failed.",
        ] {
            assert!(is_about_the_name(&refusal(Condition::No, None, text)), "{text}");
        }
        assert!(is_about_the_name(&refusal(
            Condition::No,
            Some("CANNOT"),
            "Folder contains excess whitespace"
        )));
        for (code, text) in [
            (Some("SERVERBUG"), "oops"),
            (Some("CONTACTADMIN"), "no"),
            (None, "Internal error, try again"),
            (None, "Permission denied"),
            (None, "Mailbox is read-only"),
            (None, "No space left on device"),
            (None, "You have too many mailboxes"),
        ] {
            assert!(!is_about_the_name(&refusal(Condition::No, code, text)), "{text}");
        }
    }
}
