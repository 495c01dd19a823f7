//! The walk over a user's folders: connect, map, prepare, and do what is to be done over one lane or several.
//!
//! INVARIANT: a folder stays with one lane, as order is part of the copy.

pub(crate) mod agenda;
pub(crate) mod ahead;
pub(crate) mod analyze;
pub(crate) mod astray;
pub(crate) mod connect;
pub(crate) mod create;
pub(crate) mod lane;
pub(crate) mod lanes;
pub(crate) mod mapping;
pub(crate) mod patience;
pub(crate) mod prepare;
pub(crate) mod renamed_source;
pub(crate) mod renamed_target;
pub(crate) mod renames;
pub(crate) mod restore;

use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use model::content_filter::ContentFilter;
use model::folder::FolderFilter;
use model::{Batch, Endpoint, Lease, Result, login};
use store::Store;
use tokio_util::sync::CancellationToken;

use super::context::{Context, SkippedBefore};
use super::folder::account::is_lost;
use super::memory::Memory;
use super::report::journal::Journal;
use super::report::meter::Meter;
use super::report::tally::Tally;
use crate::base::blocking::blocking;
use crate::base::stop::Ended;
use crate::base::world::World;
use crate::net::session;
use crate::net::tokens;
use agenda::Agenda;
use connect::{Ends, connect_source};
use lane::Lane;
use mapping::Pages;
use patience::{Patience, host, unless};
use restore::Wanted;

/// What the store says of the user's batch.
struct Orders {
    batch: Batch,
    source: Endpoint,
    target: Option<Endpoint>,
    ledger: Pages,
}

/// Walks over all folders of the leased user.
pub(crate) async fn walk(
    store: Store,
    lease: Lease,
    world: &World,
    memory: &Memory,
    meter: Meter,
    cancel: CancellationToken,
) -> Result<Ended> {
    let journal = Journal::new(store.clone(), world.clock.clone(), lease.user.id);
    let nudges = memory.outages.nudges();
    let orders = orders(&store, &lease).await?;
    let patience = Patience::new(&memory.outages, &journal, &meter, nudges);
    let filters = Filters::parse(&orders.batch)?;
    meter.stage("Connecting", None);
    let login = login::source_login(&orders.source, &lease.user.row)?;
    let (user_root, user) = (login.root, login.authentication_user);
    let Some(target) = &orders.target else {
        let connecting = connect_source(world, &memory.outages, &orders.source, &lease, patience, &meter);
        let Some(mut source) = unless(&cancel, connecting).await? else { return Ok(Ended::Stopped) };
        journal.note(connected_to("source", &orders.source, &lease)).await?;
        note_limits(world, &orders.source, &user, &journal).await?;
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
    let target_host = host(target).unwrap_or_default();
    if lease.asked {
        let folders = orders.ledger.values().map(|(id, _)| *id);
        memory.forget(lease.user.id, folders, &target_host);
    }
    let ends = Ends::new(orders.source.clone(), target.clone(), world.clone(), memory.outages.clone());
    let connecting = ends.connect(&memory.governor, &lease, patience, &meter);
    let Some(connected) = unless(&cancel, connecting).await? else { return Ok(Ended::Stopped) };
    journal.note(connected_to("source", &orders.source, &lease)).await?;
    journal.note(connected_to("target", target, &lease)).await?;
    note_limits(world, &orders.source, &user, &journal).await?;
    let context = Arc::new(Context {
        memory: memory.clone(),
        target_host,
        content_filter: filters.content,
        repairs: orders.batch.options.repair,
        skipped_before: Mutex::new(skipped_before(&journal).await?),
        is_last_try: lease.attempts >= orders.batch.options.auto_retry_count,
        opens_folders: AtomicBool::default(),
        elsewhere: None,
        astray: Arc::default(),
        lost_before: lost_before(&journal).await?,
        tally: Tally::new(meter.clone()),
        store,
        journal,
        meter,
        stop: cancel.child_token(),
        lease,
    });
    let mut lane = Lane::new(context.clone(), connected);
    let tasks = lane.prepare(orders.ledger, user_root.as_deref(), &filters.folders).await?;
    let wanted = if context.lease.restore { Wanted::of(&tasks) } else { Wanted::default() };
    let mut ended = lanes::run(lane, Agenda::new(tasks), ends.clone()).await?;
    if ended == Ended::Complete && context.lease.restore {
        let before = skipped_before(&context.journal).await?;
        ended = restore::run(&context, wanted, ends.clone(), before).await?;
    }
    if ended == Ended::Complete {
        ended = astray::run(&context, ends).await?;
    }
    if ended == Ended::Complete {
        conclude(&context).await?;
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

/// The messages that the target said OK to in earlier passes and did not have.
async fn lost_before(journal: &Journal) -> Result<BTreeSet<(String, u32)>> {
    let lost = journal.skipped().await?.into_iter().filter(is_lost);
    Ok(lost.filter_map(|item| Some((item.folder_name, item.uid?))).collect())
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

/// Says what the source may hide.
async fn note_limits(world: &World, source: &Endpoint, user: &str, journal: &Journal) -> Result<()> {
    match tokens::limitation(world, source, user).await {
        Some(limitation) => journal.note(format!("The source {limitation}.")).await,
        None => Ok(()),
    }
}

/// Shows what the walk came to.
async fn conclude(context: &Context) -> Result<()> {
    let skipped = context.journal.skipped().await?;
    let tally = context.tally.read();
    let bytes = match tally.bytes {
        Some(bytes) => bytes,
        None => {
            let (store, user) = (context.store.clone(), context.lease.user.id);
            let left: u64 = skipped.iter().filter_map(|item| item.size).sum();
            left + blocking(move || store.ledger_bytes(user)).await?
        }
    };
    let left_behind = skipped.iter().filter(|item| item.kind.leaves_behind()).count();
    context.meter.update(|p| {
        p.source_items = tally.items;
        p.source_bytes = bytes;
        p.synced_items = tally.synced;
        p.skipped_items = u64::try_from(left_behind).unwrap_or(u64::MAX);
    });
    Ok(())
}
