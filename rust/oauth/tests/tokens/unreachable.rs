//! Servers that are away, silent, or no authorization servers.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::Command;

use model::ErrorKind::{self, *};
use model::oauth::OAuth;
use testkit::sample::{self, Sample};
use testkit::tokens::{Fault, Options, Tokens};
use tokio::time::Instant;

use crate::support::{credential, entra, secret};

fn application() -> (Tokens, OAuth) {
    let options = Options::default();
    let tokens = Tokens::spawn(options.clone()).unwrap();
    let oauth = entra(&tokens, &options, secret(&options.secret));
    (tokens, oauth)
}

async fn fails(oauth: OAuth, kind: ErrorKind) -> String {
    let error = credential(oauth).0.token("a").await.unwrap_err();
    assert_eq!(error.kind, kind, "{error}");
    error.message
}

#[tokio::test]
async fn why_a_server_is_not_reached_is_told_as_for_mail_servers() {
    let (_tokens, oauth) = application();
    let at = |authority: &str| OAuth { authority: Some(authority.to_owned()), ..oauth.clone() };
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let sample = Sample::start(sample::Options::default()).unwrap();
    let untrusted = format!("https://localhost:{}", sample.address().tls_port);
    let plain = format!("https://localhost:{}", sample.address().port);
    for (authority, kind, named) in [
        ("https://nowhere.invalid", DnsFailed, "nowhere.invalid"),
        (&format!("http://{free}"), ConnectFailed, "127.0.0.1"),
        (&untrusted, CertificateRejected, "localhost"),
        (&plain, TlsFailed, "localhost"),
    ] {
        let message = fails(at(authority), kind).await;
        assert!(message.contains("the authorization server `") && message.contains(named), "{message}");
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_none() {
    let (tokens, oauth) = application();
    for fault in [Fault::Half, Fault::Cut] {
        tokens.fail(fault, 1);
        fails(oauth.clone(), ConnectionLost).await;
    }
}

#[tokio::test]
async fn what_answers_with_something_else_is_no_authorization_server() {
    let (tokens, oauth) = application();
    let large = format!(r#"{{"access_token":"{}"}}"#, "t".repeat(100_000));
    for fault in
        [Fault::Page(200), Fault::Page(302), Fault::Page(404), Fault::Body(String::new()), Fault::Body(large)]
    {
        tokens.fail(fault, 1);
        fails(oauth.clone(), OauthAnswerInvalid).await;
    }
    assert_eq!(tokens.count("client_credentials"), 5, "nothing of that is asked for again");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_silent_is_waited_for_half_a_minute() {
    let (tokens, oauth) = application();
    tokens.fail(Fault::Silence, 1);
    let started = Instant::now();
    fails(oauth, TimedOut).await;
    assert_eq!(started.elapsed().as_secs(), 30);
}

#[test]
fn the_proxy_of_the_environment_is_used_but_not_for_this_machine() {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    let heard = std::thread::spawn(move || {
        let mut stream = BufReader::new(proxy.accept().unwrap().0);
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        stream.get_mut().write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").unwrap();
        line
    });
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "unreachable::behind_a_proxy", "--ignored"])
        .envs([("HTTPS_PROXY", &address), ("HTTP_PROXY", &address), ("ALL_PROXY", &address)])
        .env_remove("NO_PROXY")
        .output()
        .unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
    assert_eq!(heard.join().unwrap(), "CONNECT login.example.invalid:443 HTTP/1.1\r\n");
}

#[tokio::test]
#[ignore = "the test of proxies runs it with proxies in its environment"]
async fn behind_a_proxy() {
    let (_tokens, oauth) = application();
    assert!(credential(oauth.clone()).0.token("a").await.is_ok());
    let remote = OAuth { authority: Some("https://login.example.invalid".to_owned()), ..oauth };
    let message = fails(remote, ConnectFailed).await;
    assert!(message.contains("proxy"), "{message}");
}
