//! Reads both sides of a user and compares them, believing nothing that was written down but where folders went.

mod compare;
mod read;

use model::content_filter::ContentFilter;
use model::contract::FolderVerificationView;
use model::folder::{FolderFilter, MappedFolder};
use model::plan::Flags;
use model::{Batch, Endpoint, Error, ErrorKind, Repair, Result, User, login};
use wire::{Connection, MailboxName};

use compare::{compare, shorten};
use read::{Folder, read};

use crate::base::flags::sorted;
use crate::base::message::Message;
use crate::base::world::World;
use crate::net::session::{self, Catalog};
use crate::pass::report::words::is_of_folder;
use crate::pass::walk::mapping::{Mapper, Pages};
use crate::target::{OpenFolder, OpenPlace, Target};

/// Whom to verify, and where.
pub(crate) struct Verification {
    /// The user, with passwords.
    pub(crate) user: User,
    /// Its batch.
    pub(crate) batch: Batch,
    /// The source.
    pub(crate) source: Endpoint,
    /// The target.
    pub(crate) target: Endpoint,
    /// The ledger's pages.
    pub(crate) pages: Pages,
}

/// Compares every folder of a user, and tells of each as soon as it is known.
pub(crate) async fn verify(
    world: &World,
    job: Verification,
    mut on_folder: impl FnMut(FolderVerificationView),
) -> Result<()> {
    let Verification { user, batch, source, target, pages } = job;
    let login = login::source_login(&source, &user.row)?;
    let root = login.root.clone();
    let filter = FolderFilter::parse(&batch.options.include_folders, &batch.options.exclude_folders)?;
    let content = batch.options.content_filter.as_deref().map(ContentFilter::parse).transpose()?;
    let mut source = session::open(world, &source, login).await?;
    let mut target = Target::open(world, &target, &user.row).await?;
    let Catalog { listing, status: mut counts, .. } = session::catalog(&mut source).await?;
    let (there, rules, _) = target.listing().await?;
    let mapper = Mapper::new(&listing, root.as_deref(), &filter, (there, rules), &pages);
    let folders = mapper.map()?.folders;
    session::complete(&mut counts, &mut source, folders.iter().map(|folder| folder.key.as_slice())).await?;
    for folder in folders {
        let exists =
            mapper.there.contains(&folder.target_name) || folder.target_name.eq_ignore_ascii_case("INBOX");
        let (content, repairs) = (content.as_ref(), batch.options.repair.as_slice());
        let counted = counts.get(&folder.key).and_then(|told| told.numbers.messages);
        let mut sides = Sides { source: &mut source, target: &mut target, content, repairs, counted };
        on_folder(sides.folder(&user, folder, exists).await?);
    }
    Ok(())
}

struct Sides<'a> {
    source: &'a mut Connection,
    target: &'a mut Target,
    content: Option<&'a ContentFilter>,
    repairs: &'a [Repair],
    /// How many messages the source counts in the folder, where it tells.
    counted: Option<u64>,
}

impl Sides<'_> {
    async fn folder(
        &mut self,
        user: &User,
        folder: MappedFolder,
        exists: bool,
    ) -> Result<FolderVerificationView> {
        let key = MailboxName::from_wire(folder.key.clone());
        let read = read(self.source, &key, "source", self.repairs, self.counted).await;
        let mut source = unless_refused(read, self.source)?;
        let wanted = |m: &Message| self.content.is_none_or(|c| m.received.is_none_or(|date| c.matches(date)));
        source.messages.retain(wanted);
        let target = self.target_folder(&folder.target_name, exists, &mut source).await?;
        let mut differences = source.unread;
        differences.extend(target.unread);
        differences.extend(compare(&source.messages, &target.messages));
        let (ours, theirs) = (source.messages, target.messages);
        Ok(FolderVerificationView {
            identity: user.row.email_address.clone(),
            source_folder: folder.source_shown(),
            target_folder: folder.target_name,
            source_items: u64::try_from(ours.len()).unwrap_or(0),
            target_items: u64::try_from(theirs.len()).unwrap_or(0),
            source_bytes: ours.iter().map(|message| message.size).sum(),
            identical: differences.is_empty(),
            differences: shorten(differences),
        })
    }

    /// The target's folder; of ours, the flags that the target folder cannot keep are taken away.
    async fn target_folder(&mut self, name: &str, exists: bool, ours: &mut Folder) -> Result<Folder> {
        if !exists {
            return Ok(missing());
        }
        let OpenFolder { keeps, place, .. } = match self.target.open_folder(name, None).await {
            Ok(folder) => folder,
            Err(e) if e.kind == ErrorKind::FolderNotFound => return Ok(missing()),
            Err(e) if is_of_folder(e.kind) => return Ok(refused(&e)),
            Err(e) => return Err(e),
        };
        for message in &mut ours.messages {
            message.flags = sorted(&keeps.split(&Flags::parse(&message.flags.join(" "))).0);
        }
        let validity = ours.selected.numbers.uid_validity;
        match (place, &mut *self.target) {
            (OpenPlace::Imap(key), Target::Imap(imap)) => {
                let connection = imap.read(name).await?;
                let read = read(connection, &key, "target", &[], None).await;
                unless_refused(read, connection)
            }
            (OpenPlace::Maildir(maildir), _) => {
                Ok(Folder { messages: maildir.messages(validity)?, ..Folder::default() })
            }
            (OpenPlace::Imap(_), Target::Maildir(_)) => Ok(missing()),
        }
    }
}

fn missing() -> Folder {
    Folder { unread: vec!["the target has no such folder".to_owned()], ..Folder::default() }
}

fn refused(error: &Error) -> Folder {
    Folder { unread: vec![error.to_string()], ..Folder::default() }
}

/// What a server refuses to show is a difference, and no reason to look at no other folder.
fn unless_refused(read: Result<Folder>, connection: &Connection) -> Result<Folder> {
    match read {
        Err(e) if is_of_folder(e.kind) && connection.is_usable() => Ok(refused(&e)),
        read => read,
    }
}
