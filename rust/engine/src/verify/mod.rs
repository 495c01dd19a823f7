//! Reads both sides of a user and compares them, believing nothing that was written down but where folders went.

mod compare;

use model::content_filter::ContentFilter;
use model::contract::FolderVerificationView;
use model::folder::{FolderFilter, MappedFolder};
use model::plan::Flags;
use model::{Batch, Endpoint, ErrorKind, Repair, Result, UidValidity, User, login};
use wire::{Connection, FetchOptions, InternalDate, MailboxName, UidSet};

use compare::compare;

use crate::base::digest::{Hashed, hash, short};
use crate::base::flags::{plan_flags, sorted};
use crate::base::message::Message;
use crate::base::world::World;
use crate::net::session;
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
    let mut source = session::open(world, &source.place, login).await?;
    let mut target = Target::open(world, &target, &user.row).await?;
    let listing = session::catalog(&mut source).await?.listing;
    let (there, rules, _) = target.listing().await?;
    let mapper = Mapper::new(&listing, root.as_deref(), &filter, (there, rules), &pages);
    for folder in mapper.map()?.folders {
        let exists =
            mapper.there.contains(&folder.target_name) || folder.target_name.eq_ignore_ascii_case("INBOX");
        let (content, repairs) = (content.as_ref(), batch.options.repair.as_slice());
        let mut sides = Sides { source: &mut source, target: &mut target, content, repairs };
        on_folder(sides.folder(&user, folder, exists).await?);
    }
    Ok(())
}

struct Sides<'a> {
    source: &'a mut Connection,
    target: &'a mut Target,
    content: Option<&'a ContentFilter>,
    repairs: &'a [Repair],
}

impl Sides<'_> {
    async fn folder(
        &mut self,
        user: &User,
        folder: MappedFolder,
        exists: bool,
    ) -> Result<FolderVerificationView> {
        let selected = self.source.select(&MailboxName::from_wire(folder.key.clone())).await?;
        let validity = selected.numbers.uid_validity;
        let mut ours = read(self.source, selected.exists, self.repairs).await?;
        let wanted = |m: &Message| self.content.is_none_or(|c| m.received.is_none_or(|date| c.matches(date)));
        ours.retain(wanted);
        let theirs = if exists {
            self.target_messages(&folder.target_name, validity, &mut ours).await?
        } else {
            Vec::new()
        };
        let differences = compare(&ours, &theirs);
        Ok(FolderVerificationView {
            identity: user.row.email_address.clone(),
            source_folder: folder.source_shown(),
            target_folder: folder.target_name,
            source_items: u64::try_from(ours.len()).unwrap_or(0),
            target_items: u64::try_from(theirs.len()).unwrap_or(0),
            source_bytes: ours.iter().map(|message| message.size).sum(),
            identical: differences.is_empty(),
            differences,
        })
    }

    /// The target's messages; of ours, the flags that the target folder cannot keep are taken away.
    async fn target_messages(
        &mut self,
        name: &str,
        validity: Option<UidValidity>,
        ours: &mut [Message],
    ) -> Result<Vec<Message>> {
        let OpenFolder { keeps, place, .. } = match self.target.open_folder(name, None).await {
            Ok(folder) => folder,
            Err(e) if e.kind == ErrorKind::FolderNotFound => return Ok(Vec::new()),
            Err(e) => return Err(e),
        };
        for message in ours.iter_mut() {
            message.flags = sorted(&keeps.split(&Flags::parse(&message.flags.join(" "))).0);
        }
        match (place, &mut *self.target) {
            (OpenPlace::Imap(_), Target::Imap(imap)) => read(imap.read(name).await?, 1, &[]).await,
            (OpenPlace::Maildir(maildir), _) => maildir.messages(validity),
            (OpenPlace::Imap(_), Target::Maildir(_)) => Ok(Vec::new()),
        }
    }
}

/// All messages of the selected folder, in the order of their UIDs.
async fn read(connection: &mut Connection, exists: u64, repairs: &[Repair]) -> Result<Vec<Message>> {
    let mut messages = Vec::new();
    if exists == 0 {
        return Ok(messages);
    }
    // The set of all UIDs is not one to ask bodies by: what there is must be known, so that what is owed is.
    let mut uids = UidSet::new();
    connection
        .uid_fetch_summaries(&UidSet::all(), Default::default(), |summary| uids.insert(summary.uid))
        .await?;
    let mut bodies = connection.fetch_bodies(uids, FetchOptions::default())?;
    while let Some(mut body) = bodies.next().await? {
        let Hashed { digest, repaired } = hash(&mut body, repairs).await?;
        let head = body.head();
        messages.push(Message {
            uid: head.uid,
            size: head.size,
            digest: short(&digest),
            repaired: repaired.map(|repaired| (short(&repaired.digest), repaired.changes)),
            received: head.internal_date.as_ref().and_then(InternalDate::to_epoch_seconds),
            flags: sorted(&plan_flags(&head.flags)),
        });
    }
    messages.sort_by_key(|message| message.uid);
    Ok(messages)
}
