//! What the tests of tokens share.

use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use model::oauth::{Cloud, Grant, OAuth, Provider, SignIn};
use model::{Error, ErrorKind, Result, Secret};
use oauth::{Credential, Net, Vault};
use testkit::tokens::{Options, Tokens};

/// A vault in memory: what it was told to keep, and whether it fails.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    kept: Mutex<Vec<Secret>>,
    pub(crate) is_full: Mutex<bool>,
}

impl Memory {
    /// How often it was told to keep one.
    pub(crate) fn times(&self) -> usize {
        self.kept.lock().unwrap().len()
    }
}

impl Vault for Memory {
    fn keep(&self, refresh_token: &Secret) -> Result<()> {
        if *self.is_full.lock().unwrap() {
            return Err(Error::new(ErrorKind::DiskFull, "no room"));
        }
        self.kept.lock().unwrap().push(refresh_token.clone());
        Ok(())
    }

    fn newest(&self) -> Result<Option<Secret>> {
        Ok(self.kept.lock().unwrap().last().cloned())
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

/// How Google's are had from this server.
pub(crate) fn google(tokens: &Tokens, options: &Options, grant: Grant) -> OAuth {
    OAuth { provider: Provider::Google, ..entra(tokens, options, grant) }
}

/// The grant of an application with this secret.
pub(crate) fn secret(text: &str) -> Grant {
    Grant::ClientSecret { client_secret: Secret::new(text) }
}

/// The grant of a person.
pub(crate) fn person(how: SignIn, refresh_token: &Secret) -> Grant {
    Grant::SignIn { how, refresh_token: refresh_token.clone(), client_secret: Secret::default() }
}

/// A credential, and the vault that it has.
pub(crate) fn credential(oauth: OAuth) -> (Credential, Arc<Memory>) {
    let vault = Arc::new(Memory::default());
    (Credential::new(oauth, net(), vault.clone()), vault)
}

/// A network with this machine's clock.
pub(crate) fn net() -> Net {
    Net::new(Timestamp::now)
}
