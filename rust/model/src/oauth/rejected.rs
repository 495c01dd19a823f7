//! What to say where a mail server takes no token, or opens no mailbox with one.
//!
//! INVARIANT: nothing is said to be wrong but what the token itself shows to be wrong.

use jiff::Timestamp;

use super::{Claims, Cloud, OAuth, Provider};
use crate::{Error, ErrorKind};

/// Exchange Online in Entra's words, where an audience is an id.
const EXCHANGE_ONLINE: &str = "00000002-0000-0ff1-ce00-000000000000";

impl OAuth {
    /// The error of a mail server that refused a token for this mailbox, or opened no mailbox with it, with what the token
    /// shows and what to do.
    pub fn explain(&self, error: Error, claims: Option<&Claims>, mailbox: &str, now: Timestamp) -> Error {
        let faults = match (error.kind, claims) {
            (ErrorKind::OauthTokenRejected, Some(claims)) => self.faults(claims, now),
            _ => Vec::new(),
        };
        let told = claims.map(tell).filter(|_| error.kind == ErrorKind::OauthTokenRejected);
        let message = [Some(error.message), told].into_iter().flatten().chain(faults.iter().cloned());
        let message = message.collect::<Vec<_>>().join("; ");
        let remedy = match &self.provider {
            Provider::Office365 { .. } => Some(self.steps(mailbox, begin(error.kind, faults.is_empty()))),
            Provider::Google if self.grant.is_application() => Some(self.delegation()),
            Provider::Google | Provider::Other => error.remedy,
        };
        Error { message, remedy, ..error }
    }

    /// What a token shows to be wrong with it.
    fn faults(&self, claims: &Claims, now: Timestamp) -> Vec<String> {
        let is_over = claims.expires_at.is_some_and(|at| at <= now);
        let expired = is_over.then(|| "it is expired by this machine's clock".to_owned());
        let (audience, role) = match &self.provider {
            Provider::Office365 { cloud, .. } => (wrong_audience(*cloud, claims), self.missing_role(claims)),
            Provider::Google | Provider::Other => (None, None),
        };
        [expired, audience, role].into_iter().flatten().collect()
    }

    /// What Entra must have given, and has not.
    fn missing_role(&self, claims: &Claims) -> Option<String> {
        let role = if self.grant.is_application() { "IMAP.AccessAsApp" } else { "IMAP.AccessAsUser.All" };
        let is_there = claims.roles.iter().any(|there| there.eq_ignore_ascii_case(role));
        (!is_there)
            .then(|| format!("it has not the role {role}: give the application that permission, and consent"))
    }

    /// What an Exchange Online administrator does so that a mailbox opens.
    fn steps(&self, mailbox: &str, begin: &str) -> String {
        let mailbox = quoted(mailbox);
        let imap = format!("Set-CASMailbox -Identity {mailbox} -ImapEnabled $true");
        if !self.grant.is_application() {
            return format!(
                "in Exchange Online, give whoever signed in full access to the mailbox, and IMAP to it: {imap}"
            );
        }
        let app = quoted(self.application_id.as_deref().unwrap_or_default());
        format!(
            "{begin}. 1: consent of an administrator to IMAP.AccessAsApp (Entra, API permissions). \
             2: New-ServicePrincipal -AppId {app} -ObjectId <object id of the ENTERPRISE application>. \
             3: Add-MailboxPermission -Identity {mailbox} -User <that object id> -AccessRights FullAccess. 4: {imap}"
        )
    }

    /// What a Google administrator does so that a service account opens mailboxes.
    fn delegation(&self) -> String {
        format!(
            "see that the user exists and has Gmail, and that the Admin console (Security, API controls, domain-wide delegation) \
             has the service account's client id with the scope {}",
            self.scope()
        )
    }
}

/// What comes before the steps.
fn begin(kind: ErrorKind, looks_right: bool) -> &'static str {
    match kind {
        ErrorKind::OauthMailboxUnavailable => {
            "see that the user has a mailbox and a licence, and what Exchange Online has; too many connections of late look the same"
        }
        _ if looks_right => "nothing in the token looks wrong, so see what Exchange Online has",
        _ => "get the token right first, and see what Exchange Online has",
    }
}

/// An audience that is not Exchange Online in this cloud. What is not known is not wrong.
fn wrong_audience(cloud: Cloud, claims: &Claims) -> Option<String> {
    let audience = claims.audience.as_deref()?;
    let host = audience.strip_prefix("https://").unwrap_or(audience).trim_end_matches('/');
    let own = [cloud.imap_host(), "outlook.office.com", EXCHANGE_ONLINE];
    let is_own = own.iter().any(|own| host.eq_ignore_ascii_case(own));
    (!is_own).then(|| format!("its audience is not `https://{}`: see -Scope and -Cloud", cloud.imap_host()))
}

