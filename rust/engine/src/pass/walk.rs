//! The walk over a user's folders.

use std::collections::{BTreeMap, BTreeSet};

use model::content_filter::ContentFilter;
use model::folder::{FolderFilter, FolderMap, MappedFolder};
use model::plan::UidValidity;
use model::{Batch, Endpoint, Error, ErrorKind, Lease, Repair, Result, SkippedItem, SkippedKind, login};
use store::{LedgerFolder, SourceMark, Store};
use tokio_util::sync::CancellationToken;
use wire::MailboxStatus;

use super::connect::{Connected, connect};
use super::journal::Journal;
use super::mapping::{Mapper, Pages};
use super::recorder::Recorder;
use super::source::{Ahead, Changes, ListOrder, Source};
use super::{Ended, Meter, Shared, Suspects, analyze, folder};
use crate::service::blocking;
use crate::session::{self, Catalog, Statuses};
use crate::target::Target;
use crate::worker::governor::Seat;

/// A user's walk: both connections, and what is known so far.
pub(super) struct Walk {
    pub(super) store: Store,
    pub(super) lease: Lease,
    pub(super) source: Source,
    pub(super) target: Target,
    pub(super) ahead: Ahead,
    pub(super) recorder: Recorder,
    pub(super) suspects: Suspects,
    pub(super) journal: Journal,
    pub(super) meter: Meter,
    pub(super) cancel: CancellationToken,
    pub(super) tally: Tally,
    /// The messages that earlier passes left behind, by folder and UID.
    pub(super) skipped_before: BTreeMap<String, BTreeMap<u32, SkippedKind>>,
    /// Flags that the target was seen to keep of what it was given.
    pub(super) kept_flags: BTreeSet<String>,
    /// Held as long as the connections are.
    _seats: Vec<Seat>,
    /// Whether only some of the messages are wanted.
    filtered: bool,
    /// How messages that the target refuses may be repaired.
    pub(super) repairs: Vec<Repair>,
    /// The pages of the ledger, by the source's bytes of the folder's name.
    pub(super) ledger: Pages,
}

/// A folder to be brought in step.
pub(super) struct Job {
    pub(super) mapped: MappedFolder,
    pub(super) ledger_id: i64,
    pub(super) ledger: LedgerFolder,
    /// Whether the ledger has no messages of it.
    pub(super) is_new: bool,
    order: ListOrder,
}

/// What this walk has found so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Messages on the source.
    pub(super) items: u64,
    /// Their bytes, where the server tells them.
    bytes: Option<u64>,
    /// Messages that are on the target.
    pub(super) synced: u64,
}

