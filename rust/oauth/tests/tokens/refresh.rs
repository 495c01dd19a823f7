//! Refresh tokens: each is used once, and kept before its token is used.

use std::time::Duration;

use model::oauth::{OAuth, SignIn};
use model::{ErrorKind, Secret};
use oauth::{Credential, Vault};
use testkit::tokens::{Options, Tokens};
use tokio::time::advance;

use crate::sign_in::signed_in;
use crate::support::{credential, entra, net, person};

const GRANT: &str = "refresh_token";
const ANN: &str = "ann@contoso.example";

/// A server where ann has signed in.
async fn remembered() -> (Tokens, OAuth) {
    let options = Options { secret: String::new(), ..Options::default() };
    let tokens = Tokens::spawn(options.clone()).unwrap();
    let oauth = entra(&tokens, &options, person(SignIn::Browser, &Secret::default()));
    let (refresh, _) = signed_in(&oauth, &net()).await.unwrap();
    (tokens, OAuth { grant: person(SignIn::Browser, &refresh), ..oauth })
}

#[tokio::test(start_paused = true)]
async fn each_refresh_token_leads_to_the_next() {
    let (tokens, oauth) = remembered().await;
    let (credential, vault) = credential(oauth);
    let mut kept = Vec::new();
    for _ in 0..3 {
        let token = credential.token(ANN).await.unwrap();
        assert!(tokens.is_good(token.declassify(), ANN));
        kept.push(vault.newest().unwrap().unwrap());
        advance(Duration::from_secs(3000)).await;
    }
    kept.dedup();
    assert_eq!((kept.len(), tokens.count(GRANT)), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn no_token_is_used_before_the_refresh_token_that_came_with_it_is_kept() {
    let (tokens, oauth) = remembered().await;
    let (credential, vault) = credential(oauth);
    *vault.is_full.lock().unwrap() = true;
    for _ in 0..2 {
        assert_eq!(credential.token(ANN).await.unwrap_err().kind, ErrorKind::DiskFull);
    }
    assert_eq!(tokens.count(GRANT), 1, "what came is not asked for again");
    *vault.is_full.lock().unwrap() = false;
    let token = credential.token(ANN).await.unwrap();
    assert_eq!(credential.token(ANN).await.unwrap(), token);
    assert!(tokens.is_good(token.declassify(), ANN));
    assert_eq!((tokens.count(GRANT), vault.times()), (1, 1), "each once");
}

#[tokio::test(start_paused = true)]
async fn who_leaves_in_the_middle_does_not_take_the_refresh_token_along() {
    let (tokens, oauth) = remembered().await;
    let (credential, vault) = credential(oauth);
    let asking = tokio::spawn({
        let credential = credential.clone();
        async move { credential.token(ANN).await }
    });
    while tokens.count(GRANT) == 0 {
        tokio::task::yield_now().await;
    }
    asking.abort();
    assert!(asking.await.unwrap_err().is_cancelled());
    assert!(credential.token(ANN).await.is_ok() && vault.newest().unwrap().is_some());
    assert_eq!(tokens.count(GRANT), 1);
}

#[tokio::test]
async fn a_refresh_token_that_another_process_has_put_into_the_vault_is_used() {
    let (tokens, oauth) = remembered().await;
    let (theirs, vault) = credential(oauth.clone());
    let ours = Credential::new(oauth, net(), vault);
    assert!(theirs.token(ANN).await.is_ok());
    assert!(ours.token(ANN).await.is_ok(), "the one that it began with is used up");
    assert_eq!(tokens.count(GRANT), 2);
}

#[tokio::test]
async fn a_sign_in_that_was_revoked_is_told() {
    let (tokens, oauth) = remembered().await;
    tokens.revoke_all();
    let error = credential(oauth).0.token(ANN).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::OauthSignInRevoked);
    assert!(error.remedy.unwrap().contains("sign in again"));
}

#[tokio::test]
async fn nothing_is_asked_for_who_never_signed_in() {
    let (tokens, oauth) = remembered().await;
    let oauth = OAuth { grant: person(SignIn::DeviceCode, &Secret::default()), ..oauth };
    assert_eq!(credential(oauth).0.token(ANN).await.unwrap_err().kind, ErrorKind::OauthSignInUnfinished);
    assert_eq!(tokens.count(GRANT), 0);
}
