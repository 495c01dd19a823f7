//! Google's words.

use model::ErrorKind::*;

use super::row::{Row, worded};

const DELEGATE: &str = "in admin.google.com open Security, Access and data control, API controls, Manage domain-wide delegation, and \
    add the client id {client} with the scopes https://www.googleapis.com/auth/gmail.imap_admin,https://mail.google.com/ ; it may \
    take some minutes to hold";

/// What is said to service accounts.
pub(super) static SERVICE_ACCOUNT: [Row; 4] = [
    worded(
        &["unauthorized_client"],
        OauthDelegationMissing,
        "the service account `{account}` has no delegation for the scope `{scope}`",
        DELEGATE,
    ),
    worded(
        &["access_denied"],
        OauthPolicy,
        "a policy of the organization forbids it",
        "let an administrator of the organization allow it",
    ),
    worded(
        &["invalid_grant"],
        OauthGrantInvalid,
        "what the service account `{account}` has signed for `{mailbox}` is not accepted",
        "see that `{mailbox}` is a mailbox of the domain and not suspended, that the key is neither deleted nor disabled, and that \
         this machine's clock is right",
    ),
    worded(
        &["invalid_client"],
        OauthApplicationUnknown,
        "there is no such service account as `{account}`",
        "make a new key of a service account that exists, and give its file as -ServiceAccountKey",
    ),
];

/// What is said to people.
pub(super) static GOOGLE: [Row; 5] = [
    worded(
        &["invalid_client"],
        OauthSecretInvalid,
        "it does not accept the application and its client secret",
        "check -ApplicationId and -ClientSecret",
    ),
    worded(
        &["deleted_client"],
        OauthApplicationUnknown,
        "the application was deleted",
        "make another one in Google's console, and give its client id as -ApplicationId",
    ),
    worded(
        &["invalid_grant"],
        OauthGrantInvalid,
        "the sign-in was revoked, is too old, or the password has changed",
        "sign in again: Set-MigrationEndpoint with -Interactive; those of applications in testing end after seven days: publish it",
    ),
    worded(
        &["admin_policy_enforced", "disallowed_useragent", "org_internal"],
        OauthPolicy,
        "a policy of the organization forbids it",
        "let an administrator of the organization trust the application {client} under Security, API controls, App access control",
    ),
    worded(
        &["redirect_uri_mismatch"],
        OauthApplicationMisregistered,
        "the application does not know the address to come back to",
        "make a client of the type Desktop app in Google's console, and give its id as -ApplicationId",
    ),
];
