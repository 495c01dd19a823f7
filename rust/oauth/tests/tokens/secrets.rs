//! What must be shown nowhere.

use model::Secret;
use model::oauth::{OAuth, SignIn};
use testkit::tokens::{Fault, Options, Tokens};

use crate::sign_in::signed_in;
use crate::support::{credential, entra, google, net, person, secret};

/// Everything that may be printed of these: errors, and values with `Debug`.
async fn shown(tokens: &Tokens, oauth: &OAuth, body: &str) -> String {
    let (credential, vault) = credential(oauth.clone());
    let mut shown = format!("{oauth:?}");
    let faults =
        [Fault::Refuse("invalid_grant", 1), Fault::Body(body.to_owned()), Fault::Half, Fault::Page(404)];
    for fault in faults {
        tokens.fail(fault, 1);
        let error = credential.token("ann@contoso.example").await.unwrap_err();
        shown += &format!("{error} {error:?} {}", serde_json::to_string(&error).unwrap());
    }
    let token = credential.token("ann@contoso.example").await.unwrap();
    let refused = credential.refused("ann@contoso.example", &token).await.unwrap_err();
    shown + &format!("{refused:?} {credential:?} {vault:?}")
}

#[tokio::test]
async fn no_error_and_no_debug_output_shows_a_secret() {
    let options = Options::default();
    let tokens = Tokens::spawn(options.clone()).unwrap();
    let application = entra(&tokens, &options, secret(&options.secret));
    let browser = entra(&tokens, &options, person(SignIn::Browser, &Secret::default()));
    let (refresh, access) = signed_in(&browser, &net()).await.unwrap();
    let person = google(&tokens, &options, person(SignIn::Browser, &refresh));
    let mut text = String::new();
    for oauth in [application, person] {
        // A server that says everything back that it was told.
        let echo =
            format!(r#"{{"access_token":"{} {}","token_type":"mac"}}"#, options.secret, access.declassify());
        text += &shown(&tokens, &oauth, &echo).await;
    }
    let secrets = tokens.secrets();
    assert!(secrets.len() >= 6, "{}", secrets.len());
    for secret in secrets.iter().chain([&options.secret]) {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}
