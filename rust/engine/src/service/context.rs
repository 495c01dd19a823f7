//! What a request runs with, and what it answers.

use std::path::PathBuf;

use jiff::Timestamp;
use model::Result;
use model::contract::Item;
use store::Store;

use crate::base::blocking::blocking;
use crate::base::world::World;

/// What a request runs with.
pub(super) struct Context {
    pub(super) store: Store,
    pub(super) folder: PathBuf,
    pub(super) worker: Option<String>,
    pub(super) world: World,
    pub(super) now: Timestamp,
}

/// What a request without progress answers.
#[derive(Default)]
pub(super) struct Reply {
    pub(super) items: Vec<Item>,
    pub(super) warnings: Vec<String>,
}

impl Reply {
    pub(super) fn none() -> Self {
        Self::default()
    }

    pub(super) fn items(items: impl IntoIterator<Item = Item>) -> Self {
        Self { items: items.into_iter().collect(), warnings: Vec::new() }
    }
}

impl Context {
    pub(super) fn open(world: World, location: Option<&str>, worker: Option<String>) -> Result<Self> {
        let folder = Store::location(location)?;
        let store = Store::open(&folder)?;
        let now = world.clock.now();
        Ok(Self { store, folder, worker, world, now })
    }

    /// Runs what touches the disk where it may wait.
    pub(super) async fn run(
        self,
        body: impl FnOnce(Self) -> Result<Reply> + Send + 'static,
    ) -> Result<Reply> {
        blocking(move || body(self)).await
    }

    pub(super) fn open_store(self) -> Result<Reply> {
        Ok(Reply::items([Item::Store(self.store.view()?)]))
    }
}
