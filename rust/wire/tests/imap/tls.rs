//! TLS and STARTTLS: whom we trust, and that nobody gets around it.

use std::sync::Arc;

use model::{ErrorKind, Security};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use testkit::script::{Script, ScriptServer};
use wire::{CertificatePolicy, Connection, probe};

use crate::support::{login, options, serve};

/// A certificate for `127.0.0.1`, its server's settings, and the PEM file that trusts it.
fn certificate() -> (Arc<ServerConfig>, tempfile::NamedTempFile) {
    let rcgen::CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), cert.pem()).unwrap();
    (Arc::new(config), file)
}

pub(crate) async fn serve_tls(transcript: &str) -> (ScriptServer, tempfile::NamedTempFile) {
    let (config, file) = certificate();
    let script = Script::parse(transcript).unwrap().with_tls(config);
    (ScriptServer::start([script]).await.unwrap(), file)
}

#[tokio::test]
async fn an_untrusted_certificate_is_rejected_and_shown() {
    let (server, _file) = serve_tls("S: <TLS>").await;
    let report = probe(&options(&server, Security::Ssl), None).await;
    let error = report.error.unwrap();
    assert_eq!(error.kind, ErrorKind::CertificateRejected);
    assert!(error.message.contains("rcgen"), "{error}");
    assert!(error.remedy.unwrap().contains("-AcceptUntrustedCertificates"));
    assert_eq!(report.certificate.unwrap().thumbprint.len(), 64);
    assert!(server.finish().await.is_err(), "the client turns away in the handshake");
}

#[tokio::test]
async fn a_certificate_of_another_name_is_rejected() {
    let (server, file) = serve_tls("S: <TLS>").await;
    let mut options = options(&server, Security::Ssl);
    options.host = "localhost".to_owned();
    options.certificates =
        CertificatePolicy::Authorities { file: Some(file.path().to_owned()), folders: Vec::new() };
    assert_eq!(probe(&options, None).await.error.unwrap().kind, ErrorKind::CertificateRejected);
    assert!(server.finish().await.is_err(), "the client turns away in the handshake");
}

#[tokio::test]
async fn any_certificate_is_accepted_on_request() {
    let transcript = "S: <TLS>\nS: * OK [CAPABILITY IMAP4rev1] hi\nC: A1 LOGOUT\nS: A1 OK bye";
    let (server, _file) = serve_tls(transcript).await;
    let mut options = options(&server, Security::Ssl);
    options.certificates = CertificatePolicy::AcceptAny;
    assert_eq!(probe(&options, None).await.error, None);
    server.finish().await.unwrap();
}

#[tokio::test]
async fn tls_on_a_plain_port_says_so() {
    let server = serve("S: * OK plain\nC: *").await;
    let error = probe(&options(&server, Security::Ssl), None).await.error.unwrap();
    assert_eq!(error.kind, ErrorKind::TlsFailed);
    assert!(error.message.contains("does not speak TLS on this port"), "{error}");
    assert!(error.remedy.unwrap().contains("143"));
}

#[tokio::test]
async fn a_file_without_certificates_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let server = serve("C: *").await;
    let mut options = options(&server, Security::Ssl);
    options.certificates =
        CertificatePolicy::Authorities { file: Some(file.path().to_owned()), folders: Vec::new() };
    assert_eq!(probe(&options, None).await.error.unwrap().kind, ErrorKind::InvalidArgument);
}

#[tokio::test]
async fn starttls_forgets_what_was_said_before() {
    let transcript = r#"
        S: * OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] ready
        C: A1 STARTTLS
        S: A1 OK begin
        S: <TLS>
        C: A2 CAPABILITY
        S: * CAPABILITY IMAP4rev1
        S: A2 OK done
        C: A3 LOGIN "alice" "secret"
        S: A3 OK [CAPABILITY IMAP4rev1] in"#;
    let (server, file) = serve_tls(transcript).await;
    let mut options = options(&server, Security::Tls);
    options.certificates =
        CertificatePolicy::Authorities { file: Some(file.path().to_owned()), folders: Vec::new() };
    Connection::open(&options, &login("alice", "secret")).await.unwrap();
    server.finish().await.unwrap();
}

async fn starttls_fails(transcript: &str) -> model::Error {
    let server = serve(transcript).await;
    let opened = Connection::open(&options(&server, Security::Tls), &login("alice", "secret")).await;
    server.finish().await.unwrap();
    opened.unwrap_err().into()
}

#[tokio::test]
async fn starttls_is_never_skipped() {
    let not_offered = "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready";
    assert_eq!(starttls_fails(not_offered).await.kind, ErrorKind::TlsFailed);
    let preauthenticated = "S: * PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] ready";
    assert_eq!(starttls_fails(preauthenticated).await.kind, ErrorKind::TlsFailed);
    let refused = "S: * OK [CAPABILITY STARTTLS] ready\nC: A1 STARTTLS\nS: A1 NO not now";
    assert_eq!(starttls_fails(refused).await.server.as_deref(), Some("NO not now"));
}

#[tokio::test]
async fn data_between_starttls_and_tls_is_an_injection() {
    let transcript =
        "S: * OK [CAPABILITY STARTTLS] ready\nC: A1 STARTTLS\nS: A1 OK begin\nS: * CAPABILITY AUTH=PLAIN";
    let error = starttls_fails(transcript).await;
    assert_eq!(error.kind, ErrorKind::ProtocolViolation);
}
