//! What authorization servers refuse for: a row for each reason, with what to do.
//!
//! Entra's numbers explain, and the RFC's word decides where there is none that we know: the numbers change. In the texts
//! `{application}`, `{tenant}`, `{cloud}`, `{scope}`, `{consent}`, `{account}`, `{client}` and `{mailbox}` stand for those of the request.

mod entra;
mod google;
mod row;

use model::ErrorKind::*;
use model::oauth::{Grant, OAuth, Provider};

use crate::answer::Refusal;
use entra::ENTRA;
use google::{GOOGLE, SERVICE_ACCOUNT};
pub(crate) use row::Row;
use row::{AGAIN, BUSY, worded};

/// Why there is no token.
pub(crate) fn row(oauth: &OAuth, refusal: &Refusal) -> &'static Row {
    let coded = |code: &u32| ENTRA.iter().find(|row| row.codes.contains(code));
    let word = refusal.error.as_str();
    let worded = |rows: &'static [Row]| rows.iter().find(move |row| row.words.contains(&word));
    if word == crate::answer::BUSY {
        return &BUSY;
    }
    let own: &[Row] = match (&oauth.provider, &oauth.grant) {
        (Provider::Google, Grant::ServiceAccount { .. }) => &SERVICE_ACCOUNT,
        (Provider::Google, _) => &GOOGLE,
        (_, Grant::Certificate { .. } | Grant::CertificateStore { .. }) => &CERTIFICATE,
        (_, Grant::ClientSecret { .. }) => &CLIENT_SECRET,
        _ => &[],
    };
    let explained = refusal.codes.iter().find_map(coded);
    explained.or_else(|| worded(own)).or_else(|| worded(&ANY)).unwrap_or(&OTHER)
}

/// Nothing that we know.
static OTHER: Row = worded(
    &[],
    OauthRefused,
    "it refuses",
    "what it says is its own reason; its log of sign-ins has more under the correlation id, where it gave one",
);

static CLIENT_SECRET: [Row; 1] = [worded(
    &["invalid_client"],
    OauthSecretInvalid,
    "it does not accept the application and its client secret",
    "check -ApplicationId and -ClientSecret (the secret's value, not its id)",
)];

static CERTIFICATE: [Row; 1] = [worded(
    &["invalid_client"],
    OauthAssertionRejected,
    "what the certificate has signed is not accepted",
    "check -ApplicationId, the certificate that the application has, -TenantId, -Cloud (now {cloud}), and this machine's clock",
)];

static ANY: [Row; 11] = [
    worded(
        &["invalid_client"],
        OauthApplicationUnknown,
        "it does not accept the application",
        "check -ApplicationId, and -ClientSecret where the application has one",
    ),
    worded(
        &["unauthorized_client"],
        OauthApplicationMisregistered,
        "the application may not sign in so",
        "see under Authentication of the application `{application}` which kinds of sign-in it may use",
    ),
    worded(
        &["redirect_uri_mismatch"],
        OauthApplicationMisregistered,
        "the application does not know the address to come back to",
        "add http://localhost as a redirect address of the application `{application}`",
    ),
    worded(
        &["invalid_scope", "invalid_resource", "invalid_target"],
        OauthScopeInvalid,
        "the scope `{scope}` is wrong here",
        "leave -Scope out, or check it",
    ),
    worded(&["invalid_grant"], OauthGrantInvalid, "the grant is not valid", AGAIN),
    worded(
        &["interaction_required", "login_required"],
        OauthInteractionRequired,
        "it wants to ask a person",
        AGAIN,
    ),
    worded(
        &["consent_required"],
        OauthConsentMissing,
        "nobody has consented to it",
        "let an administrator consent: {consent}",
    ),
    worded(
        &["access_denied", "authorization_declined"],
        OauthSignInUnfinished,
        "the person who was asked has refused",
        AGAIN,
    ),
    worded(
        &["expired_token", "bad_verification_code", "code_expired"],
        OauthSignInUnfinished,
        "nobody signed in with the code while it was good",
        AGAIN,
    ),
    worded(&[crate::answer::BUSY, "server_error"], OauthBusy, BUSY.cause, BUSY.remedy),
    worded(
        &["invalid_request", "unsupported_grant_type", "unsupported_response_type"],
        OauthRefused,
        "it does not understand the request",
        "check -Authority, and whether that server knows this kind of sign-in",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_row_and_the_words_of_a_row_are_sentences_without_their_ends() {
        let mut codes: Vec<u32> = ENTRA.iter().flat_map(|row| row.codes).copied().collect();
        codes.sort_unstable();
        let once = codes.len();
        codes.dedup();
        assert_eq!(codes.len(), once);
        let rows = ENTRA.iter().chain(&ANY).chain(&GOOGLE).chain(&SERVICE_ACCOUNT).chain([&OTHER, &BUSY]);
        for text in rows.flat_map(|row| [row.cause, row.remedy]) {
            assert!(!text.ends_with('.') && text.starts_with(|c: char| c.is_lowercase()), "{text}");
        }
    }
}
