//! An RSA key and its certificate, made on the spot.

use std::io;
use std::process::Command;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256};
use x509_parser::prelude::{FromDer, X509Certificate};

/// Who signs. `Debug` does not show the key.
#[derive(Clone)]
pub struct Identity {
    certificate: Vec<u8>,
    key: String,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identity")
    }
}

impl Identity {
    /// Makes one with OpenSSL's program, as no library that we have makes RSA keys.
    pub fn generate() -> io::Result<Self> {
        let arguments = ["genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"];
        let made = Command::new("openssl").args(arguments).output()?;
        if !made.status.success() {
            return Err(io::Error::other(String::from_utf8_lossy(&made.stderr).into_owned()));
        }
        let key = String::from_utf8(made.stdout).map_err(io::Error::other)?;
        let pair = KeyPair::from_pem_and_sign_algo(&key, &PKCS_RSA_SHA256).map_err(io::Error::other)?;
        let certificate = CertificateParams::new(Vec::new())
            .and_then(|params| params.self_signed(&pair))
            .map_err(io::Error::other)?;
        Ok(Self { certificate: certificate.der().to_vec(), key })
    }

    /// The certificate: DER.
    pub fn der(&self) -> &[u8] {
        &self.certificate
    }

    /// The certificate: DER, base64.
    pub fn certificate(&self) -> String {
        BASE64_STANDARD.encode(&self.certificate)
    }

    /// The key: PKCS #8, PEM.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The public key (RFC 8017 §A.1.1).
    pub(super) fn public_key(&self) -> Option<Vec<u8>> {
        let (_, certificate) = X509Certificate::from_der(&self.certificate).ok()?;
        Some(certificate.public_key().subject_public_key.data.to_vec())
    }
}
