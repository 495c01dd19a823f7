//! The walk over a user's folders.

use std::collections::{BTreeMap, BTreeSet};

use model::content_filter::ContentFilter;
use model::folder::{FolderFilter, FolderMap, Listing, MappedFolder};
use model::{Batch, Endpoint, Error, ErrorKind, Lease, Result, SkippedItem, SkippedKind, login};
use store::Store;
use tokio_util::sync::CancellationToken;
use wire::{Connection, MailboxName, StatusItems};

use super::inventory::Listed;
use super::journal::Journal;
use super::mapping::{self, Pages};
use super::{Ended, Meter, analyze, folder};
use crate::service::blocking;
use crate::session;
use crate::target::Target;

/// A user's walk: both connections, and what is known so far.
pub(super) struct Walk {
    pub(super) store: Store,
    pub(super) lease: Lease,
    pub(super) source: Connection,
    pub(super) target: Target,
    pub(super) filter: Option<ContentFilter>,
    pub(super) journal: Journal,
    pub(super) meter: Meter,
    pub(super) cancel: CancellationToken,
    pub(super) tally: Tally,
    /// The pages of the ledger, by the source's bytes of the folder's name.
    pub(super) ledger: Pages,
    /// The messages that earlier passes left behind, by folder.
    pub(super) skipped_before: BTreeMap<String, BTreeSet<u32>>,
}

/// What this walk has found so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Messages on the source.
    pub(super) items: u64,
    /// Their bytes.
    pub(super) bytes: u64,
    /// Messages that are on the target.
    pub(super) synced: u64,
}

impl Tally {
    /// A folder's messages, and how many of them are on the target already.
    pub(super) fn add_found(&mut self, listed: &[Listed], in_step: usize) {
        self.items += u64::try_from(listed.len()).unwrap_or(0);
        self.bytes += listed.iter().map(|listed| listed.size).sum::<u64>();
        self.synced += u64::try_from(in_step).unwrap_or(0);
    }
}

/// What the store says of the user's batch.
struct Orders {
    batch: Batch,
    source: Endpoint,
    target: Option<Endpoint>,
    ledger: Pages,
}

/// Walks over all folders of the leased user.
pub(super) async fn walk(
    store: Store,
    lease: Lease,
    meter: Meter,
    cancel: CancellationToken,
) -> Result<Ended> {
    let journal = Journal::new(store.clone(), lease.user.id);
    let orders = orders(&store, &lease).await?;
    let filters = Filters::parse(&orders.batch)?;
    meter.stage("Connecting", None);
    let login = login::source_login(&orders.source, &lease.user.row)?;
    let user_root = login.root.clone();
    let mut source = session::open(&orders.source.place, login).await?;
    journal.note(format!("Connected to source mailbox '{}'.", place_of(&orders.source, &lease))).await?;
    meter.stage("EnumeratingFolders", None);
    let (listing, subscribed) = session::listing(&mut source).await?;
    let Some(target) = &orders.target else {
        return analyze::analyze(
            source,
            &listing,
            user_root.as_deref(),
            &filters.folders,
            &journal,
            &meter,
            &cancel,
        )
        .await;
    };
    let mut walk = Walk {
        target: Target::open(target, &lease.user.row).await?,
        filter: filters.content,
        ledger: orders.ledger,
        skipped_before: skipped_before(&journal).await?,
        tally: Tally::default(),
        store,
        source,
        journal,
        meter,
        cancel,
        lease,
    };
    let text = format!("Connected to target mailbox '{}'.", place_of(target, &walk.lease));
    walk.journal.note(text).await?;
    let map = walk.map(&listing, user_root.as_deref(), &filters.folders).await?;
    walk.folders(map, &subscribed.into_iter().collect()).await
}

async fn orders(store: &Store, lease: &Lease) -> Result<Orders> {
    let (store, batch, user) = (store.clone(), lease.user.batch.to_string(), lease.user.id);
    blocking(move || {
        let batch = store.batch(&batch)?;
        let source = store.endpoint(batch.source_endpoint.as_str())?;
        let target = batch.target_endpoint.as_ref().filter(|_| !batch.options.analyze);
        let target = target.map(|name| store.endpoint(name.as_str())).transpose()?;
        let pages = store.ledger_folders(user)?.into_iter();
        let ledger = pages.map(|(id, page)| (page.source_name.clone(), (id, page))).collect();
        Ok(Orders { batch, source, target, ledger })
    })
    .await
}

/// What the admin wants of folders and messages.
struct Filters {
    folders: FolderFilter,
    content: Option<ContentFilter>,
}

impl Filters {
    fn parse(batch: &Batch) -> Result<Self> {
        let options = &batch.options;
        Ok(Self {
            folders: FolderFilter::parse(&options.include_folders, &options.exclude_folders)?,
            content: options.content_filter.as_deref().map(ContentFilter::parse).transpose()?,
        })
    }
}

async fn skipped_before(journal: &Journal) -> Result<BTreeMap<String, BTreeSet<u32>>> {
    let mut before: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    for item in journal.skipped().await? {
        if let Some(uid) = item.uid {
            before.entry(item.folder_name).or_default().insert(uid);
        }
    }
    Ok(before)
}

fn place_of(endpoint: &Endpoint, lease: &Lease) -> String {
    match &endpoint.place {
        model::Place::Imap(server) => {
            format!("{}:{} {}", server.remote_server, server.port, lease.user.row.email_address)
        }
        model::Place::Maildir { path } => path.clone(),
    }
}

