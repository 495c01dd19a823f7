//! What a request runs with, and what it answers.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use model::Result;
use model::contract::{Environment, Item, Operation, Request};
use store::Store;
use tokio_util::sync::CancellationToken;

use crate::base::blocking::blocking;
use crate::base::world::World;
use crate::worker::vault::with_vaults_in;

/// What a request runs with.
pub(super) struct Context {
    pub(super) store: Store,
    pub(super) folder: PathBuf,
    pub(super) worker: Option<String>,
    pub(super) environment: Environment,
    pub(super) world: World,
    pub(super) now: Timestamp,
    /// Whether changes are only to be checked.
    pub(super) dry_run: bool,
    /// Whether the host gave the request up: waits end, what is done stays done.
    pub(super) cancelled: CancellationToken,
    pub(super) underway: Underway,
}

/// Whether a request has begun to change something. From then on it is not dropped: what it did, it answers.
#[derive(Debug, Clone, Default)]
pub(super) struct Underway(Arc<AtomicBool>);

/// What a request without progress answers.
#[derive(Default)]
pub(super) struct Reply {
    pub(super) items: Vec<Item>,
    pub(super) warnings: Vec<String>,
}

impl Underway {
    pub(super) fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(super) fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Reply {
    pub(super) fn none() -> Self {
        Self::default()
    }

    pub(super) fn items(items: impl IntoIterator<Item = Item>) -> Self {
        Self { items: items.into_iter().collect(), warnings: Vec::new() }
    }
}

/// A request whose store is not open yet. It is opened on the thread that reads it: each change of threads takes as long as
/// a short query.
pub(super) struct Opening {
    world: World,
    location: Option<String>,
    worker: Option<String>,
    environment: Environment,
    dry_run: bool,
    cancelled: CancellationToken,
    underway: Underway,
}

impl Opening {
    /// What the request brings, and its operation.
    pub(super) fn of(
        world: World,
        request: Request,
        cancelled: CancellationToken,
        underway: Underway,
    ) -> (Self, Operation) {
        let Request { store: location, worker, environment, dry_run, operation } = request;
        (Self { world, location, worker, environment, dry_run, cancelled, underway }, operation)
    }

    pub(super) fn open(self) -> Result<Context> {
        let Self { world, location, worker, environment, dry_run, cancelled, underway } = self;
        let folder = Store::location(location.as_deref(), &environment)?;
        let store = Store::open(&folder)?;
        let world = with_vaults_in(world.of_host(&environment), &store);
        let now = world.clock.now();
        Ok(Context { store, folder, worker, environment, world, now, dry_run, cancelled, underway })
    }

    /// Opens the store for what does not only read it.
    pub(super) async fn opened(self) -> Result<Context> {
        blocking(move || self.open()).await
    }

    /// Reads what touches the disk where it may wait.
    pub(super) async fn run(
        self,
        body: impl FnOnce(Context) -> Result<Reply> + Send + 'static,
    ) -> Result<Reply> {
        blocking(move || body(self.open()?)).await
    }
}

impl Context {
    pub(super) fn open_store(self) -> Result<Reply> {
        Ok(Reply::items([Item::Store(self.store.view()?)]))
    }
}
