//! TLS for a policy: one client configuration each, made once.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use model::{Error as ModelError, ErrorKind};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ResolvesClientCert, WebPkiServerVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, OtherError, RootCertStore, SignatureScheme,
};
use tokio::task_local;

use crate::any_certificate::AnyCertificate;
use crate::certificate::Certificate;
use crate::error::{Error, Result};
use crate::options::CertificatePolicy;

type Configs = BTreeMap<CertificatePolicy, Arc<ClientConfig>>;

/// Loading the system's trust is slow, and TLS sessions resume only within one configuration.
static CONFIGS: Mutex<Configs> = Mutex::new(Configs::new());

/// The configuration for a policy.
pub(crate) fn config(policy: &CertificatePolicy) -> Result<Arc<ClientConfig>> {
    let mut configs = CONFIGS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(config) = configs.get(policy) {
        return Ok(config.clone());
    }
    let config = Arc::new(build(policy)?);
    configs.insert(policy.clone(), config.clone());
    Ok(config)
}

fn build(policy: &CertificatePolicy) -> Result<ClientConfig> {
    let provider = Arc::new(ring::default_provider());
    let verifier = Explaining(verifier(policy, provider.clone())?);
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| setup_error(&error))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_client_cert_resolver(Arc::new(NoCertificate)))
}

fn verifier(
    policy: &CertificatePolicy,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>> {
    Ok(match policy {
        CertificatePolicy::AcceptAny => Arc::new(AnyCertificate(provider.signature_verification_algorithms)),
        CertificatePolicy::System => {
            Arc::new(rustls_platform_verifier::Verifier::new(provider).map_err(|error| setup_error(&error))?)
        }
        CertificatePolicy::Authorities { file, folders } => {
            let roots = Arc::new(read_roots(file.as_deref(), folders)?);
            WebPkiServerVerifier::builder_with_provider(roots, provider)
                .build()
                .map_err(|error| setup_error(&error))?
        }
    })
}

/// As the platform's verifier reads them: what cannot be read is passed over, as long as there is anything else.
fn read_roots(file: Option<&Path>, folders: &[PathBuf]) -> Result<RootCertStore> {
    let mut found = rustls_native_certs::load_certs_from_paths(file, None);
    for folder in folders {
        let more = rustls_native_certs::load_certs_from_paths(None, Some(folder));
        found.certs.extend(more.certs);
        found.errors.extend(more.errors);
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if !roots.is_empty() {
        return Ok(roots);
    }
    let fault = found.errors.first().map_or_else(|| "there are none".to_owned(), ToString::to_string);
    let places: Vec<_> = file
        .into_iter()
        .chain(folders.iter().map(PathBuf::as_path))
        .map(|path| format!("`{}`", path.display()))
        .collect();
    let message = format!("cannot read certificates of authorities from {}: {fault}", places.join(", "));
    let remedy = "mend SSL_CERT_FILE and SSL_CERT_DIR, which name them, or unset both";
    Err(ModelError::new(ErrorKind::InvalidArgument, message).remedy(remedy).into())
}

fn setup_error(error: &dyn fmt::Display) -> Error {
    ModelError::new(ErrorKind::TlsFailed, format!("cannot set up TLS: {error}")).into()
}

task_local! {
    /// Whether the server of the handshake at work has asked for a certificate of ours.
    static IS_ASKED: Cell<bool>;
}

/// Runs a handshake; says, too, whether the server asked for a certificate of ours. The configuration cannot tell, as all
/// handshakes share it.
pub(crate) async fn noticing_wish<T>(handshake: impl Future<Output = T>) -> (T, bool) {
    let noticing = async { (handshake.await, IS_ASKED.with(Cell::get)) };
    IS_ASKED.scope(Cell::new(false), noticing).await
}

/// We have no certificate; servers that only would like one go on without.
#[derive(Debug)]
struct NoCertificate;

impl ResolvesClientCert for NoCertificate {
    fn resolve(
        &self,
        _root_hint_subjects: &[&[u8]],
        _sigschemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        // Outside of a handshake nobody asks.
        let _noticed = IS_ASKED.try_with(|asked| asked.set(true));
        None
    }

    fn has_certs(&self) -> bool {
        false
    }
}

/// The certificate that made a handshake fail.
pub(crate) fn rejected_certificate(error: &io::Error) -> Option<Certificate> {
    match error.get_ref()?.downcast_ref::<rustls::Error>()? {
        rustls::Error::InvalidCertificate(reason) => Some(rejected(reason)?.certificate.clone()),
        _ => None,
    }
}

pub(crate) fn rejected(reason: &CertificateError) -> Option<&Rejected> {
    match reason {
        CertificateError::Other(OtherError(source)) => source.downcast_ref(),
        _ => None,
    }
}

/// A rejected certificate travels inside the error: nobody else gets to see it.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
pub(crate) struct Rejected {
    pub(crate) certificate: Certificate,
    pub(crate) reason: rustls::Error,
}

/// Adds the certificate to another verifier's refusals.
#[derive(Debug)]
struct Explaining(Arc<dyn ServerCertVerifier>);

impl ServerCertVerifier for Explaining {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.0.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now).map_err(
            |reason| {
                let rejected = Rejected { certificate: Certificate::read(end_entity), reason };
                rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(rejected))))
            },
        )
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}
