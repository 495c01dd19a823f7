//! What the environment says of authorities and proxies.
//!
//! The process's own is heeded by the libraries themselves. A host may have another one, which they do not see.

use std::env::{split_paths, var_os};
use std::path::PathBuf;
use std::sync::Arc;

use model::contract::Environment;
use model::{Error, ErrorKind, Result};
use reqwest::{ClientBuilder, NoProxy, Proxy};
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls_native_certs::load_certs_from_paths;
use rustls_platform_verifier::Verifier;

use crate::net_fault::setup_error;

/// The environment of a host, where it is not the process's.
#[derive(Debug, Clone, Default)]
pub(crate) struct Surroundings(Option<Environment>);

impl Surroundings {
    /// Those of a host. On Windows and macOS it is the system that knows authorities and proxies, and what a host sets
    /// there is the process's own.
    pub(crate) fn of(environment: &Environment) -> Self {
        let is_heeded = cfg!(all(unix, not(target_vendor = "apple"))) && !environment.is_own();
        Self(is_heeded.then(|| environment.clone()))
    }

    /// Who says which servers are trusted.
    pub(crate) fn verifier(&self, provider: Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>> {
        match self.authorities()? {
            Some(roots) => WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
                .build()
                .map(|verifier| verifier as Arc<dyn ServerCertVerifier>)
                .map_err(|error| setup_error(&error)),
            None => match Verifier::new(provider) {
                Ok(verifier) => Ok(Arc::new(verifier)),
                Err(error) => Err(setup_error(&error)),
            },
        }
    }

    /// The authorities that a host names, read as the platform's verifier reads them.
    fn authorities(&self) -> Result<Option<RootCertStore>> {
        let (file, folders) = (self.named("SSL_CERT_FILE"), self.named("SSL_CERT_DIR"));
        if file.is_none() && folders.is_none() {
            return Ok(None);
        }
        let file = file.map(PathBuf::from);
        let mut found = load_certs_from_paths(file.as_deref(), None).certs;
        for folder in folders.iter().flat_map(split_paths) {
            found.extend(load_certs_from_paths(None, Some(&folder)).certs);
        }
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(found);
        if roots.is_empty() { Err(no_authorities()) } else { Ok(Some(roots)) }
    }

    /// Goes by the proxy that a host names, or by none; without a host, by the system's.
    pub(crate) fn by_proxy(&self, builder: ClientBuilder) -> Result<ClientBuilder> {
        let Some(environment) = &self.0 else { return Ok(builder) };
        let value = |name: &str| environment.get(name, |name| var_os(name))?.into_string().ok();
        let first =
            |names: &[&str]| names.iter().filter_map(|name| value(name)).find(|text| !text.is_empty());
        let Some(address) = first(&["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]) else {
            return Ok(builder.no_proxy());
        };
        let exceptions = first(&["NO_PROXY", "no_proxy"]).and_then(|text| NoProxy::from_string(&text));
        // What is wrong with the address may be the password in it.
        let proxy = Proxy::all(&address).map_err(|_| no_proxy())?;
        Ok(builder.no_proxy().proxy(proxy.no_proxy(exceptions)))
    }

    /// A variable, if there is a host and it has that.
    fn named(&self, name: &str) -> Option<std::ffi::OsString> {
        self.0.as_ref()?.get(name, |_| None)
    }
}

fn no_authorities() -> Error {
    let text = "the files that SSL_CERT_FILE and SSL_CERT_DIR name hold no certificates of authorities";
    Error::new(ErrorKind::InvalidArgument, text).remedy("mend both variables, or unset them")
}

fn no_proxy() -> Error {
    Error::new(ErrorKind::InvalidArgument, "HTTPS_PROXY, or ALL_PROXY, holds no address of a proxy")
        .remedy("set it to http://host:port, or unset it")
}
