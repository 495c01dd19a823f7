//! The credentials of a process: how the tokens of its endpoints are had.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock};

use jiff::Timestamp;
use model::{Endpoint, Result, Secret};
use oauth::{Credential, Net, Vault};
use uuid::Uuid;

use super::lock::lock;

/// One credential for each endpoint as it is: whoever connects has the same tokens. Cheap to clone.
#[derive(Clone)]
pub struct Credentials {
    shared: Arc<Shared>,
    vaults: Arc<Vaults>,
}

/// Where the refresh tokens of an endpoint lie.
type Vaults = dyn Fn(Uuid) -> Arc<dyn Vault> + Send + Sync;

#[derive(Default)]
struct Shared {
    net: OnceLock<Net>,
    /// By endpoint; an endpoint that was changed since has another one.
    known: Mutex<BTreeMap<Uuid, (Timestamp, Credential)>>,
}

impl Credentials {
    /// The same credentials; the refresh tokens of those that are met first from here on lie in these vaults.
    pub(crate) fn in_vaults(&self, vaults: impl Fn(Uuid) -> Arc<dyn Vault> + Send + Sync + 'static) -> Self {
        Self { shared: self.shared.clone(), vaults: Arc::new(vaults) }
    }

    /// That of an endpoint; none where it has no tokens.
    pub(crate) fn of(
        &self,
        endpoint: &Endpoint,
        now: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> Option<Credential> {
        let oauth = endpoint.oauth.as_ref()?;
        let mut known = lock(&self.shared.known);
        let held = known.get(&endpoint.guid).filter(|(since, _)| *since == endpoint.modified_at);
        if let Some((_, credential)) = held {
            return Some(credential.clone());
        }
        let credential = Credential::new(oauth.clone(), self.net(now), (self.vaults)(endpoint.guid));
        known.insert(endpoint.guid, (endpoint.modified_at, credential.clone()));
        Some(credential)
    }

    /// The way to authorization servers, by this clock.
    pub(crate) fn net(&self, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Net {
        self.shared.net.get_or_init(|| Net::new(now)).clone()
    }
}

/// Refresh tokens are kept in memory, until somebody says where they lie.
impl Default for Credentials {
    fn default() -> Self {
        Self { shared: Arc::default(), vaults: Arc::new(|_| Arc::new(Draft::default())) }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials")
    }
}

/// A vault of what is not stored yet.
#[derive(Debug, Default)]
pub(crate) struct Draft(Mutex<Option<Secret>>);

impl Draft {
    /// The refresh token that came last.
    pub(crate) fn take(&self) -> Option<Secret> {
        lock(&self.0).take()
    }
}

impl Vault for Draft {
    fn keep(&self, refresh_token: &Secret) -> Result<()> {
        *lock(&self.0) = Some(refresh_token.clone());
        Ok(())
    }
}
