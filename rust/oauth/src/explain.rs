//! Says why there is no token: the cause in one sentence, what to do, and the server's own words.

use jiff::SignedDuration;
use model::oauth::{Grant, OAuth, Provider};
use model::{Error, ErrorKind};

use crate::answer::Refusal;
use crate::net::host;
use crate::refusals::row;

/// From where on two clocks are told to differ. Servers allow some minutes.
const NOTEWORTHY: SignedDuration = SignedDuration::from_secs(60);

/// The most characters of a server's words that are told.
const MOST_TOLD: usize = 600;

/// The error for a refusal. `mailbox` is the one that the token was for, where tokens are for one each.
pub(crate) fn explain(oauth: &OAuth, url: &str, mailbox: &str, refusal: &Refusal) -> Error {
    let row = row(oauth, refusal);
    let fill = |text: &str| filled(text, oauth, mailbox);
    let cause = fill(row.cause);
    let clock = clock(oauth, row.kind, refusal).unwrap_or_default();
    let wait = refusal.retry_after.filter(|_| row.kind == ErrorKind::OauthBusy);
    let wait = wait.map(|wait| format!(" and asks to wait {} s", wait.as_secs())).unwrap_or_default();
    let message = format!("`{}` gives no token{}: {cause}{wait}{clock}", host(url), subject(oauth));
    let error = Error::new(row.kind, message).remedy(fill(row.remedy)).object(host(url));
    // Cut only now: half a secret would not have been found in it.
    let said: String = refusal.description.chars().take(MOST_TOLD).collect();
    if said.is_empty() { error } else { error.server(said) }
}

/// Who asked.
fn subject(oauth: &OAuth) -> String {
    let application = oauth.application_id.as_deref().map(|id| format!(" to application `{id}`"));
    let tenant = match &oauth.provider {
        Provider::Office365 { tenant, .. } => format!(" in tenant `{tenant}`"),
        Provider::Google | Provider::Other => String::new(),
    };
    format!("{}{tenant}", application.unwrap_or_default())
}

/// How far the clocks are apart, where that may be the reason.
fn clock(oauth: &OAuth, kind: ErrorKind, refusal: &Refusal) -> Option<String> {
    let is_signed = matches!(
        oauth.grant,
        Grant::Certificate { .. } | Grant::CertificateStore { .. } | Grant::ServiceAccount { .. }
    );
    let matters =
        is_signed && matches!(kind, ErrorKind::OauthAssertionRejected | ErrorKind::OauthGrantInvalid);
    let skew = refusal.skew.filter(|skew| matters && skew.abs() >= NOTEWORTHY)?;
    let way = if skew.is_positive() { "behind" } else { "before" };
    let minutes = skew.unsigned_abs().as_secs().div_ceil(60);
    Some(format!("; this machine's clock is about {minutes} minutes {way} the server's"))
}

/// A text of the table, for this request.
fn filled(text: &str, oauth: &OAuth, mailbox: &str) -> String {
    let application = oauth.application_id.as_deref().unwrap_or_default();
    let (account, client) = match &oauth.grant {
        Grant::ServiceAccount { client_email, .. } if application.is_empty() => {
            (client_email.as_str(), format!("(OAuth 2 client id, unique id) of `{client_email}`"))
        }
        Grant::ServiceAccount { client_email, .. } => (client_email.as_str(), format!("`{application}`")),
        _ => ("", format!("`{application}`")),
    };
    let (cloud, tenant) = match &oauth.provider {
        Provider::Office365 { cloud, tenant } => (format!("{cloud:?}"), tenant.as_str()),
        Provider::Google | Provider::Other => (String::new(), ""),
    };
    [
        ("{application}", application),
        ("{account}", account),
        ("{client}", &client),
        ("{cloud}", &cloud),
        ("{tenant}", tenant),
        ("{mailbox}", mailbox),
        ("{scope}", &oauth.scope()),
        ("{consent}", &consent(oauth)),
    ]
    .into_iter()
    .fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
}

/// Where an administrator of the tenant consents.
fn consent(oauth: &OAuth) -> String {
    let Provider::Office365 { cloud, tenant } = &oauth.provider else { return String::new() };
    let authority = oauth.authority.as_deref().unwrap_or_else(|| cloud.authority()).trim_end_matches('/');
    let application = oauth.application_id.as_deref().unwrap_or_default();
    format!("{authority}/{tenant}/adminconsent?client_id={application}")
}
