//! The walk over a user's folders.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use model::content_filter::ContentFilter;
use model::folder::{FolderFilter, MappedFolder};
use model::{Batch, Endpoint, Lease, Repair, Result, SkippedKind, login};
use store::Store;
use tokio_util::sync::CancellationToken;

use super::connect::{Ends, host};
use super::jobs::Jobs;
use super::journal::Journal;
use super::lane::Lane;
use super::lost_flags::SeenFlags;
use super::mapping::Pages;
use super::{Ended, Meter, Shared, Suspects, analyze, lanes};
use crate::lock::lock;
use crate::service::blocking;
use crate::session::{self, Statuses};

/// A user's walk: what all of its lanes share.
pub(super) struct Walk {
    pub(super) store: Store,
    pub(super) lease: Lease,
    pub(super) suspects: Suspects,
    pub(super) journal: Journal,
    pub(super) meter: Meter,
    /// Cancelled when the pass is told to stop, or one of its lanes has failed.
    pub(super) stop: CancellationToken,
    /// Which messages are wanted, if not all.
    pub(super) content_filter: Option<ContentFilter>,
    /// How messages that the target refuses may be repaired.
    pub(super) repairs: Vec<Repair>,
    /// Flags that targets were seen to keep of what they were given,
    pub(super) kept_flags: SeenFlags,
    /// and the name of this one.
    pub(super) target_host: String,
    /// The messages that earlier passes left behind, by folder and UID.
    skipped_before: Mutex<SkippedBefore>,
    tally: Mutex<Tally>,
}

type SkippedBefore = BTreeMap<String, BTreeMap<u32, SkippedKind>>;

/// What this walk has found so far.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    /// Messages on the source.
    items: u64,
    /// Their bytes, where the server tells them.
    bytes: Option<u64>,
    /// Messages that are on the target.
    synced: u64,
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
    shared: &Shared,
    meter: Meter,
    cancel: CancellationToken,
) -> Result<Ended> {
    let journal = Journal::new(store.clone(), lease.user.id);
    let orders = orders(&store, &lease).await?;
    let filters = Filters::parse(&orders.batch)?;
    meter.stage("Connecting", None);
    let login = login::source_login(&orders.source, &lease.user.row)?;
    let user_root = login.root.clone();
    let Some(target) = &orders.target else {
        let mut source = session::open(&orders.source.place, login).await?;
        journal.note(connected_to("source", &orders.source, &lease)).await?;
        let listing = session::catalog(&mut source).await?.listing;
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
    let ends = Ends::new(orders.source.clone(), target.clone());
    let connected = ends.connect(&shared.governor, &lease, &meter).await?;
    journal.note(connected_to("source", &orders.source, &lease)).await?;
    journal.note(connected_to("target", target, &lease)).await?;
    let walk = Arc::new(Walk {
        suspects: shared.suspects.clone(),
        kept_flags: shared.kept_flags.clone(),
        target_host: host(target).unwrap_or_default(),
        content_filter: filters.content,
        repairs: orders.batch.options.repair,
        skipped_before: Mutex::new(skipped_before(&journal).await?),
        tally: Mutex::default(),
        store,
        journal,
        meter,
        stop: cancel.child_token(),
        lease,
    });
    let mut lane = Lane::new(walk.clone(), connected);
    let jobs = lane.prepare(orders.ledger, user_root.as_deref(), &filters.folders).await?;
    let ended = lanes::run(lane, Jobs::new(jobs), ends, shared).await?;
    if ended == Ended::Complete {
        walk.conclude().await?;
    }
    Ok(ended)
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

async fn skipped_before(journal: &Journal) -> Result<SkippedBefore> {
    let mut before = SkippedBefore::new();
    for item in journal.skipped().await? {
        if let Some(uid) = item.uid {
            before.entry(item.folder_name).or_default().insert(uid, item.kind);
        }
    }
    Ok(before)
}

fn connected_to(side: &str, endpoint: &Endpoint, lease: &Lease) -> String {
    let place = match &endpoint.place {
        model::Place::Imap(server) => {
            format!("{}:{} {}", server.remote_server, server.port, lease.user.row.email_address)
        }
        model::Place::Maildir { path } => path.clone(),
    };
    format!("Connected to {side} mailbox '{place}'.")
}

impl Walk {
    /// How much there is, before the first message is copied: what progress is measured against.
    pub(super) fn estimate(&self, folders: &[MappedFolder], numbers: &Statuses) {
        let all = || folders.iter().map(|folder| numbers.get(&folder.key));
        let bytes = || all().map(|status| status?.size).sum::<Option<u64>>();
        lock(&self.tally).bytes = if self.content_filter.is_some() { None } else { bytes() };
        if !self.lease.user.facts.seeded {
            self.meter.update(|p| {
                p.source_items = all().flatten().filter_map(|status| status.messages).sum();
                p.source_bytes = all().flatten().filter_map(|status| status.size).sum();
            });
        }
    }

    /// Counts a folder's messages, and those of them that are known to be on the target.
    pub(super) fn found(&self, items: u64, open: usize) {
        let synced = items.saturating_sub(u64::try_from(open).unwrap_or(u64::MAX));
        self.count(items, synced);
    }

    /// Counts messages that are on the target now.
    pub(super) fn synced(&self, items: u64) {
        self.count(0, items);
    }

    /// Shows what was found so far; counts of earlier passes stay until this one knows better.
    fn count(&self, items: u64, synced: u64) {
        let mut tally = lock(&self.tally);
        tally.items += items;
        tally.synced += synced;
        self.meter.update(|p| {
            p.source_items = p.source_items.max(tally.items);
            p.synced_items = p.synced_items.max(tally.synced);
        });
    }

    /// The messages of a folder that the target refused in earlier passes.
    pub(super) fn refused_before(&self, folder: &str) -> BTreeSet<u32> {
        let before = lock(&self.skipped_before);
        let skipped = before.get(folder).into_iter().flatten();
        skipped.filter(|(_, kind)| kind.is_refusal()).map(|(uid, _)| *uid).collect()
    }

    /// The messages of a folder that earlier passes left behind; they are forgotten.
    pub(super) fn take_skipped_before(&self, folder: &str) -> Option<BTreeMap<u32, SkippedKind>> {
        lock(&self.skipped_before).remove(folder)
    }

    async fn conclude(&self) -> Result<()> {
        let skipped = self.journal.skipped().await?;
        let tally = *lock(&self.tally);
        let bytes = match tally.bytes {
            Some(bytes) => bytes,
            None => {
                let (store, user) = (self.store.clone(), self.lease.user.id);
                let left: u64 = skipped.iter().filter_map(|item| item.size).sum();
                left + blocking(move || store.ledger_bytes(user)).await?
            }
        };
        let left_behind = skipped.iter().filter(|item| item.kind.leaves_behind()).count();
        self.meter.update(|p| {
            p.source_items = tally.items;
            p.source_bytes = bytes;
            p.synced_items = tally.synced;
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
