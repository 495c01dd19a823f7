//! People who sign in, and those who do not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use model::oauth::{OAuth, SignIn};
use model::{ErrorKind, Result, Secret};
use oauth::{Net, Prompt, sign_in};
use reqwest::{Client, StatusCode, redirect};
use testkit::tokens::{Fault, Options, Tokens};
use tokio::time::Instant;

use crate::support::{entra, google, net, person};

fn server(how: SignIn) -> (Tokens, OAuth) {
    let options = Options { secret: String::new(), ..Options::default() };
    let tokens = Tokens::spawn(options.clone()).unwrap();
    let oauth = entra(&tokens, &options, person(how, &Secret::default()));
    (tokens, oauth)
}

/// A browser that follows where it is sent, `localhost` by IPv4.
fn browser() -> Client {
    follows(redirect::Policy::default())
}

fn follows(policy: redirect::Policy) -> Client {
    // The HTTP library wants to know who encrypts, though nothing is encrypted. All tests that come second are told so.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let localhost = ([127, 0, 0, 1], 0).into();
    Client::builder().no_proxy().resolve("localhost", localhost).redirect(policy).build().unwrap()
}

/// Signs in with a browser that opens what it is told to.
pub(crate) async fn signed_in(oauth: &OAuth, net: &Net) -> Result<(Secret, Secret)> {
    let open = |prompt: Prompt| {
        tokio::spawn(async move { browser().get(prompt.url).send().await });
    };
    sign_in(oauth, net, &open).await
}

#[tokio::test]
async fn a_person_signs_in_by_a_browser_of_this_machine() {
    let (tokens, oauth) = server(SignIn::Browser);
    let (refresh, access) = signed_in(&oauth, &net()).await.unwrap();
    assert!(tokens.is_good(access.declassify(), "ann@contoso.example"));
    assert!(tokens.secrets().contains(&refresh.declassify().to_owned()));
    let google = OAuth { provider: model::oauth::Provider::Google, ..oauth };
    let (_, access) = signed_in(&google, &net()).await.unwrap();
    assert!(tokens.is_good(access.declassify(), "ann@contoso.example"));
}

#[tokio::test]
async fn the_address_to_open_says_what_the_provider_wants() {
    let (tokens, oauth) = server(SignIn::Browser);
    let options = Options::default();
    let google = google(&tokens, &options, oauth.grant.clone());
    for (oauth, wanted) in [
        (
            &oauth,
            [
                "scope=https%3A%2F%2Foutlook.office.com%2FIMAP.AccessAsUser.All+offline_access",
                "http%3A%2F%2Flocalhost%3A",
            ],
        ),
        (&google, ["access_type=offline&prompt=consent", "http%3A%2F%2F127.0.0.1%3A"]),
    ] {
        let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
        let prompt = move |prompt: Prompt| told.send(prompt).unwrap();
        let net = Net::default();
        tokio::select! {
            _ = sign_in(oauth, &net, &prompt) => panic!("nobody has come back"),
            prompt = heard.recv() => {
                let prompt = prompt.unwrap();
                assert!(wanted.iter().all(|part| prompt.url.contains(part)), "{}", prompt.url);
                assert!(prompt.message.contains(&prompt.url) && prompt.code.is_none());
            }
        }
    }
}

#[tokio::test]
async fn who_comes_back_with_another_state_is_sent_away_and_the_sign_in_goes_on() {
    let (_tokens, oauth) = server(SignIn::Browser);
    let refused = Arc::new(AtomicUsize::new(0));
    let count = refused.clone();
    let open = move |prompt: Prompt| {
        let count = count.clone();
        tokio::spawn(async move {
            let port = prompt.url.split("localhost%3A").nth(1).unwrap().split('&').next().unwrap().to_owned();
            for query in ["?code=stolen&state=another", "?code=stolen", "", "?error=access_denied&state=x"] {
                let answer = browser().get(format!("http://127.0.0.1:{port}/{query}")).send().await.unwrap();
                let is_refused = answer.status() == StatusCode::BAD_REQUEST;
                count.fetch_add(usize::from(is_refused), Ordering::Relaxed);
            }
            // One that opens a connection and asks nothing is not waited for.
            let idle = tokio::net::TcpStream::connect(format!("127.0.0.1:{port}")).await.unwrap();
            let page = browser().get(prompt.url).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("You are signed in"), "{page}");
            drop(idle);
        });
    };
    assert!(sign_in(&oauth, &net(), &open).await.is_ok());
    assert_eq!(refused.load(Ordering::Relaxed), 4);
}

