//! Why TLS failed, in words that say what to do.

use std::io;

use model::{Error as ModelError, ErrorKind};
use rustls::{AlertDescription as Alert, CertificateError, Error as TlsError};

use crate::tls::{Rejected, rejected};

/// What may be done where the server asks for a certificate of ours.
const WITHOUT_OURS: &str = "let the server take mail programs without a certificate of their own, from this machine's \
    address at least";

/// What may be done where both sides have nothing in common.
const TOO_OLD: &str = "the server may be too old: TLS 1.3, or TLS 1.2 with ECDHE and AES-GCM or ChaCha20, is needed; update \
    it, put a TLS proxy before it, or use -Security None in a network that you trust";

/// The TLS library's word for what went wrong, if it was TLS.
pub(crate) fn tls_error(error: &io::Error) -> Option<&TlsError> {
    error.get_ref()?.downcast_ref()
}

/// Why a handshake failed. `is_asked` says that the server had asked for a certificate of ours.
pub(crate) fn handshake_error(address: &str, error: &io::Error, is_asked: bool) -> ModelError {
    let failed = |text: String| ModelError::new(ErrorKind::TlsFailed, format!("`{address}`: {text}"));
    match tls_error(error) {
        Some(TlsError::InvalidCertificate(reason)) => certificate_error(address, reason),
        Some(TlsError::InvalidMessage(_)) => failed("the server does not speak TLS on this port".to_owned())
            .remedy("use -Security Tls or None with port 143"),
        _ if is_asked => wants_certificate(address, error),
        Some(TlsError::PeerIncompatible(_))
        | Some(TlsError::AlertReceived(
            Alert::HandshakeFailure | Alert::ProtocolVersion | Alert::InsufficientSecurity,
        )) => failed(format!("no version and cipher of TLS suit both sides: {error}")).remedy(TOO_OLD),
        Some(other) => failed(format!("TLS failed: {other}")),
        None => failed(format!("the TLS handshake broke off: {error}")),
    }
}

/// The server wants a certificate of ours, and broke off for want of it. In TLS 1.3 it does so after the handshake.
pub(crate) fn wants_certificate(address: &str, error: &dyn std::fmt::Display) -> ModelError {
    let text = format!("`{address}`: the server asks for a client certificate, and we have none: {error}");
    ModelError::new(ErrorKind::TlsFailed, text).remedy(WITHOUT_OURS)
}

fn certificate_error(address: &str, reason: &CertificateError) -> ModelError {
    let rejected = rejected(reason);
    let message = match rejected {
        Some(Rejected { certificate, reason }) => format!(
            "`{address}`: the certificate of `{}` is not trusted: {reason} (issuer `{}`, SHA-256 {})",
            certificate.subject, certificate.issuer, certificate.thumbprint
        ),
        None => format!("`{address}`: the certificate is not trusted: {reason}"),
    };
    let reason = match rejected {
        Some(Rejected { reason: TlsError::InvalidCertificate(reason), .. }) => reason,
        _ => reason,
    };
    ModelError::new(ErrorKind::CertificateRejected, message)
        .remedy(format!("{}, or use -AcceptUntrustedCertificates", what_to_mend(reason)))
}

/// What would make a certificate trusted.
fn what_to_mend(reason: &CertificateError) -> &'static str {
    use CertificateError as Reason;
    match reason {
        Reason::NotValidForName | Reason::NotValidForNameContext { .. } => {
            "connect by a name that the certificate carries"
        }
        Reason::Expired | Reason::ExpiredContext { .. } => {
            "renew the server's certificate, if this machine's clock is right"
        }
        Reason::NotValidYet | Reason::NotValidYetContext { .. } => {
            "set this machine's clock right, or renew the server's certificate"
        }
        Reason::UnknownIssuer => {
            "import the issuer's certificate as a trusted root on this machine, or let the server send the certificates \
             between"
        }
        Reason::Revoked => "replace the server's certificate",
        _ => "replace the server's certificate by one that this machine trusts",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(error: TlsError, is_asked: bool) -> (String, String) {
        let error = handshake_error("a:993", &io::Error::other(error), is_asked);
        assert!(matches!(error.kind, ErrorKind::TlsFailed | ErrorKind::CertificateRejected));
        (error.message, error.remedy.unwrap())
    }

    #[test]
    fn each_reason_has_a_remedy_that_fits() {
        let certificate = |reason| TlsError::InvalidCertificate(reason);
        let cases = [
            (certificate(CertificateError::UnknownIssuer), "import the issuer's certificate"),
            (certificate(CertificateError::NotValidForName), "a name that the certificate carries"),
            (certificate(CertificateError::Expired), "renew the server's certificate"),
            (certificate(CertificateError::NotValidYet), "this machine's clock"),
            (certificate(CertificateError::Revoked), "replace the server's certificate"),
            (certificate(CertificateError::BadEncoding), "-AcceptUntrustedCertificates"),
            (TlsError::AlertReceived(Alert::ProtocolVersion), "TLS 1.2"),
            (TlsError::AlertReceived(Alert::HandshakeFailure), "too old"),
            (TlsError::PeerIncompatible(rustls::PeerIncompatible::ServerDoesNotSupportTls12Or13), "too old"),
        ];
        for (error, words) in cases {
            let (message, remedy) = told(error, false);
            assert!(remedy.contains(words), "{message}: {remedy}");
        }
    }

    #[test]
    fn a_server_that_asked_for_our_certificate_broke_off_for_want_of_it() {
        let (message, remedy) = told(TlsError::AlertReceived(Alert::HandshakeFailure), true);
        assert!(message.contains("client certificate") && !remedy.contains("too old"), "{message}: {remedy}");
        let (message, _) = told(TlsError::InvalidCertificate(CertificateError::Expired), true);
        assert!(!message.contains("client certificate"), "it was we who broke off: {message}");
    }
}
