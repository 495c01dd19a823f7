//! What a certificate says about itself, for people who must decide whether to trust it.

use std::fmt;

use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use x509_parser::prelude::{FromDer, X509Certificate};

/// The readable parts of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Whom it names.
    pub subject: String,
    /// Who vouches for it.
    pub issuer: String,
    /// When it becomes valid.
    pub not_before: Option<Timestamp>,
    /// When it expires.
    pub not_after: Option<Timestamp>,
    /// The SHA-256 of the certificate, as upper-case hexadecimal digits.
    pub thumbprint: String,
}

impl Certificate {
    /// Reads a certificate in DER. One that cannot be read has a thumbprint only.
    pub fn read(der: &[u8]) -> Self {
        let thumbprint = digest(&SHA256, der).as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
        let unreadable = || "unreadable".to_owned();
        let Ok((_, certificate)) = X509Certificate::from_der(der) else {
            return Self {
                subject: unreadable(),
                issuer: unreadable(),
                not_before: None,
                not_after: None,
                thumbprint,
            };
        };
        let validity = certificate.validity();
        Self {
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            not_before: Timestamp::from_second(validity.not_before.timestamp()).ok(),
            not_after: Timestamp::from_second(validity.not_after.timestamp()).ok(),
            thumbprint,
        }
    }
}

impl fmt::Display for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (issuer {}, thumbprint {})", self.subject, self.issuer, self.thumbprint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn garbage_has_a_thumbprint_and_no_names() {
        let certificate = Certificate::read(b"");
        assert_eq!(certificate.subject, "unreadable");
        let empty = "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855";
        assert_eq!(certificate.thumbprint, empty);
    }
}
