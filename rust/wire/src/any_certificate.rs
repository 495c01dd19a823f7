//! Takes every certificate, where an admin said so, and yet has the server prove that it holds the certificate's key.

use ring::digest::{SHA256, SHA384, SHA512};
use ring::signature::{
    RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
    RsaParameters, UnparsedPublicKey,
};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, Error, SignatureScheme};
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;

use crate::pss::RsaKey;

/// Trusts every certificate; the algorithms are those that keys are checked by.
#[derive(Debug)]
pub(crate) struct AnyCertificate(pub(crate) WebPkiSupportedAlgorithms);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let verified = verify_tls12_signature(message, cert, dss, &self.0);
        verified.or_else(|refusal| {
            let is_signed = self.look_closer(message, cert, dss.scheme, dss.signature());
            is_signed.then(HandshakeSignatureValid::assertion).ok_or(refusal)
        })
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let verified = verify_tls13_signature(message, cert, dss, &self.0);
        verified.or_else(|refusal| {
            let is_signed = self.look_closer(message, cert, dss.scheme, dss.signature());
            is_signed.then(HandshakeSignatureValid::assertion).ok_or(refusal)
        })
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}

impl AnyCertificate {
    /// Looks at a signature that the TLS library does not: it reads no certificate of version 1 or with an odd extension,
    /// and takes no short key.
    fn look_closer(&self, message: &[u8], cert: &[u8], scheme: SignatureScheme, signature: &[u8]) -> bool {
        let Ok((_, certificate)) = X509Certificate::from_der(cert) else { return false };
        let key = certificate.public_key();
        let bytes = &key.subject_public_key.data;
        let mut algorithms =
            self.0.mapping.iter().filter(|(known, _)| *known == scheme).flat_map(|(_, all)| *all);
        let is_signed = algorithms.any(|all| all.verify_signature(bytes, message, signature).is_ok());
        is_signed
            || match key.parsed() {
                Ok(PublicKey::RSA(rsa)) => {
                    let key = RsaKey { modulus: rsa.modulus, exponent: rsa.exponent };
                    has_short_key_signed(key, bytes, scheme, message, signature)
                }
                _ => false,
            }
    }
}

fn has_short_key_signed(
    key: RsaKey<'_>,
    bytes: &[u8],
    scheme: SignatureScheme,
    message: &[u8],
    signature: &[u8],
) -> bool {
    let by_pkcs1 = |parameters: &'static RsaParameters| {
        UnparsedPublicKey::new(parameters, bytes).verify(message, signature).is_ok()
    };
    match scheme {
        SignatureScheme::RSA_PSS_SHA256 => key.has_signed(&SHA256, message, signature),
        SignatureScheme::RSA_PSS_SHA384 => key.has_signed(&SHA384, message, signature),
        SignatureScheme::RSA_PSS_SHA512 => key.has_signed(&SHA512, message, signature),
        SignatureScheme::RSA_PKCS1_SHA256 => by_pkcs1(&RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY),
        SignatureScheme::RSA_PKCS1_SHA512 => by_pkcs1(&RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    use rustls::pki_types::pem::PemObject;

    use super::*;

    /// Certificates of a 1,024 bit key and of version 1, and what `openssl dgst` made of a message with their keys.
    const SIGNATURES: &str = include_str!("../tests/signatures/signatures.txt");

    fn is_signed(line: &str, message: &[u8], change: impl Fn(&mut Vec<u8>)) -> bool {
        let [certificate, scheme, signature] = line.split(' ').collect::<Vec<_>>().try_into().unwrap();
        let pem: &[u8] = match certificate {
            "short" => include_bytes!("../tests/signatures/short.pem"),
            _ => include_bytes!("../tests/signatures/version1.pem"),
        };
        let scheme = match scheme {
            "RSA_PSS_SHA256" => SignatureScheme::RSA_PSS_SHA256,
            "RSA_PSS_SHA384" => SignatureScheme::RSA_PSS_SHA384,
            "RSA_PKCS1_SHA256" => SignatureScheme::RSA_PKCS1_SHA256,
            "RSA_PKCS1_SHA384" => SignatureScheme::RSA_PKCS1_SHA384,
            _ => SignatureScheme::RSA_PKCS1_SHA512,
        };
        let mut signature = BASE64_STANDARD.decode(signature).unwrap();
        change(&mut signature);
        let any = AnyCertificate(rustls::crypto::ring::default_provider().signature_verification_algorithms);
        any.look_closer(message, &CertificateDer::from_pem_slice(pem).unwrap(), scheme, &signature)
    }

    #[test]
    fn short_keys_and_certificates_of_version_1_prove_that_the_server_holds_them() {
        assert_eq!(SIGNATURES.lines().count(), 6);
        for line in SIGNATURES.lines() {
            assert!(is_signed(line, b"to be signed", |_| {}), "{line}");
        }
    }

    #[test]
    fn what_is_not_signed_by_the_key_is_refused() {
        for line in SIGNATURES.lines() {
            assert!(!is_signed(line, b"not to be signed", |_| {}), "{line}");
            for at in [0, 60, 127] {
                assert!(!is_signed(line, b"to be signed", |signature| signature[at] ^= 1), "{line}");
            }
            assert!(!is_signed(line, b"to be signed", |signature| signature.fill(0xff)), "{line}");
            assert!(!is_signed(line, b"to be signed", Vec::clear), "{line}");
        }
    }
}
