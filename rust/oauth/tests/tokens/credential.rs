//! When a credential asks for a token, and when it has one.

use std::time::Duration;

use crate::support::{credential, entra, secret};
use model::ErrorKind;
use model::oauth::OAuth;
use oauth::Credential;
use testkit::tokens::{Fault, Options, Tokens};
use tokio::task::JoinSet;
use tokio::time::advance;

const GRANT: &str = "client_credentials";

fn application(options: &Options) -> (Tokens, OAuth) {
    let tokens = Tokens::spawn(options.clone()).unwrap();
    let oauth = entra(&tokens, options, secret(&options.secret));
    (tokens, oauth)
}

/// Asks 64 times at once, for as many mailboxes, with the same refused token if there is one.
async fn ask_at_once(
    credential: &Credential,
    stale: Option<&model::Secret>,
) -> Vec<model::Result<model::Secret>> {
    let mut asking = JoinSet::new();
    for number in 0..64 {
        let (credential, stale) = (credential.clone(), stale.cloned());
        asking.spawn(async move {
            let mailbox = format!("user{number}@contoso.example");
            match stale {
                Some(stale) => credential.refused(&mailbox, &stale).await,
                None => credential.token(&mailbox).await,
            }
        });
    }
    asking.join_all().await
}

#[tokio::test(start_paused = true)]
async fn however_many_ask_at_once_one_request_is_made() {
    let options = Options::default();
    let (tokens, oauth) = application(&options);
    let (credential, _) = credential(oauth);
    let first = credential.token("ann@contoso.example").await.unwrap();
    assert!(ask_at_once(&credential, None).await.iter().all(|token| token.as_ref() == Ok(&first)));
    assert_eq!(tokens.count(GRANT), 1);
    advance(Duration::from_secs(61)).await;
    tokens.expire();
    let renewed = ask_at_once(&credential, Some(&first)).await;
    let second = renewed[0].clone().unwrap();
    assert!(renewed.iter().all(|token| token.as_ref() == Ok(&second)) && second != first);
    assert!(tokens.is_good(second.declassify(), "ann@contoso.example"));
    assert_eq!(tokens.count(GRANT), 2);
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_shared_by_all_who_asked_meanwhile_and_by_nobody_later() {
    let (tokens, oauth) = application(&Options::default());
    let (credential, _) = credential(oauth);
    tokens.fail(Fault::Refuse("invalid_client", 7000222), 1);
    let asked = ask_at_once(&credential, None).await;
    let is_shared = |token: &model::Result<model::Secret>| {
        token.as_ref().is_err_and(|error| error.kind == ErrorKind::OauthSecretExpired)
    };
    assert!(asked.iter().all(is_shared), "{asked:?}");
    assert_eq!(tokens.count(GRANT), 1);
    assert!(credential.token("ann@contoso.example").await.is_ok(), "another time, another answer");
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_when_four_fifths_of_its_life_are_over() {
    let (tokens, oauth) = application(&Options { life: Duration::from_secs(100), ..Options::default() });
    let (credential, _) = credential(oauth);
    let first = credential.token("a@contoso.example").await.unwrap();
    advance(Duration::from_secs(79)).await;
    assert_eq!(credential.token("b@contoso.example").await.unwrap(), first);
    advance(Duration::from_secs(2)).await;
    let second = credential.token("a@contoso.example").await.unwrap();
    assert_ne!(second, first);
    assert_eq!(tokens.count(GRANT), 2);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_good_a_little_longer_will_do_where_no_other_is_given() {
    let (tokens, oauth) = application(&Options { life: Duration::from_secs(1000), ..Options::default() });
    for fault in [Fault::Cut, Fault::Refuse("invalid_client", 7000222)] {
        let (credential, _) = credential(oauth.clone());
        let first = credential.token("a").await.unwrap();
        advance(Duration::from_secs(801)).await;
        tokens.fail(fault.clone(), 1);
        assert_eq!(credential.token("a").await.unwrap(), first);
        assert_eq!(credential.token("a").await.unwrap(), first, "not asked again at once");
        advance(Duration::from_secs(31)).await;
        assert_ne!(credential.token("a").await.unwrap(), first);
        advance(Duration::from_secs(1001)).await;
        tokens.fail(fault, 1);
        assert!(credential.token("a").await.is_err(), "its time is over");
    }
    assert_eq!(tokens.count(GRANT), 6, "two requests were cut before they were counted");
}

#[tokio::test(start_paused = true)]
async fn a_new_token_that_is_refused_is_refused_for_good() {
    let (tokens, oauth) = application(&Options::default());
    let (credential, _) = credential(oauth);
    let token = credential.token("a").await.unwrap();
    advance(Duration::from_secs(59)).await;
    let error = credential.refused("a", &token).await.unwrap_err();
    assert_eq!((error.kind, error.retryable), (ErrorKind::OauthTokenRejected, false));
    assert!(error.message.contains("https://outlook.office365.com"), "{error}");
    assert!(error.message.contains("IMAP.AccessAsApp"), "{error}");
    assert_eq!(tokens.count(GRANT), 1);
    advance(Duration::from_secs(2)).await;
    assert_ne!(credential.refused("a", &token).await.unwrap(), token);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_was_refused_is_given_to_nobody_though_there_is_no_other() {
    let (tokens, oauth) = application(&Options::default());
    let (credential, _) = credential(oauth);
    let stale = credential.token("a").await.unwrap();
    advance(Duration::from_secs(61)).await;
    tokens.fail(Fault::Cut, 1);
    assert!(credential.refused("a", &stale).await.is_err());
    assert_ne!(credential.token("b").await.unwrap(), stale);
}

#[tokio::test(start_paused = true)]
async fn a_life_that_is_over_at_once_is_not_believed() {
    let (tokens, oauth) = application(&Options { life: Duration::ZERO, ..Options::default() });
    let (credential, _) = credential(oauth);
    assert!(ask_at_once(&credential, None).await.iter().all(Result::is_ok));
    assert_eq!(tokens.count(GRANT), 1);
}

#[tokio::test(start_paused = true)]
async fn the_claims_of_the_token_there_is_can_be_seen() {
    let (_tokens, oauth) = application(&Options::default());
    let (credential, _) = credential(oauth);
    assert_eq!(credential.claims("a").await, None);
    credential.token("a").await.unwrap();
    let claims = credential.claims("a").await.unwrap();
    assert_eq!(claims.tenant.as_deref(), Some("contoso.example"));
    assert_eq!(claims.roles, ["IMAP.AccessAsApp"]);
}

#[tokio::test(start_paused = true)]
async fn a_busy_server_is_asked_again_when_it_says_and_not_for_ever() {
    let (tokens, oauth) = application(&Options::default());
    let (credential, _) = credential(oauth.clone());
    tokens.fail(Fault::Busy(Some(20)), 1);
    tokens.fail(Fault::Busy(None), 2);
    let started = tokio::time::Instant::now();
    assert!(credential.token("a").await.is_ok());
    assert_eq!(started.elapsed().as_secs(), 26, "20 s by its word, then 2 s and 4 s by ours");
    tokens.fail(Fault::Busy(Some(3600)), 1);
    let error = crate::support::credential(oauth).0.token("a").await.unwrap_err();
    assert_eq!((error.kind, error.retryable), (ErrorKind::OauthBusy, true));
    assert!(error.message.contains("3600 s"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_refused_when_its_short_life_is_over_is_followed_by_another() {
    let options = Options { life: Duration::from_secs(10), ..Options::default() };
    let (tokens, oauth) = application(&options);
    let (credential, _) = credential(oauth);
    let first = credential.token("ann@contoso.example").await.unwrap();
    advance(Duration::from_secs(11)).await;
    let second = credential.refused("ann@contoso.example", &first).await.unwrap();
    assert!(tokens.is_good(second.declassify(), "ann@contoso.example"));
}
