//! Certificates of Windows' store, whose keys need not be exportable: Windows signs.

use model::{Error, ErrorKind, Result};

#[cfg(windows)]
pub(crate) use windows::Stored;

/// A thumbprint as octets.
#[cfg_attr(not(windows), allow(dead_code, reason = "there is nothing to look for"))]
fn octets(thumbprint: &str) -> Result<[u8; 20]> {
    let octet = |at: usize| u8::from_str_radix(thumbprint.get(2 * at..2 * at + 2)?, 16).ok();
    let octets: Option<Vec<u8>> = (0..20).map(octet).collect();
    let octets = octets.filter(|_| thumbprint.len() == 40).and_then(|octets| octets.try_into().ok());
    octets.ok_or_else(|| unusable(thumbprint, "it has not 40 hexadecimal digits"))
}

fn unusable(thumbprint: &str, why: &str) -> Error {
    let text = format!("the certificate with the thumbprint `{thumbprint}` cannot be used: {why}");
    Error::new(ErrorKind::InvalidArgument, text).remedy(
        "on Windows, import it with its key into the personal store of the account that the worker runs as, or into that of \
         the computer, and let that account read the key; or use -CertificateFile",
    )
}

#[cfg(windows)]
mod windows {
    use ring::digest::{SHA256, digest};
    use rustls_cng::cert::CertContext;
    use rustls_cng::key::{NCryptKey, SignaturePadding};
    use rustls_cng::store::{CertStore, CertStoreType};

    use super::*;

    /// A certificate, and its key.
    pub(crate) struct Stored {
        thumbprint: String,
        certificate: CertContext,
        key: NCryptKey,
    }

    impl Stored {
        /// Looks in the personal stores of the account and of the computer, in this order.
        pub(crate) fn find(thumbprint: &str) -> Result<Self> {
            let sought = octets(thumbprint)?;
            let in_store = |place| CertStore::open(place, "My").and_then(|store| store.find_by_sha1(sought));
            let found = [CertStoreType::CurrentUser, CertStoreType::LocalMachine]
                .into_iter()
                .flat_map(|place| in_store(place).unwrap_or_default());
            let mut why = "it is in no personal store".to_owned();
            for certificate in found {
                match certificate.acquire_key(true) {
                    Ok(key) => return Ok(Self { thumbprint: thumbprint.to_owned(), certificate, key }),
                    Err(error) => why = format!("its key cannot be used: {error}"),
                }
            }
            Err(unusable(thumbprint, &why))
        }

        /// The certificate: DER.
        pub(crate) fn der(&self) -> &[u8] {
            self.certificate.as_der()
        }

        /// Signs with RSASSA-PSS and SHA-256.
        pub(crate) fn sign(&self, input: &[u8]) -> Result<Vec<u8>> {
            let signed = self.key.sign(digest(&SHA256, input).as_ref(), SignaturePadding::Pss);
            signed.map_err(|error| unusable(&self.thumbprint, &format!("its key does not sign: {error}")))
        }
    }
}

/// There are none elsewhere.
#[cfg(not(windows))]
pub(crate) enum Stored {}

#[cfg(not(windows))]
impl Stored {
    pub(crate) fn find(thumbprint: &str) -> Result<Self> {
        Err(unusable(thumbprint, "this machine has no certificate store of Windows"))
    }

    pub(crate) fn der(&self) -> &[u8] {
        match *self {}
    }

    pub(crate) fn sign(&self, _input: &[u8]) -> Result<Vec<u8>> {
        match *self {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumbprint_has_forty_hexadecimal_digits() {
        assert_eq!(octets("00ff10AB00000000000000000000000000000001").unwrap()[..4], [0, 255, 16, 171]);
        for wrong in
            ["", "00ff", "00ff10AB0000000000000000000000000000000g", "äöü0000000000000000000000000000000001"]
        {
            assert_eq!(octets(wrong).unwrap_err().kind, ErrorKind::InvalidArgument, "{wrong}");
        }
    }
}
