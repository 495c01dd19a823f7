//! What must be shown nowhere.

use model::Secret;
use model::oauth::{OAuth, SignIn};
use serde_json::json;
use testkit::tokens::{Fault, Options, Tokens};

use crate::sign_in::signed_in;
use crate::support::{credential, entra, google, net, person, secret};

/// Everything that may be printed where a server says back what it was told: errors, and values with `Debug`.
async fn shown(tokens: &Tokens, oauth: &OAuth, told: &str) -> String {
    let (credential, vault) = credential(oauth.clone());
    let mut shown = format!("{oauth:?}");
    let described = |text: String| json!({"error": "invalid_grant", "error_description": text}).to_string();
    for fault in [
        Fault::Body(described(format!("AADSTS1: `{told}` is wrong"))),
        // Where the words are cut, in the middle of the secret.
        Fault::Body(described(format!("{}{told}", "x".repeat(580)))),
        Fault::Body(json!({"access_token": told, "token_type": "mac"}).to_string()),
        Fault::Body(told.to_owned()),
        Fault::Half,
        Fault::Page(404),
    ] {
        tokens.fail(fault, 1);
        let error = credential.token("ann@contoso.example").await.unwrap_err();
        shown += &format!("{error} {error:?} {}", serde_json::to_string(&error).unwrap());
    }
    let token = credential.token("ann@contoso.example").await.unwrap();
    let refused = credential.refused("ann@contoso.example", &token).await.unwrap_err();
    shown + &format!("{refused:?} {credential:?} {vault:?}")
}

#[tokio::test]
async fn no_error_and_no_debug_output_shows_a_secret_or_half_of_one() {
    let options = Options::default();
    let tokens = Tokens::spawn(options.clone()).unwrap();
    let application = entra(&tokens, &options, secret(&options.secret));
    let browser = entra(&tokens, &options, person(SignIn::Browser, &Secret::default()));
    let (refresh, access) = signed_in(&browser, &net()).await.unwrap();
    let person = google(&tokens, &options, person(SignIn::Browser, &refresh));
    let mut text = shown(&tokens, &application, &options.secret).await;
    text += &shown(&tokens, &person, refresh.declassify()).await;
    assert!(text.contains("***"), "{text}");
    let secrets = tokens.secrets();
    assert!(secrets.len() >= 6 && secrets.iter().any(|secret| secret == access.declassify()));
    for secret in secrets.iter().chain([&options.secret]) {
        assert!(!text.contains(secret.get(..16).unwrap()), "{secret} in {text}");
    }
}
