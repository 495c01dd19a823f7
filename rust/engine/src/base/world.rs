//! The world around the engine: what time it is for people, and how servers are reached.
//!
//! INVARIANT: pauses and time-outs never ask this clock. They are Tokio's, whose clock only goes forward.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use model::Endpoint;
use model::contract::Environment;
use oauth::{Credential, Net};
use wire::{CertificatePolicy, Dialer};

use super::credentials::Credentials;

/// What an engine lives in. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// The wall clock.
    pub clock: Clock,
    /// How a stream to a server is opened.
    pub dialer: Dialer,
    /// Which certificates are accepted, unless an endpoint accepts any.
    pub certificates: CertificatePolicy,
    /// How tokens are had.
    pub credentials: Credentials,
}

impl World {
    /// The world of a host whose environment may name authorities, where the platform's own verifier heeds that, too.
    pub(crate) fn of_host(mut self, environment: &Environment) -> Self {
        self.credentials = self.credentials.of_host(environment);
        if cfg!(not(all(unix, not(target_vendor = "apple")))) {
            return self;
        }
        let named = |name| environment.get(name, |_| None);
        let (file, folders) = (named("SSL_CERT_FILE"), named("SSL_CERT_DIR"));
        if file.is_none() && folders.is_none() {
            return self;
        }
        let folders = folders.iter().flat_map(std::env::split_paths).collect();
        Self {
            certificates: CertificatePolicy::Authorities { file: file.map(PathBuf::from), folders },
            ..self
        }
    }

    /// The tokens of an endpoint; none where it has none.
    pub(crate) fn credential(&self, endpoint: &Endpoint) -> Option<Credential> {
        let clock = self.clock.clone();
        self.credentials.of(endpoint, move || clock.now())
    }

    /// The way to authorization servers.
    pub(crate) fn net(&self) -> Net {
        let clock = self.clock.clone();
        self.credentials.net(move || clock.now())
    }
}

/// A wall clock: it tells dates for people, and may step at any time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// A clock of one's own.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// What it says.
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

/// The machine's.
impl Default for Clock {
    fn default() -> Self {
        Self::new(Timestamp::now)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}