impl Tally {
    /// A folder's messages, and how many of them are not known to be on the target.
    pub(super) fn add_found(&mut self, items: u64, open: usize) {
        self.items += items;
        self.synced += items.saturating_sub(u64::try_from(open).unwrap_or(u64::MAX));
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
    let Connected { source, target: to, seats } =
        connect(&shared.governor, &orders.source, target, &lease, &meter).await?;
    journal.note(connected_to("source", &orders.source, &lease)).await?;
    journal.note(connected_to("target", target, &lease)).await?;
    let mut walk = Walk {
        _seats: seats,
        suspects: shared.suspects.clone(),
        source: Source::new(source),
        target: to,
        filtered: filters.content.is_some(),
        repairs: orders.batch.options.repair,
        ahead: Ahead::new(filters.content),
        recorder: Recorder::new(store.clone(), lease.clone()),
        ledger: orders.ledger,
        skipped_before: skipped_before(&journal).await?,
        tally: Tally::default(),
        kept_flags: BTreeSet::new(),
        store,
        journal,
        meter,
        cancel,
        lease,
    };
    walk.meter.stage("EnumeratingFolders", None);
    let catalog = session::catalog(&mut walk.source.connection).await?;
    let jobs = walk.plan(catalog, user_root.as_deref(), &filters.folders).await?;
    let ended = walk.folders(jobs).await;
    // What was copied is recorded, whatever ended the pass.
    let recorded = walk.recorder.flush().await;
    let ended = ended?;
    recorded?;
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

async fn skipped_before(journal: &Journal) -> Result<BTreeMap<String, BTreeMap<u32, SkippedKind>>> {
    let mut before: BTreeMap<String, BTreeMap<u32, SkippedKind>> = BTreeMap::new();
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
    /// Maps the folders, makes those that are missing, and says what is to be done. Folders in which nothing has
    /// changed are counted, and done with.
    async fn plan(
        &mut self,
        catalog: Catalog,
        user_root: Option<&str>,
        filter: &FolderFilter,
    ) -> Result<Vec<Job>> {
        let (mut mapper, target_status) =
            Mapper::new(&mut self.target, &catalog.listing, user_root, filter, &self.ledger).await?;
        let FolderMap { folders, notes, .. } = self.create(&mut mapper).await?;
        for note in &notes {
            self.journal.note(note.to_string()).await?;
        }
        let mut numbers = catalog.status;
        let keys = folders.iter().map(|folder| folder.key.as_slice());
        session::complete(&mut numbers, &mut self.source.connection, keys).await?;
        self.estimate(&folders, &numbers);
        self.subscribe(&folders, &catalog.subscribed).await?;
        let was_there = |folder: &MappedFolder| mapper.there.contains(&folder.target_name);
        let known: Vec<&str> = folders
            .iter()
            .filter(|folder| was_there(folder) && self.ledger.contains_key(&folder.key))
            .map(|folder| folder.target_name.as_str())
            .collect();
        let target_validity = self.target.uid_validities(target_status, &known).await?;
        self.open_pages(&folders).await?;
        let mut jobs = Vec::new();
        for mapped in folders {
            let validity = target_validity.get(&mapped.target_name).copied().unwrap_or(0);
            let status = numbers.get(&mapped.key).copied().unwrap_or_default();
            jobs.extend(self.job(mapped, status, validity));
        }
        Ok(jobs)
    }

    /// The work that a folder is; none where both sides say what they said when it was in step.
    fn job(&mut self, mapped: MappedFolder, now: MailboxStatus, target_validity: u32) -> Option<Job> {
        let (ledger_id, ledger) = self.ledger.get(&mapped.key).cloned()?;
        let target = UidValidity { now: target_validity, recorded: ledger.target_uid_validity };
        let in_step_at = ledger.in_step_at.filter(|_| target.holds() && !self.filtered);
        let source_validity = now.uid_validity.map_or(0, u32::from);
        if source_validity == ledger.source_uid_validity
            && let Some(mark) = in_step_at
            && mark_of(now) == Some(mark)
        {
            self.tally.add_found(mark.messages, 0);
            return None;
        }
        let changed_since = in_step_at.map(|mark| Changes {
            uid_validity: ledger.source_uid_validity,
            highest_modseq: mark.highest_modseq,
        });
        let order = ListOrder { key: mapped.key.clone(), changed_since };
        let is_new = ledger.target_uid_validity.is_none();
        Some(Job { mapped, ledger_id, ledger, is_new, order })
    }

    /// Makes pages in the ledger for the folders that have none.
    async fn open_pages(&mut self, folders: &[MappedFolder]) -> Result<()> {
        let page = |folder: &MappedFolder| LedgerFolder {
            source_name: folder.key.clone(),
            target_name: folder.target_name.clone(),
            ..LedgerFolder::default()
        };
        let new: Vec<LedgerFolder> =
            folders.iter().filter(|folder| !self.ledger.contains_key(&folder.key)).map(page).collect();
        if new.is_empty() {
            return Ok(());
        }
        let (store, lease, pages) = (self.store.clone(), self.lease.clone(), new.clone());
        let ids = blocking(move || store.save_folders(&lease, &pages)).await?;
        self.ledger.extend(ids.into_iter().zip(new).map(|(id, page)| (page.source_name.clone(), (id, page))));
        Ok(())
    }

    async fn folders(&mut self, jobs: Vec<Job>) -> Result<Ended> {
        let mut jobs = jobs.into_iter().peekable();
        self.ahead.set_next(jobs.peek().map(|job| job.order.clone()));
        while let Some(job) = jobs.next() {
            if self.cancel.is_cancelled() {
                return Ok(Ended::Stopped);
            }
            let mapped = job.mapped.clone();
            self.meter.stage("CopyingMessages", Some(&mapped.source_shown()));
            let listed = self.ahead.take(&mut self.source).await;
            self.ahead.set_next(jobs.peek().map(|job| job.order.clone()));
            let ended = match listed {
                Ok(from) => folder::sync(self, job, from).await,
                Err(e) => Err(e),
            };
            match ended {
                Ok(Ended::Complete) => {}
                Ok(Ended::Stopped) => return Ok(Ended::Stopped),
                Err(e) if is_of_folder(e.kind) && self.source.connection.is_usable() => {
                    self.leave_out(&mapped, SkippedKind::SourceReadError, &e).await?;
                }
                Err(e) => return Err(e.folder(mapped.source_shown())),
            }
        }
        Ok(Ended::Complete)
    }

    /// How much there is, before the first message is copied: what progress is measured against.
    fn estimate(&mut self, folders: &[MappedFolder], numbers: &Statuses) {
        let all = || folders.iter().map(|folder| numbers.get(&folder.key));
        let bytes = || all().map(|status| status?.size).sum::<Option<u64>>();
        self.tally.bytes = if self.filtered { None } else { bytes() };
        if !self.lease.user.facts.seeded {
            self.meter.update(|p| {
                p.source_items = all().flatten().filter_map(|status| status.messages).sum();
                p.source_bytes = all().flatten().filter_map(|status| status.size).sum();
            });
        }
    }

    pub(super) async fn leave_out(
        &mut self,
        folder: &MappedFolder,
        kind: SkippedKind,
        error: &Error,
    ) -> Result<()> {
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
            p.synced_items = p.synced_items.max(self.tally.synced);
        });
    }

    async fn conclude(&mut self) -> Result<()> {
        let skipped = self.journal.skipped().await?;
        let bytes = match self.tally.bytes {
            Some(bytes) => bytes,
            None => {
                let (store, user) = (self.store.clone(), self.lease.user.id);
                let left: u64 = skipped.iter().filter_map(|item| item.size).sum();
                left + blocking(move || store.ledger_bytes(user)).await?
            }
        };
        let left_behind = skipped.iter().filter(|item| item.kind.leaves_behind()).count();
        self.meter.update(|p| {
            p.source_items = self.tally.items;
            p.source_bytes = bytes;
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

fn mark_of(status: MailboxStatus) -> Option<SourceMark> {
    Some(SourceMark {
        uid_next: status.uid_next?.get(),
        messages: status.messages?,
        highest_modseq: status.highest_modseq?,
    })
}

/// Failures that concern one folder and leave the connections good.
pub(super) fn is_of_folder(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::FolderNotFound
            | ErrorKind::PermissionDenied
            | ErrorKind::FolderNameInvalid
            | ErrorKind::ServerRefused
    )
}
