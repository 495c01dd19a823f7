//! The token address: each grant, and what it asks for.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Shared;
use super::assertion::Assertion;
use super::issued::{Holder, with};
use super::refusal::{Refusal, refusal};

/// The fields of a form or a query.
pub(super) type Fields = BTreeMap<String, String>;

/// The value of a field; nothing is empty.
pub(super) fn field<'f>(fields: &'f Fields, name: &str) -> &'f str {
    fields.get(name).map(String::as_str).unwrap_or_default()
}

/// Whose address was asked.
#[derive(Debug, Clone)]
pub(super) enum Authority {
    /// Entra's, of this tenant.
    Tenant(String),
    Google,
}

const WRONG_TENANT: Refusal = refusal("invalid_request", 90002, "Tenant not found.");
pub(super) const WRONG_APPLICATION: Refusal =
    refusal("unauthorized_client", 700016, "Application was not found in the directory.");
const WRONG_SECRET: Refusal = refusal("invalid_client", 7000215, "Invalid client secret provided.");
const WRONG_ASSERTION: Refusal =
    refusal("invalid_client", 700027, "The certificate with identifier used to sign is not registered.");
const WRONG_TIME: Refusal =
    refusal("invalid_client", 700024, "Client assertion is not within its valid time range.");
const WRONG_SCOPE: Refusal = refusal("invalid_scope", 70011, "The provided scope is not valid.");
const USED_UP: Refusal =
    refusal("invalid_grant", 50173, "The provided grant has expired due to it being revoked.");
const GOOGLE_TIME: Refusal = refusal(
    "invalid_grant",
    0,
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.",
);

/// The longest that an assertion may be good: Entra's and Google's rule, in seconds.
const ENTRA_LONGEST: i64 = 600;
const GOOGLE_LONGEST: i64 = 3600;

/// Answers a request for a token.
pub(super) fn token(
    shared: &Shared,
    authority: &Authority,
    url: &str,
    form: &Fields,
) -> Result<Value, Refusal> {
    check_tenant(shared, authority)?;
    match field(form, "grant_type") {
        "client_credentials" => application(shared, url, form),
        "refresh_token" => refreshed(shared, authority, url, form),
        "authorization_code" => {
            check_application(shared, url, form)?;
            let user = shared.state().sign_ins.redeem(form)?;
            Ok(signed_in(shared, authority, &user))
        }
        "urn:ietf:params:oauth:grant-type:device_code" => {
            check_application(shared, url, form)?;
            let user = shared.state().sign_ins.poll(&shared.options, field(form, "device_code"))?;
            Ok(signed_in(shared, authority, &user))
        }
        "urn:ietf:params:oauth:grant-type:jwt-bearer" => service_account(shared, url, form),
        _ => Err(refusal("unsupported_grant_type", 70003, "The app requested an unsupported grant type.")),
    }
}

pub(super) fn check_tenant(shared: &Shared, authority: &Authority) -> Result<(), Refusal> {
    match authority {
        Authority::Tenant(tenant) if *tenant != shared.options.tenant => Err(WRONG_TENANT),
        _ => Ok(()),
    }
}

fn application(shared: &Shared, url: &str, form: &Fields) -> Result<Value, Refusal> {
    let is_public = !form.contains_key("client_secret") && !form.contains_key("client_assertion");
    check_application(shared, url, form)?;
    if is_public {
        return Err(refusal(
            "invalid_client",
            7000218,
            "The request body must contain: 'client_assertion' or 'client_secret'.",
        ));
    }
    if field(form, "scope") != format!("{}/.default", shared.options.audience) {
        return Err(WRONG_SCOPE);
    }
    let holder = Holder::Application(shared.options.mailboxes.clone());
    Ok(issue(shared, holder))
}

/// Which application asks, and that it is the one.
fn check_application(shared: &Shared, url: &str, form: &Fields) -> Result<(), Refusal> {
    let options = &shared.options;
    if field(form, "client_id") != options.application {
        return Err(WRONG_APPLICATION);
    }
    if let Some(secret) = form.get("client_secret") {
        let is_right = !options.secret.is_empty() && *secret == options.secret;
        return if is_right { Ok(()) } else { Err(WRONG_SECRET) };
    }
    let Some(assertion) = form.get("client_assertion") else { return Ok(()) };
    let identity = options.certificate.as_ref().ok_or(WRONG_ASSERTION)?;
    let assertion = Assertion::read(assertion, "PS256", identity).ok_or(WRONG_ASSERTION)?;
    let is_whole = field(form, "client_assertion_type")
        == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        && assertion.names(identity)
        && assertion.claim("aud") == url
        && assertion.claim("iss") == options.application
        && assertion.claim("sub") == options.application
        && shared.state().sign_ins.is_first(assertion.claim("jti"));
    match (is_whole, assertion.is_timely(now(shared), ENTRA_LONGEST)) {
        (false, _) => Err(WRONG_ASSERTION),
        (true, false) => Err(WRONG_TIME),
        (true, true) => Ok(()),
    }
}

fn refreshed(shared: &Shared, authority: &Authority, url: &str, form: &Fields) -> Result<Value, Refusal> {
    check_application(shared, url, form)?;
    let user = shared.state().issued.redeem(field(form, "refresh_token")).ok_or(USED_UP)?;
    Ok(signed_in(shared, authority, &user))
}

/// A token for a person, and what the person is remembered by.
fn signed_in(shared: &Shared, authority: &Authority, user: &str) -> Value {
    let answer = match authority {
        Authority::Tenant(_) => issue(shared, Holder::User(user.to_owned())),
        Authority::Google => shared.state().issued.opaque(&shared.options, user),
    };
    with(answer, "refresh_token", json!(shared.state().issued.remember(user)))
}

fn issue(shared: &Shared, holder: Holder) -> Value {
    let now = now(shared);
    shared.state().issued.jwt(&shared.options, holder, now)
}

fn service_account(shared: &Shared, url: &str, form: &Fields) -> Result<Value, Refusal> {
    let wrong = refusal("invalid_grant", 0, "Invalid JWT Signature.");
    let account = shared.options.service_account.as_ref().ok_or(wrong)?;
    let assertion = Assertion::read(field(form, "assertion"), "RS256", &account.key).ok_or(wrong)?;
    let claim = |name: &str| assertion.claim(name);
    if assertion.header("kid") != account.key_id || claim("iss") != account.email || claim("aud") != url {
        return Err(wrong);
    }
    if !assertion.is_timely(now(shared), GOOGLE_LONGEST) {
        return Err(GOOGLE_TIME);
    }
    if !account.scopes.iter().any(|scope| scope == claim("scope")) {
        return Err(refusal(
            "unauthorized_client",
            0,
            "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.",
        ));
    }
    let user = claim("sub");
    let is_known = account.users.is_empty() || account.users.iter().any(|known| known == user);
    if user.is_empty() || !is_known {
        return Err(refusal("invalid_grant", 0, "Invalid email or User ID"));
    }
    Ok(shared.state().issued.opaque(&shared.options, user))
}

/// What this server's clock says, in seconds.
pub(super) fn now(shared: &Shared) -> i64 {
    jiff::Timestamp::now().as_second() + shared.state().skew
}
