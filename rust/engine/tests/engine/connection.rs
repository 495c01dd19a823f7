//! Connection tests: each thing that can be wrong has a name of its own.

use std::io::Write;
use std::net::TcpListener;

use model::contract::{
    ConnectionTest, ConnectionTestView, EndpointChanges, EndpointQuery, Item, NewEndpoint, Operation,
};
use model::{Credentials, ErrorKind, ImapServer, Place, Secret, Security};
use testkit::PASSWORD;
use testkit::dovecot::Options;

use crate::common::lab::source;
use crate::common::{Lab, fresh_dovecot};

fn server(host: &str, port: u16, security: Security) -> ImapServer {
    ImapServer { remote_server: host.to_owned(), port, security, accept_untrusted_certificates: false }
}

fn test(lab: &Lab, server: ImapServer, password: Option<&str>) -> ConnectionTestView {
    let credentials =
        password.map(|password| Credentials { user_name: "ada".to_owned(), password: Secret::new(password) });
    let test = ConnectionTest { server: Some(server), endpoint: None, credentials, test_mailbox: None };
    match lab.ask(Operation::TestConnection(test)).unwrap().pop().unwrap() {
        Item::ConnectionTest(view) => *view,
        other => panic!("a test brought {other:?}"),
    }
}

fn failure(lab: &Lab, server: ImapServer) -> ErrorKind {
    let view = test(lab, server, None);
    assert!(!view.success && !view.message.is_empty());
    let error = view.error.unwrap();
    assert!(error.remedy.is_some(), "no remedy: {error}");
    error.kind
}

/// A port where somebody greets in this way, once.
fn greeter(greeting: &'static [u8]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        // Whoever called may have hung up already.
        let _gone = stream.write_all(greeting);
    });
    port
}

#[test]
fn what_is_wrong_without_a_server_is_told_apart() {
    let lab = Lab::unserved(None);
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    assert_eq!(failure(&lab, server("no-such-host.invalid", 993, Security::Ssl)), ErrorKind::DnsFailed);
    assert_eq!(failure(&lab, server("127.0.0.1", closed, Security::None)), ErrorKind::ConnectFailed);
    let web = greeter(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    assert_eq!(failure(&lab, server("127.0.0.1", web, Security::None)), ErrorKind::ProtocolViolation);
    let plain = greeter(b"* OK ready\r\n");
    assert_eq!(failure(&lab, server("127.0.0.1", plain, Security::Ssl)), ErrorKind::TlsFailed);
}

#[test]
fn a_real_server_tells_what_it_is_and_what_is_wrong_with_it() {
    let Some(dovecot) = fresh_dovecot(&Options::default()) else { return };
    let (host, lab) = (dovecot.address().host.clone(), Lab::unserved(None));
    let tls = server(&host, dovecot.address().tls_port, Security::Ssl);
    assert_eq!(failure(&lab, tls.clone()), ErrorKind::CertificateRejected);

    let tls = ImapServer { accept_untrusted_certificates: true, ..tls };
    let view = test(&lab, tls.clone(), Some(PASSWORD));
    assert!(view.success && view.logged_in, "{view:?}");
    assert_eq!(view.tls_version.as_deref(), Some("TLSv1.3"));
    assert!(view.capabilities.iter().any(|capability| capability == "UIDPLUS"));
    let certificate = view.certificate.unwrap();
    assert!(certificate.not_after > certificate.not_before && certificate.thumbprint.len() == 64);
    assert!(view.greeting.unwrap().contains("OK") && view.latency_ms.is_some());

    let refused = test(&lab, tls, Some("wrong"));
    assert_eq!(refused.error.unwrap().kind, ErrorKind::AuthenticationFailed);
    assert!(!refused.success && !refused.logged_in);
}

/// What PowerShell sets there, the process itself never sees.
#[test]
fn authorities_that_the_hosts_environment_names_are_trusted() {
    let Some(dovecot) = fresh_dovecot(&Options::default()) else { return };
    let address = dovecot.address();
    let mut lab = Lab::unserved(None);
    let tls = server(&address.host, address.tls_port, Security::Ssl);
    let file = serde_json::to_string(&address.certificate).unwrap();
    lab.environment = serde_json::from_str(&format!(r#"{{"SSL_CERT_FILE": {file}}}"#)).unwrap();
    assert_eq!(test(&lab, tls.clone(), None).error, None);
    lab.environment =
        serde_json::from_str(r#"{"SSL_CERT_FILE": "/nowhere", "SSL_CERT_DIR": "/nowhere"}"#).unwrap();
    assert_eq!(failure(&lab, tls), ErrorKind::InvalidArgument);
}

#[test]
fn an_endpoint_that_cannot_be_reached_is_not_made_and_not_changed() {
    let Some(dovecot) = fresh_dovecot(&Options::default()) else { return };
    let lab = Lab::unserved(None);
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let endpoint = |port| NewEndpoint {
        skip_verification: false,
        ..source(Place::Imap(server("127.0.0.1", port, Security::None)))
    };
    let error = lab.ask(Operation::NewEndpoint(Box::new(endpoint(closed)))).unwrap_err();
    assert_eq!((error.kind, error.object.as_deref()), (ErrorKind::ConnectFailed, Some("source")));
    assert_eq!(lab.ask(Operation::GetEndpoints(EndpointQuery::default())).unwrap(), []);

    lab.ask(Operation::NewEndpoint(Box::new(endpoint(dovecot.address().port)))).unwrap();
    let change =
        EndpointChanges { identity: "source".to_owned(), port: Some(closed), ..EndpointChanges::default() };
    assert_eq!(lab.ask(Operation::SetEndpoint(Box::new(change))).unwrap_err().kind, ErrorKind::ConnectFailed);
    let found = lab.ask(Operation::GetEndpoints(EndpointQuery::default())).unwrap();
    let [Item::Endpoint(view)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(view.port, Some(dovecot.address().port));
}
