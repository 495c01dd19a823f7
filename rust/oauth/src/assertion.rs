//! Assertions: JWTs that an RSA key signs ([RFC 7515 §3.1], [RFC 7523]).
//!
//! [RFC 7515 §3.1]: https://www.rfc-editor.org/rfc/rfc7515#section-3.1
//! [RFC 7523]: https://www.rfc-editor.org/rfc/rfc7523

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use model::{Error, ErrorKind, Result, Secret};
use ring::error::KeyRejected;
use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use serde_json::Value;

/// How it is signed (RFC 7518 §3.1).
#[derive(Debug, Clone, Copy)]
pub(crate) enum Algorithm {
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
}

impl Algorithm {
    /// Its name in a header.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ps256 => "PS256",
            Self::Rs256 => "RS256",
        }
    }

    fn padding(self) -> &'static dyn RsaEncoding {
        match self {
            Self::Ps256 => &RSA_PSS_SHA256,
            Self::Rs256 => &RSA_PKCS1_SHA256,
        }
    }
}

/// A header and claims, with the signature that they get (RFC 7515 §7.1).
pub(crate) fn assertion(
    header: &Value,
    claims: &Value,
    sign: impl FnOnce(&[u8]) -> Result<Vec<u8>>,
) -> Result<Secret> {
    let [header, claims] = [header, claims].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part.to_string()));
    let input = format!("{header}.{claims}");
    let signature = BASE64_URL_SAFE_NO_PAD.encode(sign(input.as_bytes())?);
    Ok(Secret::new(format!("{input}.{signature}")))
}

/// A private key of RSA.
pub(crate) struct Key(KeyPair);

impl Key {
    /// Reads a key in PEM.
    pub(crate) fn read(pem: &Secret) -> Result<Self> {
        let key = PrivateKeyDer::from_pem_slice(pem.declassify().as_bytes())
            .map_err(|_| unusable("it is not in PEM, or is encrypted"))?;
        let read = match &key {
            PrivateKeyDer::Pkcs8(key) => KeyPair::from_pkcs8(key.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(key) => KeyPair::from_der(key.secret_pkcs1_der()),
            _ => return Err(unusable("it is no RSA key")),
        };
        read.map(Self).map_err(|reason| unusable(rejection(reason)))
    }

    /// Signs.
    pub(crate) fn sign(&self, algorithm: Algorithm, input: &[u8]) -> Result<Vec<u8>> {
        let mut signature = vec![0; self.0.public().modulus_len()];
        let signed = self.0.sign(algorithm.padding(), &SystemRandom::new(), input, &mut signature);
        signed.map_err(|_| Error::internal("the private key does not sign")).map(|()| signature)
    }
}

/// Why the library takes no such key. It has these words for it, and no other way to tell.
fn rejection(reason: KeyRejected) -> &'static str {
    match reason.to_string().as_str() {
        "WrongAlgorithm" => "it is no RSA key",
        "TooSmall" => "it has fewer than 2048 bits",
        "TooLarge" => "it has more than 4096 bits",
        _ => "it is damaged",
    }
}

fn unusable(why: &str) -> Error {
    Error::new(ErrorKind::InvalidArgument, format!("the private key cannot be used: {why}"))
        .remedy("use an RSA key of 2048 to 4096 bits")
}
