//! What a connection test found out, as it is shown. Pure.

use model::ImapServer;
use model::contract::{CertificateView, ConnectionTestView};
use wire::ProbeReport;

pub(super) fn of_server(server: &ImapServer, report: ProbeReport, login_asked: bool) -> ConnectionTestView {
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

pub(super) fn certificate(found: wire::Certificate) -> CertificateView {
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