impl Walk {
    async fn map(
        &mut self,
        source: &Listing,
        user_root: Option<&str>,
        filter: &FolderFilter,
    ) -> Result<FolderMap> {
        let (mut map, there) =
            mapping::map(&mut self.target, source, user_root, filter, &self.ledger).await?;
        for note in &map.notes {
            self.journal.note(note.to_string()).await?;
        }
        map.folders = self.create(map.folders, &there).await?;
        Ok(map)
    }

    /// Makes the target folders that are missing. One that cannot be made is left out, with its cause.
    async fn create(
        &mut self,
        folders: Vec<MappedFolder>,
        there: &BTreeSet<String>,
    ) -> Result<Vec<MappedFolder>> {
        self.meter.stage("CreatingFolders", None);
        let mut made = Vec::new();
        for folder in folders {
            if !there.contains(&folder.target_name) && !folder.target_name.eq_ignore_ascii_case("INBOX") {
                match self.target.create(&folder.target_name).await {
                    Ok(()) => {}
                    Err(e) if is_of_folder(e.kind) => {
                        self.leave_out(&folder, SkippedKind::FolderNameInvalid, &e).await?;
                        continue;
                    }
                    Err(e) => return Err(e),
                }
            }
            made.push(folder);
        }
        Ok(made)
    }

    async fn folders(&mut self, map: FolderMap, subscribed: &BTreeSet<Vec<u8>>) -> Result<Ended> {
        self.estimate(&map).await?;
        for folder in &map.folders {
            if self.cancel.is_cancelled() {
                return Ok(Ended::Stopped);
            }
            if subscribed.contains(&folder.key) && !self.ledger.contains_key(&folder.key) {
                self.subscribe(folder).await?;
            }
            match folder::sync(self, folder).await {
                Ok(Ended::Complete) => {}
                Ok(Ended::Stopped) => return Ok(Ended::Stopped),
                Err(e) if is_of_folder(e.kind) && self.source.is_usable() => {
                    self.leave_out(folder, SkippedKind::SourceReadError, &e).await?;
                }
                Err(e) => return Err(e.folder(folder.source_shown())),
            }
        }
        self.conclude().await?;
        Ok(Ended::Complete)
    }

    /// A subscription is a convenience: a server that refuses it has refused no mail.
    async fn subscribe(&mut self, folder: &MappedFolder) -> Result<()> {
        match self.target.subscribe(&folder.target_name).await {
            Err(e) if e.kind == ErrorKind::ConnectionLost || e.kind == ErrorKind::TimedOut => Err(e),
            Err(e) => {
                self.journal.note(format!("Folder {} was not subscribed: {e}", folder.source_shown())).await
            }
            Ok(()) => Ok(()),
        }
    }

    /// Asks how much there is, before the first message is copied: what progress is measured against.
    async fn estimate(&mut self, map: &FolderMap) -> Result<()> {
        if self.lease.user.facts.seeded {
            return Ok(());
        }
        let items = StatusItems {
            messages: true,
            size: self.source.capabilities().status_size(),
            ..StatusItems::default()
        };
        let (mut messages, mut bytes) = (0, 0);
        for folder in &map.folders {
            match self.source.status(&MailboxName::from_wire(folder.key.clone()), items).await {
                Ok(status) => {
                    messages += status.messages.unwrap_or(0);
                    bytes += status.size.unwrap_or(0);
                }
                Err(e) if e.refusal().is_some() => {}
                Err(e) => return Err(e.into()),
            }
        }
        self.meter.update(|p| {
            p.source_items = messages;
            p.source_bytes = bytes;
        });
        Ok(())
    }

    async fn leave_out(&mut self, folder: &MappedFolder, kind: SkippedKind, error: &Error) -> Result<()> {
        let shown = folder.source_shown();
        self.journal.note(format!("Folder {shown} was left out: {error}")).await?;
        let item = SkippedItem {
            kind,
            folder_name: shown,
            uid: None,
            size: None,
            subject: None,
            sender: None,
            message_id: None,
            date_received: None,
            date_sent: None,
            error_message: error.to_string(),
        };
        self.journal.skip(vec![item]).await
    }

    /// Shows what was found so far; counts of earlier passes stay until this one knows better.
    pub(super) fn show_tally(&self) {
        self.meter.update(|p| {
            p.source_items = p.source_items.max(self.tally.items);
            p.source_bytes = p.source_bytes.max(self.tally.bytes);
            p.synced_items = p.synced_items.max(self.tally.synced);
        });
    }

    async fn conclude(&mut self) -> Result<()> {
        let skipped = self.journal.skipped().await?;
        let left_behind = skipped.iter().filter(|item| item.kind != SkippedKind::FlagDropped).count();
        self.meter.update(|p| {
            p.source_items = self.tally.items;
            p.source_bytes = self.tally.bytes;
            p.synced_items = self.tally.synced;
            p.skipped_items = u64::try_from(left_behind).unwrap_or(u64::MAX);
        });
        let progress = self.meter.read();
        let text = format!(
            "Copy progress: {}/{} messages, {} bytes copied, {left_behind} items skipped.",
            progress.synced_items, progress.source_items, progress.transferred_bytes
        );
        self.journal.note(text).await
    }
}

/// Failures that concern one folder and leave the connections good.
fn is_of_folder(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::FolderNotFound
            | ErrorKind::PermissionDenied
            | ErrorKind::FolderNameInvalid
            | ErrorKind::ServerRefused
    )
}
