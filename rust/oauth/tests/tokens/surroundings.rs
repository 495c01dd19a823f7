//! Proxies and authorities, named by the environment.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::Command;
use std::sync::Arc;
use std::thread::JoinHandle;

use model::ErrorKind::{self, *};
use model::oauth::OAuth;
use oauth::Credential;
use serde_json::json;
use testkit::sample::{self, Sample};

use crate::support::{Memory, credential, net};
use crate::unreachable::{application, fails};

/// A proxy that lets nobody through, and says where to the first one wanted.
fn proxy() -> (String, JoinHandle<String>) {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    let heard = std::thread::spawn(move || {
        let mut stream = BufReader::new(proxy.accept().unwrap().0);
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        stream.get_mut().write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").unwrap();
        line
    });
    (address, heard)
}

const REMOTE: &str = "https://login.example.invalid";
const WANTED: &str = "CONNECT login.example.invalid:443 HTTP/1.1\r\n";

#[test]
fn the_proxy_of_the_environment_is_used_but_not_for_this_machine() {
    let (address, heard) = proxy();
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "surroundings::behind_a_proxy", "--ignored"])
        .envs([("HTTPS_PROXY", &address), ("HTTP_PROXY", &address), ("ALL_PROXY", &address)])
        .env_remove("NO_PROXY")
        .output()
        .unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
    assert_eq!(heard.join().unwrap(), WANTED);
}

#[tokio::test]
#[ignore = "the test of proxies runs it with proxies in its environment"]
async fn behind_a_proxy() {
    let (_tokens, oauth) = application();
    assert!(credential(oauth.clone()).0.token("a").await.is_ok());
    let remote = OAuth { authority: Some(REMOTE.to_owned()), ..oauth };
    let message = fails(remote, ConnectFailed).await;
    assert!(message.contains("proxy"), "{message}");
}

/// Why an authority gives nothing to a host with this environment.
async fn failure_in(environment: serde_json::Value, authority: &str) -> ErrorKind {
    let (_tokens, oauth) = application();
    let oauth = OAuth { authority: Some(authority.to_owned()), ..oauth };
    let net = net().of_host(&serde_json::from_value(environment).unwrap());
    Credential::new(oauth, net, Arc::<Memory>::default()).token("a").await.unwrap_err().kind
}

#[tokio::test]
async fn the_proxy_that_a_host_names_is_used_and_none_where_it_has_none() {
    let (address, heard) = proxy();
    let named = json!({"HTTPS_PROXY": &address, "NO_PROXY": null, "no_proxy": null});
    assert_eq!(failure_in(named, REMOTE).await, ConnectFailed);
    assert_eq!(heard.join().unwrap(), WANTED);
    let excepted = json!({"HTTPS_PROXY": &address, "NO_PROXY": ".invalid"});
    assert_eq!(failure_in(excepted, REMOTE).await, DnsFailed);
    let wrong = json!({"HTTPS_PROXY": "http://user:s3cret@"});
    assert_eq!(failure_in(wrong, REMOTE).await, InvalidArgument);
}

#[tokio::test]
async fn the_authorities_that_a_host_names_are_trusted_and_no_others() {
    let sample = Sample::start(sample::Options::default()).unwrap();
    let address = sample.address();
    let authority = format!("https://localhost:{}", address.tls_port);
    let kind = failure_in(json!({"SSL_CERT_FILE": address.certificate}), &authority).await;
    assert!(
        matches!(kind, OauthAnswerInvalid | ConnectionLost),
        "it is a mail server, and trusted: {kind:?}"
    );
    assert_eq!(failure_in(json!({"SSL_CERT_FILE": null}), &authority).await, CertificateRejected);
    assert_eq!(failure_in(json!({"SSL_CERT_FILE": "/nowhere"}), &authority).await, InvalidArgument);
}
