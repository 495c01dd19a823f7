//! Why there was no answer: the same kinds of error as those of connections to mail servers.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use model::{Error, ErrorKind};
use rustls::Error as TlsError;

use crate::net::host;

/// A name that does not resolve. It travels inside the HTTP library's error.
#[derive(Debug, thiserror::Error)]
#[error("the host name `{host}` does not resolve: {reason}")]
pub(crate) struct NoSuchHost {
    pub(crate) host: String,
    pub(crate) reason: io::Error,
}

/// Nothing can be asked.
pub(crate) fn setup_error(error: &dyn fmt::Display) -> Error {
    Error::new(ErrorKind::TlsFailed, format!("cannot set up TLS: {error}"))
}

/// What a failed request comes to. Nothing of the request is told but the host.
pub(crate) fn fault(url: &str, error: &reqwest::Error) -> Error {
    let host = host(url);
    let (kind, text, remedy) = reason(host, error);
    Error::new(kind, text).remedy(remedy).object(host)
}

fn reason(host: &str, error: &reqwest::Error) -> (ErrorKind, String, &'static str) {
    let server = format!("the authorization server `{host}`");
    if let Some(missing) = find::<NoSuchHost>(error) {
        return (ErrorKind::DnsFailed, format!("{server} is not found: {missing}"), SPELLING);
    }
    match find::<TlsError>(error) {
        Some(TlsError::InvalidCertificate(reason)) => {
            let text = format!("the certificate of {server} is not trusted: {reason}");
            return (ErrorKind::CertificateRejected, text, TRUST);
        }
        Some(tls) => return (ErrorKind::TlsFailed, format!("{server}: TLS failed: {tls}"), PROXY),
        None => {}
    }
    if find::<hyper::Error>(error).is_some_and(hyper::Error::is_parse) {
        let text = format!("`{host}` does not answer as an authorization server: it speaks no HTTP");
        return (ErrorKind::OauthAnswerInvalid, text, "check -Authority, its port too");
    }
    if error.is_timeout() {
        return (ErrorKind::TimedOut, format!("{server} did not answer in time"), PROXY);
    }
    let detail = root(error);
    if error.is_connect() {
        return (ErrorKind::ConnectFailed, format!("{server} cannot be reached: {detail}"), PROXY);
    }
    (ErrorKind::ConnectionLost, format!("{server} broke off its answer: {detail}"), PROXY)
}

const SPELLING: &str = "check -Authority and -Cloud, and the DNS of this machine; where this machine reaches the Internet by a \
    proxy, set HTTPS_PROXY";
const TRUST: &str = "where a proxy looks into TLS, import its root certificate as a trusted root on this machine; else set this \
    machine's clock right";
const PROXY: &str =
    "see that this machine may reach that server by HTTPS; where it does by a proxy, set HTTPS_PROXY";

/// The first of its sources that is a `T`; those of I/O name the sources of what they hold, and not that itself.
fn find<'e, T: StdError + 'static>(error: &'e (dyn StdError + 'static)) -> Option<&'e T> {
    if let Some(found) = error.downcast_ref() {
        return Some(found);
    }
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(held) => find(held),
        None => find(error.source()?),
    }
}

/// The innermost reason: what is around it names the address, and that may hold more than the host.
fn root(error: &reqwest::Error) -> String {
    let mut last: &dyn StdError = error;
    let mut depth = 0;
    while let Some(source) = last.source() {
        (last, depth) = (source, depth + 1);
    }
    if depth == 0 { "the request failed".to_owned() } else { last.to_string() }
}
