//! The vault of an endpoint's refresh tokens: the store.
//!
//! It is open only while it is read or written. Credentials live as long as their process, and a host that keeps a database open
//! loses SQLite's locks on it as soon as anything else in the host closes that file (POSIX).

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use model::{Result, Secret};
use oauth::Vault;
use store::Store;
use uuid::Uuid;

use crate::base::lock::lock;
use crate::base::world::World;

/// The same world; refresh tokens lie in this store.
pub(crate) fn with_vaults_in(world: World, store: &Store) -> World {
    let folder = store.folder().to_path_buf();
    let vault = move |endpoint| -> Arc<dyn Vault> {
        Arc::new(Row { folder: folder.clone(), endpoint, last: Mutex::default() })
    };
    World { credentials: world.credentials.in_vaults(vault), ..world }
}

/// An endpoint's place in the store.
#[derive(Debug)]
struct Row {
    /// The store's folder.
    folder: PathBuf,
    endpoint: Uuid,
    /// What lay there last: only that is replaced, and not what came of another sign-in.
    last: Mutex<Secret>,
}

impl Vault for Row {
    fn keep(&self, refresh_token: &Secret) -> Result<()> {
        let mut last = lock(&self.last);
        if Store::open(&self.folder)?.replace_refresh_token(self.endpoint, &last, refresh_token)? {
            *last = refresh_token.clone();
        }
        Ok(())
    }

    fn newest(&self) -> Result<Option<Secret>> {
        let newest = Store::open(&self.folder)?.refresh_token(self.endpoint)?;
        *lock(&self.last) = newest.clone();
        Ok(Some(newest))
    }
}
