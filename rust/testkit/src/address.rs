//! Where a test server listens, in the form that the testbed prints and tests connect to.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;

use serde::Serialize;

/// How a client reaches a test server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Address {
    /// Always the loopback address, in digits.
    pub host: String,
    /// The port of plain IMAP with STARTTLS.
    pub port: u16,
    /// The port of IMAP over TLS from the first byte on.
    pub tls_port: u16,
    /// The server's certificate as a PEM file; it is its own authority.
    pub certificate: PathBuf,
}

impl Address {
    /// Two free ports on the loopback address, and the certificate of the server that will listen there.
    pub(crate) fn reserve(certificate: PathBuf) -> io::Result<Self> {
        // Both are held until both are known, so that they differ.
        let listeners =
            [TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?, TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?];
        let [port, tls_port] = listeners.map(|listener| listener.local_addr().map(|address| address.port()));
        Ok(Self { host: Ipv4Addr::LOCALHOST.to_string(), port: port?, tls_port: tls_port?, certificate })
    }
}
