//! Servers that are away, silent, or no authorization servers.

use std::io::{Read, Write};
use std::net::TcpListener;

use model::ErrorKind::{self, *};
use model::oauth::OAuth;
use testkit::sample::{self, Sample};
use testkit::tokens::{Fault, Options, Tokens};
use tokio::time::Instant;

use crate::support::{credential, entra, secret};

/// A server, and an application that has its tokens there.
pub(crate) fn application() -> (Tokens, OAuth) {
    let options = Options::default();
    let tokens = Tokens::spawn(options.clone()).unwrap();
    let oauth = entra(&tokens, &options, secret(&options.secret));
    (tokens, oauth)
}

/// Fails, and says so.
pub(crate) async fn fails(oauth: OAuth, kind: ErrorKind) -> String {
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

#[tokio::test]
async fn what_speaks_another_protocol_is_no_authorization_server() {
    let (_tokens, oauth) = application();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let authority = Some(format!("http://{}", other.local_addr().unwrap()));
    let serving = std::thread::spawn(move || {
        let mut stream = other.accept().unwrap().0;
        let _asked = stream.read(&mut [0; 4096]).unwrap();
        stream.write_all(b"500 what?\r\n").unwrap();
    });
    let message = fails(OAuth { authority, ..oauth }, OauthAnswerInvalid).await;
    assert!(message.contains("no HTTP"), "{message}");
    serving.join().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_silent_is_waited_for_half_a_minute() {
    let (tokens, oauth) = application();
    tokens.fail(Fault::Silence, 1);
    let started = Instant::now();
    fails(oauth, TimedOut).await;
    assert_eq!(started.elapsed().as_secs(), 30);
}
