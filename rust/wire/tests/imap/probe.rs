//! The connection test: what it finds out, and what it says about the first failure.

use model::{ErrorKind, Security};
use testkit::script::ScriptServer;
use wire::{CertificatePolicy, probe};

use crate::support::{login, options, serve};
use crate::tls::serve_tls;

#[tokio::test]
async fn a_closed_port_names_port_and_firewall() {
    let server = ScriptServer::start([]).await.unwrap();
    let options = options(&server, Security::None);
    server.finish().await.unwrap();
    let report = probe(&options, None).await;
    let error = report.error.unwrap();
    assert_eq!(error.kind, ErrorKind::ConnectFailed);
    assert!(error.message.contains("refused"), "{error}");
    assert!(error.remedy.unwrap().contains("firewall"));
    assert_eq!(report.addresses.len(), 1);
}

#[tokio::test]
async fn a_name_that_does_not_resolve_says_so() {
    let server = ScriptServer::start([]).await.unwrap();
    let mut options = options(&server, Security::None);
    options.host = "no-such-host.invalid".to_owned();
    assert_eq!(probe(&options, None).await.error.unwrap().kind, ErrorKind::DnsFailed);
}

#[tokio::test]
async fn a_probe_tells_everything_that_it_saw() {
    let transcript = r#"
        S: <TLS>
        S: * OK ready
        C: A1 CAPABILITY
        S: * CAPABILITY IMAP4rev1 AUTH=PLAIN
        S: A1 OK done
        C: A2 AUTHENTICATE PLAIN
        S: +
        C: *
        S: A2 OK [CAPABILITY IMAP4rev1 ID NAMESPACE] in
        C: A3 ID *
        S: * ID ("name" "Scripted" "version" NIL)
        S: A3 OK done
        C: A4 NAMESPACE
        S: * NAMESPACE (("INBOX." ".")) NIL NIL
        S: A4 OK done
        C: A5 LOGOUT
        S: * BYE bye
        S: A5 OK done"#;
    let (server, file) = serve_tls(transcript).await;
    let mut options = options(&server, Security::Ssl);
    options.certificates =
        CertificatePolicy::Authorities { file: Some(file.path().to_owned()), folders: Vec::new() };
    let report = probe(&options, Some(&login("alice", "secret"))).await;
    server.finish().await.unwrap();
    assert_eq!(report.error, None);
    assert_eq!(report.tls.unwrap().version, "TLSv1_3");
    let certificate = report.certificate.unwrap();
    assert_eq!(certificate.thumbprint.len(), 64);
    assert!(certificate.not_after > certificate.not_before);
    assert!(certificate.subject.contains("rcgen"), "{certificate}");
    assert_eq!(report.greeting.as_deref(), Some("* OK ready"));
    assert_eq!(report.capabilities_before_login.unwrap().mechanisms().collect::<Vec<_>>(), ["PLAIN"]);
    assert!(report.capabilities_after_login.unwrap().id());
    assert_eq!(report.id.unwrap(), [("name".to_owned(), "Scripted".to_owned())]);
    assert_eq!(report.namespace.unwrap().personal[0].delimiter, Some(b'.'));
    assert!(report.tcp_latency.is_some());
}

#[tokio::test]
async fn a_probe_without_login_hangs_up_politely() {
    let transcript = r#"
        S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready
        C: A1 LOGOUT
        S: * BYE bye
        S: A1 OK done"#;
    let server = serve(transcript).await;
    let report = probe(&options(&server, Security::None), None).await;
    server.finish().await.unwrap();
    assert_eq!(report.error, None);
    assert!(report.capabilities_before_login.unwrap().auth_plain());
    assert!(report.capabilities_after_login.is_none());
}
