//! Connection tests: of a server, of an endpoint, before an endpoint is made.

use std::fs;
use std::path::Path;

use model::contract::{CertificateView, ConnectionTest, ConnectionTestView, Item};
use model::{AdminLoginFormat, Credentials, Endpoint, Error, ErrorKind, ImapServer, Place, Result};
use wire::{Login, ProbeReport, Proof, probe};

use super::context::{Context, Reply};
use crate::base::blocking::blocking;
use crate::base::world::World;
use crate::net::session;

pub(super) async fn test(context: Context, args: ConnectionTest) -> Result<Reply> {
    let (place, credentials, endpoint) = match (args.server, args.endpoint) {
        (Some(server), None) => {
            server.check()?;
            (Place::Imap(server), args.credentials, None)
        }
        (None, Some(identity)) => {
            let endpoint = context.store.endpoint(&identity)?;
            let credentials = args.credentials.or_else(|| own_credentials(&endpoint));
            (endpoint.place, credentials, Some(endpoint.name.to_string()))
        }
        _ => {
            return Err(Error::new(
                ErrorKind::InvalidRequest,
                "a connection test names a server or an endpoint",
            ));
        }
    };
    if context.dry_run {
        return Ok(Reply::none());
    }
    let mut view = examine(&context.world, &place, credentials).await?;
    view.endpoint = endpoint;
    Ok(Reply::items([Item::ConnectionTest(Box::new(view))]))
}

/// Fails as the test of an endpoint fails: what cannot be reached is not made (spec 1.1).
pub(super) async fn verify(world: &World, endpoint: &Endpoint) -> Result<()> {
    let view = examine(world, &endpoint.place, own_credentials(endpoint)).await?;
    match view.error {
        None => Ok(()),
        Some(error) => Err(Error { object: Some(endpoint.name.to_string()), ..error }),
    }
}

/// The administrator's own login proves the credentials, where the form of the login is the administrator's own.
fn own_credentials(endpoint: &Endpoint) -> Option<Credentials> {
    use AdminLoginFormat as Format;
    let is_own = matches!(endpoint.admin_login_format, Format::None | Format::ProxyAuth | Format::UserRoot);
    endpoint.credentials.clone().filter(|_| is_own)
}

async fn examine(
    world: &World,
    place: &Place,
    credentials: Option<Credentials>,
) -> Result<ConnectionTestView> {
    match place {
        Place::Imap(server) => {
            let login = credentials.map(|c| Login {
                authentication_user: c.user_name,
                impersonation: None,
                proof: Proof::Password(c.password),
            });
            let report = probe(&session::options(world, server), login.as_ref()).await;
            Ok(of_server(server, report, login.is_some()))
        }
        Place::Maildir { path } => {
            let path = path.clone();
            blocking(move || Ok(of_maildir(path))).await
        }
    }
}

fn of_server(server: &ImapServer, report: ProbeReport, login_asked: bool) -> ConnectionTestView {
    let address = format!("{}:{}", server.remote_server, server.port);
    let message = match &report.error {
        Some(error) => error.to_string(),
        None if login_asked => format!("connected to {address} and logged in"),
        None => format!("connected to {address}"),
    };
    let tls = report.tls.as_ref();
    let capabilities =
        report.capabilities_after_login.or(report.capabilities_before_login).unwrap_or_default();
    let personal = report.namespace.as_ref().and_then(|namespace| namespace.personal.first());
    ConnectionTestView {
        success: report.error.is_none(),
        message,
        logged_in: login_asked && report.error.is_none(),
        error: report.error,
        remote_server: Some(server.remote_server.clone()),
        port: Some(server.port),
        security: Some(server.security),
        addresses: report.addresses.iter().map(ToString::to_string).collect(),
        latency_ms: report.tcp_latency.map(|t| t.as_secs_f64() * 1000.0),
        tls_version: tls.map(|t| t.version.replace('_', ".")),
        cipher_suite: tls.map(|t| t.cipher_suite.clone()),
        certificate: report.certificate.map(certificate),
        greeting: report.greeting,
        auth_mechanisms: capabilities.mechanisms().map(str::to_owned).collect(),
        capabilities: capabilities.iter().map(str::to_owned).collect(),
        server_software: report.id.as_deref().and_then(software),
        namespace_prefix: personal.map(|entry| entry.prefix.to_text()),
        delimiter: personal.and_then(|entry| entry.delimiter).map(|c| char::from(c).to_string()),
        ..ConnectionTestView::default()
    }
}

fn certificate(found: wire::Certificate) -> CertificateView {
    CertificateView {
        subject: found.subject,
        issuer: found.issuer,
        not_before: found.not_before,
        not_after: found.not_after,
        thumbprint: found.thumbprint,
    }
}

/// Name and version of what ID answered (RFC 2971 §3.3).
fn software(id: &[(String, String)]) -> Option<String> {
    let value = |key: &str| {
        id.iter().find(|(found, _)| found.eq_ignore_ascii_case(key)).map(|(_, value)| value.as_str())
    };
    let words: Vec<&str> = [value("name"), value("version")].into_iter().flatten().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// A Maildir endpoint is good when its folder is there, or can be made, and can be written to.
fn of_maildir(path: String) -> ConnectionTestView {
    let error = try_folder(Path::new(&path)).err().map(|e| {
        Error::new(ErrorKind::PermissionDenied, format!("cannot write to the folder `{path}`"))
            .server(e.to_string())
            .object(path.clone())
            .remedy("give the account that runs the worker the right to write there, or name another folder")
    });
    ConnectionTestView {
        success: error.is_none(),
        message: error
            .as_ref()
            .map_or_else(|| format!("the folder `{path}` can be written to"), ToString::to_string),
        error,
        path: Some(path),
        ..ConnectionTestView::default()
    }
}

fn try_folder(path: &Path) -> std::io::Result<()> {
    fs::create_dir_all(path)?;
    let trial = path.join(".imap-migration-test");
    fs::write(&trial, b"")?;
    fs::remove_file(&trial)
}
