//! The credentials of a process: how the tokens of its endpoints are had.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use model::contract::Environment;
use model::{Endpoint, Result, Secret};
use oauth::{Credential, Net, Vault};
use uuid::Uuid;

use super::lock::lock;

/// One credential for each endpoint as it is: whoever connects has the same tokens. Cheap to clone.
#[derive(Clone)]
pub struct Credentials {
    shared: Arc<Shared>,
    vaults: Arc<Vaults>,
    /// What the host says of authorities and proxies.
    environment: Arc<Environment>,
}

/// Where the refresh tokens of an endpoint lie.
type Vaults = dyn Fn(Uuid) -> Arc<dyn Vault> + Send + Sync;

#[derive(Default)]
struct Shared {
    /// The way to authorization servers, of the host as it was last.
    net: Mutex<Option<(Arc<Environment>, Net)>>,
    /// By endpoint; an endpoint that was changed since has another one.
    known: Mutex<BTreeMap<Uuid, (Timestamp, Credential)>>,
}

impl Credentials {
    /// The same credentials; the refresh tokens of those that are met first from here on lie in these vaults.
    pub(crate) fn in_vaults(&self, vaults: impl Fn(Uuid) -> Arc<dyn Vault> + Send + Sync + 'static) -> Self {
        Self { vaults: Arc::new(vaults), ..self.clone() }
    }

    /// The same credentials for a host whose environment may name authorities and proxies.
    pub(crate) fn of_host(&self, environment: &Environment) -> Self {
        Self { environment: Arc::new(environment.clone()), ..self.clone() }
    }

    /// That of an endpoint; none where it has no tokens.
    pub(crate) fn of(
        &self,
        endpoint: &Endpoint,
        now: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> Option<Credential> {
        let oauth = endpoint.oauth.as_ref()?;
        let net = self.net(now);
        let mut known = lock(&self.shared.known);
        let held = known.get(&endpoint.guid).filter(|(since, _)| *since == endpoint.modified_at);
        if let Some((_, credential)) = held {
            return Some(credential.clone());
        }
        let credential = Credential::new(oauth.clone(), net, (self.vaults)(endpoint.guid));
        known.insert(endpoint.guid, (endpoint.modified_at, credential.clone()));
        Some(credential)
    }

    /// The way to authorization servers, by this clock.
    pub(crate) fn net(&self, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Net {
        let mut last = lock(&self.shared.net);
        if let Some((environment, net)) = &*last
            && *environment == self.environment
        {
            return net.clone();
        }
        let net = Net::new(now).of_host(&self.environment);
        *last = Some((self.environment.clone(), net.clone()));
        // What was made for the host as it was goes the old way.
        lock(&self.shared.known).clear();
        net
    }
}

/// Refresh tokens are kept in memory, until somebody says where they lie.
impl Default for Credentials {
    fn default() -> Self {
        let vaults = Arc::new(|_| -> Arc<dyn Vault> { Arc::new(Draft::default()) });
        Self { shared: Arc::default(), vaults, environment: Arc::default() }
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
