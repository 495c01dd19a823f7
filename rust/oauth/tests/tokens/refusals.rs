//! Each reason to refuse, provoked.

use model::ErrorKind::{self, *};
use model::Secret;
use model::oauth::{Cloud, Grant, OAuth, Provider, SignIn};
use testkit::tokens::{Fault, Options, Tokens};

use crate::support::{credential, entra, google, net, person, secret};

/// What Entra says, what that is, and what the remedy names.
const ENTRA: &[(&str, &[u32], ErrorKind, &str)] = &[
    ("invalid_client", &[7000215], OauthSecretInvalid, "-ClientSecret"),
    ("invalid_client", &[7000222], OauthSecretExpired, "-ClientSecret"),
    (
        "invalid_client",
        &[700027, 50012, 50013, 500133, 700024],
        OauthAssertionRejected,
        "-CertificateThumbprint",
    ),
    ("unauthorized_client", &[700016, 700011], OauthApplicationUnknown, "-ApplicationId"),
    ("invalid_request", &[90002, 90038, 900382, 1000104], OauthTenantUnknown, "-Cloud (now Global)"),
    ("invalid_scope", &[70011, 28002, 500011, 650057, 650052], OauthScopeInvalid, "-Scope"),
    (
        "invalid_grant",
        &[65001, 90094, 650056],
        OauthConsentMissing,
        "/contoso.example/adminconsent?client_id=11111111-",
    ),
    ("unauthorized_client", &[7000112, 70001], OauthApplicationDisabled, "Enabled for users to sign-in"),
    ("invalid_client", &[7000218], OauthApplicationMisregistered, "Allow public client flows to Yes"),
    ("invalid_client", &[700025], OauthApplicationMisregistered, "leave -ClientSecret out"),
    ("invalid_request", &[50011], OauthApplicationMisregistered, "http://localhost"),
    ("invalid_grant", &[501481], OauthApplicationMisregistered, "http://localhost"),
    ("invalid_grant", &[700082, 70008], OauthSignInExpired, "sign in again"),
    ("invalid_grant", &[700084], OauthSignInExpired, "Mobile and desktop applications"),
    ("invalid_grant", &[50173, 50132, 50133], OauthSignInRevoked, "sign in again"),
    ("invalid_grant", &[70043], OauthSignInFrequency, "-ClientSecret or a certificate"),
    ("invalid_grant", &[530036], OauthDeviceCodeBlocked, "-Interactive"),
    ("interaction_required", &[50076, 50079, 50072, 50074, 50158], OauthInteractionRequired, "-Interactive"),
    ("interaction_required", &[53003, 53000, 53001, 53002, 530032], OauthConditionalAccess, "sign-in log"),
    ("invalid_grant", &[530035], OauthSecurityDefaults, "-ClientSecret"),
    ("invalid_grant", &[50034, 51004], OauthUserUnknown, "-TenantId"),
    ("invalid_grant", &[50057], OauthUserDisabled, "enable the user"),
    ("invalid_grant", &[50053], OauthUserDisabled, "wait"),
    // Numbers that we do not know: the word decides.
    ("invalid_client", &[1], OauthSecretInvalid, "-ClientSecret"),
    ("unauthorized_client", &[1], OauthApplicationMisregistered, "Authentication"),
    ("invalid_grant", &[1], OauthGrantInvalid, "sign in again"),
    ("invalid_resource", &[1], OauthScopeInvalid, "-Scope"),
    ("consent_required", &[1], OauthConsentMissing, "/adminconsent?"),
    ("login_required", &[1], OauthInteractionRequired, "sign in again"),
    ("unsupported_grant_type", &[1], OauthRefused, "-Authority"),
    ("something_new", &[1], OauthRefused, "correlation id"),
];