/// What a token says of itself.
fn tell(claims: &Claims) -> String {
    let roles = (!claims.roles.is_empty()).then(|| claims.roles.join(" "));
    let told = [
        ("aud", claims.audience.clone()),
        ("tid", claims.tenant.clone()),
        ("appid", claims.application_id.clone()),
        ("roles", roles),
        ("exp", claims.expires_at.map(|at| at.to_string())),
    ];
    let told = told.into_iter().filter_map(|(name, value)| Some(format!("{name} {}", value?.escape_debug())));
    format!("the token says {}", told.collect::<Vec<_>>().join(", "))
}

/// A text as PowerShell reads it, whatever is in it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("'");
    for c in text.chars().filter(|c| !c.is_control()) {
        // PowerShell takes curly quotes for straight ones.
        if matches!(c, '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}') {
            quoted.push(c);
        }
        quoted.push(c);
    }
    quoted.push('\'');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Secret;
    use crate::oauth::{Grant, SignIn};

    fn entra(grant: Grant) -> OAuth {
        let provider = Provider::Office365 { cloud: Cloud::Global, tenant: "c.com".to_owned() };
        OAuth { provider, application_id: Some("app".to_owned()), authority: None, scope: None, grant }
    }

    fn application() -> OAuth {
        entra(Grant::ClientSecret { client_secret: Secret::new("s3cret") })
    }

    fn good() -> Claims {
        Claims {
            audience: Some("https://outlook.office365.com".to_owned()),
            tenant: Some("t".to_owned()),
            application_id: Some("app".to_owned()),
            roles: vec!["IMAP.AccessAsApp".to_owned()],
            expires_at: "2026-12-01T01:00:00Z".parse().ok(),
        }
    }

    fn rejected(oauth: &OAuth, claims: &Claims) -> Error {
        let error =
            Error::new(ErrorKind::OauthTokenRejected, "cannot log in").server("NO AUTHENTICATE failed.");
        oauth.explain(error, Some(claims), "o'anna@c.com", "2026-12-01T00:00:00Z".parse().unwrap())
    }

    #[test]
    fn a_token_that_looks_right_leaves_the_four_steps_at_exchange_online() {
        let error = rejected(&application(), &good());
        assert_eq!(
            error.message,
            "cannot log in; the token says aud https://outlook.office365.com, tid t, appid app, roles IMAP.AccessAsApp, \
             exp 2026-12-01T01:00:00Z"
        );
        let remedy = error.remedy.unwrap();
        for step in [
            "nothing in the token looks wrong",
            "New-ServicePrincipal -AppId 'app' -ObjectId <object id of the ENTERPRISE",
            "Add-MailboxPermission -Identity 'o''anna@c.com'",
            "Set-CASMailbox -Identity 'o''anna@c.com' -ImapEnabled $true",
        ] {
            assert!(remedy.contains(step), "{remedy}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_token_is_said_and_nothing_else() {
        let wrong = |claims: Claims| rejected(&application(), &claims).message;
        let expired = wrong(Claims { expires_at: "2026-12-01T00:00:00Z".parse().ok(), ..good() });
        assert!(
            expired.contains("is expired") && !expired.contains("audience") && !expired.contains("role ")
        );
        let graph = wrong(Claims { audience: Some("https://graph.microsoft.com".to_owned()), ..good() });
        assert!(graph.contains("its audience is not `https://outlook.office365.com`"), "{graph}");
        let powerless = wrong(Claims { roles: vec!["Mail.Read".to_owned()], ..good() });
        assert!(powerless.contains("has not the role IMAP.AccessAsApp"), "{powerless}");
        for audience in [None, Some(EXCHANGE_ONLINE), Some("https://outlook.office.com/")] {
            let message = wrong(Claims { audience: audience.map(str::to_owned), ..good() });
            assert!(!message.contains("its audience"), "{message}");
        }
    }

    #[test]
    fn whoever_signed_in_needs_no_service_principal() {
        let (refresh_token, client_secret) = (Secret::default(), Secret::default());
        let person = entra(Grant::SignIn { how: SignIn::Browser, refresh_token, client_secret });
        let claims = Claims { roles: vec!["IMAP.AccessAsUser.All".to_owned()], ..good() };
        let error = rejected(&person, &claims);
        assert!(!error.message.contains("role IMAP"), "{error}");
        let remedy = error.remedy.unwrap();
        assert!(remedy.contains("full access") && !remedy.contains("New-ServicePrincipal"), "{remedy}");
    }

    #[test]
    fn of_another_server_nothing_is_known_but_what_it_said() {
        let grant =
            Grant::Command { program: "t".to_owned(), arguments: Vec::new(), input: Secret::default() };
        let other = OAuth { provider: Provider::Other, ..entra(grant) };
        let error = Error::new(ErrorKind::OauthTokenRejected, "no").remedy("see");
        assert_eq!(other.explain(error.clone(), None, "a", Timestamp::UNIX_EPOCH), error);
        let unavailable = Error::new(ErrorKind::OauthMailboxUnavailable, "no mailbox");
        let told = application().explain(unavailable, Some(&good()), "a", Timestamp::UNIX_EPOCH);
        assert_eq!(told.message, "no mailbox", "the token is right: nothing of it is told");
        assert!(told.remedy.unwrap().contains("Add-MailboxPermission"));
    }
}
