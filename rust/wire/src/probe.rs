//! The connection test: everything that opening a connection teaches, stage by stage, up to the first failure.

use std::net::IpAddr;
use std::time::Duration;

use crate::capabilities::Capabilities;
use crate::certificate::Certificate;
use crate::commands::namespace::Namespace;
use crate::connection::Connection;
use crate::error::Result;
use crate::open::open_guarded;
use crate::options::{Login, Options};

/// What a connection test found out. Later fields are empty where an earlier stage failed.
#[derive(Debug, Clone, Default)]
pub struct ProbeReport {
    /// What the host name resolves to.
    pub addresses: Vec<IpAddr>,
    /// How long the TCP connection took.
    pub tcp_latency: Option<Duration>,
    /// How TLS was agreed on.
    pub tls: Option<TlsFacts>,
    /// The server's certificate; also one that was rejected.
    pub certificate: Option<Certificate>,
    /// The server's first line.
    pub greeting: Option<String>,
    /// What the server offered before login, after TLS where there is TLS.
    pub capabilities_before_login: Option<Capabilities>,
    /// What the server offers after login.
    pub capabilities_after_login: Option<Capabilities>,
    /// What the server says about itself (RFC 2971).
    pub id: Option<Vec<(String, String)>>,
    /// Where mailboxes live.
    pub namespace: Option<Namespace>,
    /// Why the first stage that failed did.
    pub error: Option<model::Error>,
}

/// How TLS was agreed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFacts {
    /// The version, such as `TLSv1_3`.
    pub version: String,
    /// The cipher suite.
    pub cipher_suite: String,
    /// Whether the server asked for a certificate of ours, which we have not.
    pub client_certificate_wanted: bool,
}

/// Opens a connection, logs in where a login is given, looks around and hangs up.
pub async fn probe(options: &Options, login: Option<&Login>) -> ProbeReport {
    let (mut report, connection) = open_guarded(options, login).await;
    let outcome = match connection {
        Ok(Some(connection)) => look_around(connection, &mut report).await,
        Ok(None) => Ok(()),
        Err(error) => Err(error),
    };
    report.error = outcome.err().map(model::Error::from);
    report
}

async fn look_around(mut connection: Connection, report: &mut ProbeReport) -> Result<()> {
    if connection.capabilities().id() {
        report.id = unless_refused(connection.id().await.map(Some))?;
    }
    if connection.capabilities().namespace() {
        report.namespace = unless_refused(connection.namespace().await)?;
    }
    connection.logout().await
}

/// What a server offers and then refuses, mail does not need.
fn unless_refused<T>(told: Result<Option<T>>) -> Result<Option<T>> {
    told.or_else(|error| if error.refusal().is_some() { Ok(None) } else { Err(error) })
}
