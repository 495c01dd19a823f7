//! What the tests of tokens share.

use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use model::oauth::{Cloud, Grant, OAuth, Provider};
use model::{Error, ErrorKind, Result, Secret};
use oauth::{Credential, Net, Vault};
use testkit::tokens::{Options, Tokens};

/// A vault in memory: what it was told to keep, and whether it fails.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(crate) kept: Mutex<Vec<Secret>>,
    pub(crate) failing: Mutex<bool>,
}

impl Vault for Memory {
    fn keep(&self, refresh_token: &Secret) -> Result<()> {
        if *self.failing.lock().unwrap() {
            return Err(Error::new(ErrorKind::DiskFull, "no room"));
        }
        self.kept.lock().unwrap().push(refresh_token.clone());
        Ok(())
    }
}

/// How an application of Entra has its tokens from this server.
pub(crate) fn entra(tokens: &Tokens, options: &Options, grant: Grant) -> OAuth {
    OAuth {
        provider: Provider::Office365 { cloud: Cloud::Global, tenant: options.tenant.clone() },
        application_id: Some(options.application.clone()),
        authority: Some(tokens.authority()),
        scope: None,
        grant,
    }
}

pub(crate) fn secret(text: &str) -> Grant {
    Grant::ClientSecret { client_secret: Secret::new(text) }
}

pub(crate) fn credential(oauth: OAuth) -> (Credential, Arc<Memory>) {
    let vault = Arc::new(Memory::default());
    (Credential::new(oauth, Net::new(Timestamp::now), vault.clone()), vault)
}