#[tokio::test]
async fn each_reason_of_entra_is_an_error_of_its_own_that_says_what_to_do() {
    let options = Options::default();
    let tokens = Tokens::spawn(options.clone()).unwrap();
    let oauth = entra(&tokens, &options, secret(&options.secret));
    for &(word, codes, kind, remedy) in ENTRA {
        for &code in codes {
            tokens.fail(Fault::Refuse(word, code), 1);
            let error = credential(oauth.clone()).0.token("a").await.unwrap_err();
            assert_eq!((error.kind, error.retryable), (kind, false), "{word} {code}");
            let told = error.remedy.unwrap();
            assert!(told.contains(remedy) && !told.contains('{'), "{word} {code}: {told}");
            let said = error.server.unwrap();
            assert!(said.contains(&code.to_string()) && said.contains("33cc44dd-correlation"), "{said}");
            assert!(error.message.contains(&options.application), "{}", error.message);
            assert!(
                error.message.contains(&options.tenant) && !error.message.contains('{'),
                "{}",
                error.message
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_busy_server_is_busy_whatever_number_it_gives() {
    let options = Options::default();
    let tokens = Tokens::spawn(options.clone()).unwrap();
    let oauth = entra(&tokens, &options, secret(&options.secret));
    let codes = [("temporarily_unavailable", 0), ("invalid_grant", 90006), ("invalid_grant", 90024)];
    let more =
        [("invalid_grant", 90033), ("x", 90055), ("invalid_grant", 50196), ("x", 50033), ("server_error", 1)];
    for (word, code) in codes.into_iter().chain(more) {
        tokens.fail(Fault::Refuse(word, code), 6);
        let error = credential(oauth.clone()).0.token("a").await.unwrap_err();
        assert_eq!((error.kind, error.retryable), (OauthBusy, true), "{word} {code}");
        tokens.fail(Fault::Refuse(word, code), 5);
        assert!(credential(oauth.clone()).0.token("a").await.is_ok(), "{word} {code}");
    }
    tokens.fail(Fault::Page(502), 6);
    assert_eq!(credential(oauth).0.token("a").await.unwrap_err().kind, OauthBusy);
}

#[tokio::test]
async fn each_reason_of_google_is_told_apart() {
    let options = Options::default();
    let tokens = Tokens::spawn(options.clone()).unwrap();
    let oauth = google(&tokens, &options, person(SignIn::Browser, &Secret::new("1//refresh")));
    for (word, kind, remedy) in [
        ("invalid_grant", OauthGrantInvalid, "sign in again"),
        ("invalid_client", OauthSecretInvalid, "-ClientSecret"),
        ("deleted_client", OauthApplicationUnknown, "-ApplicationId"),
        ("unauthorized_client", OauthApplicationMisregistered, "Authentication"),
        ("admin_policy_enforced", OauthPolicy, "App access control"),
        ("disallowed_useragent", OauthPolicy, "App access control"),
        ("redirect_uri_mismatch", OauthApplicationMisregistered, "Desktop app"),
        ("access_denied", OauthSignInUnfinished, "sign in again"),
        ("invalid_scope", OauthScopeInvalid, "-Scope"),
    ] {
        tokens.fail(Fault::Refuse(word, 0), 1);
        let error = credential(oauth.clone()).0.token("a").await.unwrap_err();
        assert_eq!(error.kind, kind, "{word}");
        assert!(error.remedy.unwrap().contains(remedy), "{word}");
    }
}

#[tokio::test]
async fn another_tenant_another_application_and_the_id_of_a_secret_are_told_apart() {
    let options = Options::default();
    let tokens = Tokens::spawn(options.clone()).unwrap();
    let oauth = entra(&tokens, &options, secret(&options.secret));
    let tenant = "fabrikam.example".to_owned();
    let elsewhere = OAuth { provider: Provider::Office365 { cloud: Cloud::China, tenant }, ..oauth.clone() };
    let other =
        OAuth { application_id: Some("99999999-0000-0000-0000-000000000000".to_owned()), ..oauth.clone() };
    let id = OAuth { grant: secret("aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"), ..oauth.clone() };
    let scope = OAuth { scope: Some("https://graph.microsoft.com/.default".to_owned()), ..oauth };
    for (oauth, kind, words) in [
        (elsewhere, OauthTenantUnknown, "-Cloud (now China)"),
        (other, OauthApplicationUnknown, "-ApplicationId"),
        (id, OauthSecretInvalid, "not its id"),
        (scope, OauthScopeInvalid, "-Scope"),
    ] {
        let error = credential(oauth).0.token("a").await.unwrap_err();
        assert_eq!(error.kind, kind);
        assert!(error.remedy.unwrap().contains(words));
    }
}

#[tokio::test]
async fn a_sign_in_that_nobody_can_finish_says_so_at_once() {
    let options = Options::default();
    let tokens = Tokens::spawn(options.clone()).unwrap();
    let grant = Grant::SignIn {
        how: SignIn::DeviceCode,
        refresh_token: Secret::default(),
        client_secret: Secret::default(),
    };
    tokens.fail(Fault::Refuse("invalid_client", 7000218), 1);
    let error = oauth::sign_in(&entra(&tokens, &options, grant), &net(), &|_| {}).await.unwrap_err();
    assert_eq!(error.kind, OauthApplicationMisregistered);
}
