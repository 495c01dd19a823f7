//! What is signed: certificates of Entra, service accounts of Google.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use model::oauth::{GOOGLE_ADMIN_SCOPE, GOOGLE_MAIL_SCOPE, Grant, OAuth};
use model::{ErrorKind, Secret};
use oauth::{Credential, Net};
use testkit::tokens::{Identity, Options, ServiceAccount, Tokens};

use crate::support::{Memory, credential, entra, google};

const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

fn certificate(identity: &Identity) -> Grant {
    Grant::Certificate { certificate: identity.certificate(), private_key: Secret::new(identity.key()) }
}

fn certified() -> (Options, Identity) {
    let identity = Identity::generate().unwrap();
    (Options { certificate: Some(identity.clone()), ..Options::default() }, identity)
}

fn service_account(scopes: &[&str]) -> (Options, Grant) {
    let key = Identity::generate().unwrap();
    let account = ServiceAccount {
        email: "mover@project.iam.gserviceaccount.com".to_owned(),
        key_id: "k1".to_owned(),
        key: key.clone(),
        scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
        users: vec!["ann@example.org".to_owned(), "bob@example.org".to_owned()],
    };
    let grant = Grant::ServiceAccount {
        client_email: account.email.clone(),
        private_key_id: account.key_id.clone(),
        private_key: Secret::new(key.key()),
    };
    (Options { service_account: Some(account), ..Options::default() }, grant)
}

fn delegated(scopes: &[&str]) -> (Tokens, OAuth) {
    let (options, grant) = service_account(scopes);
    let tokens = Tokens::spawn(options.clone()).unwrap();
    let oauth = OAuth { application_id: None, ..google(&tokens, &options, grant) };
    (tokens, oauth)
}

#[tokio::test]
async fn an_application_proves_itself_by_its_certificate_each_time_anew() {
    let (options, identity) = certified();
    let tokens = Tokens::spawn(options.clone()).unwrap();
    let oauth = entra(&tokens, &options, certificate(&identity));
    for _ in 0..2 {
        let token = credential(oauth.clone()).0.token("ann@contoso.example").await.unwrap();
        assert!(tokens.is_good(token.declassify(), "ann@contoso.example"));
    }
}

#[tokio::test]
async fn a_certificate_that_the_application_does_not_have_is_not_accepted() {
    let (options, _) = certified();
    let tokens = Tokens::spawn(options.clone()).unwrap();
    let other = Identity::generate().unwrap();
    let error = credential(entra(&tokens, &options, certificate(&other))).0.token("a").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::OauthAssertionRejected);
    assert!(!error.message.contains("clock"), "the clocks agree: {error}");
}

#[tokio::test]
async fn a_clock_that_is_off_is_told_where_that_may_be_the_reason() {
    let (options, identity) = certified();
    let tokens = Tokens::spawn(options.clone()).unwrap();
    tokens.set_clock_ahead(3600);
    let oauth = entra(&tokens, &options, certificate(&identity));
    let error = credential(oauth.clone()).0.token("a").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::OauthAssertionRejected);
    assert!(error.message.contains("about 60 minutes behind"), "{error}");
    let late = Net::new(|| Timestamp::now() + SignedDuration::from_hours(1));
    assert!(Credential::new(oauth, late, Arc::new(Memory::default())).token("a").await.is_ok());
}

#[tokio::test]
async fn a_key_that_cannot_sign_is_told_before_anything_is_asked() {
    let (options, identity) = certified();
    let tokens = Tokens::spawn(options.clone()).unwrap();
    let curve = rcgen::KeyPair::generate().unwrap().serialize_pem();
    for (key, why) in [(curve.as_str(), "no RSA key"), ("nothing", "not in PEM")] {
        let grant = Grant::Certificate { certificate: identity.certificate(), private_key: Secret::new(key) };
        let error = credential(entra(&tokens, &options, grant)).0.token("a").await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidArgument);
        assert!(error.message.contains(why), "{error}");
    }
    assert_eq!(tokens.count("client_credentials"), 0);
}

#[tokio::test]
async fn a_certificate_of_windows_is_for_windows() {
    let (options, _) = certified();
    let tokens = Tokens::spawn(options.clone()).unwrap();
    let grant = Grant::CertificateStore { thumbprint: "00".repeat(20) };
    let error = credential(entra(&tokens, &options, grant)).0.token("a").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidArgument);
    assert!(
        error.message.contains("no certificate store") && error.remedy.unwrap().contains("-CertificateFile")
    );
}

#[tokio::test]
async fn a_service_account_has_a_token_for_each_mailbox_that_shows_everything() {
    let (tokens, oauth) = delegated(&[GOOGLE_ADMIN_SCOPE, GOOGLE_MAIL_SCOPE]);
    let (credential, _) = credential(oauth);
    let ann = credential.token("ann@example.org").await.unwrap();
    let bob = credential.token("bob@example.org").await.unwrap();
    assert_eq!(credential.token("ann@example.org").await.unwrap(), ann);
    assert!(tokens.is_good(ann.declassify(), "ann@example.org"));
    assert!(!tokens.is_good(ann.declassify(), "bob@example.org") && bob != ann);
    assert!(!credential.is_limited("ann@example.org").await);
    assert_eq!(tokens.count(JWT_BEARER), 2);
}

#[tokio::test(start_paused = true)]
async fn without_delegation_for_everything_a_token_shows_what_the_user_does_and_that_is_told() {
    let (tokens, oauth) = delegated(&[GOOGLE_MAIL_SCOPE]);
    let (credential, _) = credential(oauth);
    let token = credential.token("ann@example.org").await.unwrap();
    assert!(tokens.is_good(token.declassify(), "ann@example.org"));
    assert!(credential.is_limited("ann@example.org").await);
    assert!(!credential.is_limited("bob@example.org").await, "nobody has asked for it yet");
    assert_eq!(tokens.count(JWT_BEARER), 2);
    tokio::time::advance(std::time::Duration::from_secs(3000)).await;
    assert_ne!(credential.token("ann@example.org").await.unwrap(), token);
    assert_eq!(tokens.count(JWT_BEARER), 4, "somebody may have delegated it meanwhile");
}

#[tokio::test]
async fn without_any_delegation_the_line_for_the_admin_console_is_told() {
    let (tokens, oauth) = delegated(&[]);
    let named = OAuth { application_id: Some("1029384756".to_owned()), ..oauth };
    let error = credential(named.clone()).0.token("ann@example.org").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::OauthDelegationMissing);
    let remedy = error.remedy.unwrap();
    assert!(remedy.contains("`1029384756`") && remedy.contains(GOOGLE_ADMIN_SCOPE), "{remedy}");
    assert_eq!(tokens.count(JWT_BEARER), 2);
    let chosen = OAuth { scope: Some("https://own.example/scope".to_owned()), ..named };
    assert!(credential(chosen).0.token("ann@example.org").await.is_err());
    assert_eq!(tokens.count(JWT_BEARER), 3, "a scope of the admin's own has no substitute");
}

#[tokio::test]
async fn a_mailbox_that_google_does_not_know_is_named() {
    let (_tokens, oauth) = delegated(&[GOOGLE_ADMIN_SCOPE]);
    let error = credential(oauth).0.token("zoe@example.org").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::OauthGrantInvalid);
    assert!(error.message.contains("zoe@example.org"), "{error}");
    assert_eq!(error.server.as_deref(), Some("Invalid email or User ID"));
}