#[tokio::test]
async fn a_code_without_its_proof_is_worth_nothing() {
    let (tokens, oauth) = server(SignIn::Browser);
    let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let prompt = move |prompt: Prompt| told.send(prompt.url).unwrap();
    let other = tokio::spawn(async move {
        let thief = follows(redirect::Policy::none());
        let url: String = heard.recv().await.unwrap();
        thief.get(url).send().await.unwrap().headers()["location"].to_str().unwrap().to_owned()
    });
    let net = net();
    tokio::select! {
        _ = sign_in(&oauth, &net, &prompt) => panic!("the browser did not come back"),
        stolen = other => {
            let stolen = stolen.unwrap();
            let code = stolen.split("code=").nth(1).unwrap().split('&').next().unwrap();
            let form = [
                ("grant_type", "authorization_code"), ("code", code),
                ("client_id", oauth.application_id.as_deref().unwrap()),
                ("code_verifier", "0123456789012345678901234567890123456789012"),
            ];
            let url = format!("{}/contoso.example/oauth2/v2.0/token", tokens.authority());
            assert_eq!(browser().post(url).form(&form).send().await.unwrap().status(), 400);
        }
    }
}

#[tokio::test]
async fn a_person_who_refuses_ends_the_sign_in() {
    let (tokens, oauth) = server(SignIn::Browser);
    tokens.fail(Fault::Refuse("access_denied", 65004), 1);
    let error = signed_in(&oauth, &net()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::OauthSignInUnfinished);
    assert!(error.server.unwrap().contains("33cc44dd-correlation"));
    tokens.fail(Fault::Refuse("invalid_client", 650056), 1);
    assert_eq!(signed_in(&oauth, &net()).await.unwrap_err().kind, ErrorKind::OauthConsentMissing);
}

#[tokio::test(start_paused = true)]
async fn a_browser_that_never_comes_back_is_waited_for_a_quarter_of_an_hour() {
    let (_tokens, oauth) = server(SignIn::Browser);
    let started = Instant::now();
    let error = sign_in(&oauth, &net(), &|_| {}).await.unwrap_err();
    assert_eq!((error.kind, started.elapsed().as_secs()), (ErrorKind::OauthSignInUnfinished, 900));
}

#[tokio::test(start_paused = true)]
async fn a_person_signs_in_by_another_device() {
    let (tokens, oauth) = server(SignIn::DeviceCode);
    let person = tokens.clone();
    let prompt = move |prompt: Prompt| {
        assert_eq!(prompt.code.as_deref(), Some("ABCD-EFGH"));
        assert!(prompt.url.ends_with("/devicelogin") && prompt.message.contains("ABCD-EFGH"));
        let person = person.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(32)).await;
            person.answer_device(true);
        });
    };
    let (_, access) = sign_in(&oauth, &net(), &prompt).await.unwrap();
    assert!(tokens.is_good(access.declassify(), "ann@contoso.example"));
    assert_eq!(tokens.count(DEVICE), 7, "each 5 s");
}

const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

#[tokio::test(start_paused = true)]
async fn a_device_that_is_told_to_slow_down_does_and_bears_a_server_that_is_away() {
    let (tokens, oauth) = server(SignIn::DeviceCode);
    let prompt = |_| {
        tokens.fail(Fault::Refuse("slow_down", 0), 1);
        tokens.fail(Fault::Cut, 1);
        tokens.answer_device(true);
    };
    let started = Instant::now();
    assert!(sign_in(&oauth, &net(), &prompt).await.is_ok());
    assert_eq!(started.elapsed().as_secs(), 5 + 10 + 15);
}

#[tokio::test(start_paused = true)]
async fn a_code_for_a_device_runs_out_or_is_refused() {
    let (tokens, oauth) = server(SignIn::DeviceCode);
    let started = Instant::now();
    let error = sign_in(&oauth, &net(), &|_| {}).await.unwrap_err();
    assert_eq!((error.kind, started.elapsed().as_secs()), (ErrorKind::OauthSignInUnfinished, 900));
    let error = sign_in(&oauth, &net(), &|_| tokens.answer_device(false)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::OauthSignInUnfinished);
    assert!(error.message.contains("refused"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_code_for_a_device_is_not_asked_about_longer_than_it_is_good_whatever_the_server_says_then() {
    let (tokens, oauth) = server(SignIn::DeviceCode);
    let answer = r#"{"device_code":"d","user_code":"u","verification_url":"https://google.com/device","expires_in":19}"#;
    tokens.fail(Fault::Body(answer.to_owned()), 1);
    tokens.fail(Fault::Refuse("authorization_pending", 70016), 100);
    let started = Instant::now();
    let prompted = |prompt: Prompt| assert!(prompt.message.contains("https://google.com/device"));
    let error = sign_in(&oauth, &net(), &prompted).await.unwrap_err();
    assert_eq!((error.kind, started.elapsed().as_secs()), (ErrorKind::OauthSignInUnfinished, 20));
    assert_eq!(tokens.count(DEVICE), 3);
}

#[tokio::test]
async fn an_address_that_no_browser_should_open_is_not_shown() {
    let (tokens, oauth) = server(SignIn::DeviceCode);
    let answer =
        r#"{"device_code":"d","user_code":"u","verification_uri":"file:///etc/passwd","expires_in":9}"#;
    tokens.fail(Fault::Body(answer.to_owned()), 1);
    let error = sign_in(&oauth, &net(), &|prompt| panic!("{prompt:?}")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::OauthAnswerInvalid);
}
