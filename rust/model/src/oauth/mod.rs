//! OAuth: how the tokens of an endpoint are had (RFC 6749). Never asks for one.

mod claims;
mod cloud;
mod grant;
mod rejected;

pub use claims::Claims;
pub use cloud::Cloud;
pub use grant::{Grant, MAILBOX_PLACEHOLDER, SignIn};

use serde::{Deserialize, Serialize};

use crate::{Error, ErrorKind, Result};

/// Google's own scope for service accounts: all labels and messages, whatever the user hides from IMAP.
pub const GOOGLE_ADMIN_SCOPE: &str = "https://www.googleapis.com/auth/gmail.imap_admin";
/// Google's scope for a mailbox, as its user sees it by IMAP.
pub const GOOGLE_MAIL_SCOPE: &str = "https://mail.google.com/";

/// Whose authorization server gives the tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Provider {
    /// Entra ID, for mailboxes of Exchange Online.
    Office365 {
        /// Which of Microsoft's clouds.
        #[serde(default)]
        cloud: Cloud,
        /// The directory: its id or one of its domains.
        tenant: String,
    },
    /// Google.
    Google,
    /// Any other: the grant knows how.
    Other,
}

/// How the tokens of an endpoint are had. Its secrets are not serialized: [`Grant::secrets`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OAuth {
    /// Whose authorization server gives them.
    pub provider: Provider,
    /// The application (client) id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_id: Option<String>,
    /// Where the authorization server is, in place of the provider's own: a URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// What the tokens are for, in place of the provider's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// On what grounds they are given.
    pub grant: Grant,
}

impl OAuth {
    /// Whether one token opens the mailboxes of all users, as those of Entra's applications do.
    pub fn is_shared(&self) -> bool {
        self.grant.is_shared()
    }

    /// The scope to ask for.
    pub fn scope(&self) -> String {
        match (&self.scope, &self.provider) {
            (Some(scope), _) => scope.clone(),
            (None, Provider::Office365 { cloud, .. }) if self.grant.is_application() => {
                cloud.application_scope()
            }
            (None, Provider::Office365 { cloud, .. }) => cloud.delegated_scope(),
            (None, Provider::Google) if self.grant.is_application() => GOOGLE_ADMIN_SCOPE.to_owned(),
            (None, Provider::Google) => GOOGLE_MAIL_SCOPE.to_owned(),
            (None, Provider::Other) => String::new(),
        }
    }

    /// Checks what parameters alone cannot say.
    pub fn validate(&self, endpoint: &str) -> Result<()> {
        let fault = |message: String, remedy: &str| {
            Err(Error::new(ErrorKind::InvalidArgument, message).object(endpoint).remedy(remedy))
        };
        if let Some(authority) = &self.authority
            && !is_safe(authority)
        {
            let message =
                format!("endpoint `{endpoint}`: the authority `{authority}` is no https:// address");
            return fault(message, "give https://host; http:// is for loopback addresses only");
        }
        if let Provider::Office365 { tenant, .. } = &self.provider
            && self.grant.is_application()
            && ["", "common", "organizations", "consumers"].contains(&tenant.to_ascii_lowercase().as_str())
        {
            let message =
                format!("endpoint `{endpoint}`: an application logs in to one tenant, not to `{tenant}`");
            return fault(message, "give the tenant's id, or one of its domains, as -TenantId");
        }
        if self.grant.needs_application_id() && self.application_id.as_deref().unwrap_or_default().is_empty()
        {
            let message = format!("endpoint `{endpoint}` has no application id");
            return fault(message, "give the application (client) id as -ApplicationId");
        }
        Ok(())
    }
}

/// Whether nobody on the way can read what is sent to an authority, as none is on the way to a loopback address.
fn is_safe(authority: &str) -> bool {
    let host = |rest: &str| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        (!host.is_empty() && !host.contains('@')).then(|| host.to_ascii_lowercase())
    };
    if let Some(rest) = authority.strip_prefix("https://") {
        return host(rest).is_some();
    }
    let loopback = |host: String| {
        let name = if host.starts_with('[') {
            host.split(']').next().map(|name| name.trim_start_matches('[').to_owned())
        } else {
            host.split(':').next().map(str::to_owned)
        };
        name.is_some_and(|name| {
            name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        })
    };
    authority.strip_prefix("http://").and_then(host).is_some_and(loopback)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Secret;

    fn oauth(provider: Provider, grant: Grant) -> OAuth {
        OAuth { provider, application_id: Some("app".to_owned()), authority: None, scope: None, grant }
    }

    fn entra(cloud: Cloud, tenant: &str) -> OAuth {
        let grant = Grant::ClientSecret { client_secret: Secret::new("s3cret") };
        oauth(Provider::Office365 { cloud, tenant: tenant.to_owned() }, grant)
    }

    #[test]
    fn a_scope_follows_from_cloud_and_grant_unless_it_is_given() {
        assert_eq!(entra(Cloud::Global, "c.com").scope(), "https://outlook.office365.com/.default");
        let sign_in = Grant::SignIn {
            how: SignIn::Browser,
            refresh_token: Secret::default(),
            client_secret: Secret::default(),
        };
        let person = OAuth { grant: sign_in, ..entra(Cloud::China, "c.com") };
        assert_eq!(person.scope(), "https://partner.outlook.cn/IMAP.AccessAsUser.All offline_access");
        assert_eq!(OAuth { scope: Some("mine".to_owned()), ..person }.scope(), "mine");
    }

    #[test]
    fn secrets_go_over_https_or_to_this_machine() {
        let with = |authority: &str| OAuth {
            authority: Some(authority.to_owned()),
            ..entra(Cloud::Global, "c.com")
        };
        for good in [
            "https://login.microsoftonline.us",
            "http://127.0.0.1:8080/x",
            "http://[::1]:1",
            "http://localhost",
        ] {
            assert!(with(good).validate("E").is_ok(), "{good}");
        }
        for bad in [
            "http://login.example",
            "login.example",
            "ftp://x",
            "http://localhost.example",
            "https://",
            "http://127.0.0.1@evil.example",
        ] {
            assert!(with(bad).validate("E").unwrap_err().message.contains(bad), "{bad}");
        }
    }

    #[test]
    fn an_application_needs_a_tenant_of_its_own_and_an_id() {
        assert!(
            entra(Cloud::Global, "Common").validate("E").unwrap_err().remedy.unwrap().contains("-TenantId")
        );
        let nameless = OAuth { application_id: None, ..entra(Cloud::Global, "c.com") };
        assert!(nameless.validate("E").unwrap_err().remedy.unwrap().contains("-ApplicationId"));
    }

    #[test]
    fn a_token_is_for_all_unless_who_gives_it_is_told_the_mailbox() {
        let is_shared = |argument: &str, input: &str| {
            let (program, arguments) = ("az".to_owned(), vec![argument.to_owned()]);
            let grant = Grant::Command { program, arguments, input: Secret::new(input) };
            oauth(Provider::Other, grant).is_shared()
        };
        assert!(is_shared("token", ""));
        assert!(!is_shared("--user={mailbox}", "") && !is_shared("token", "Get-Token"));
        assert!(entra(Cloud::Global, "c.com").is_shared());
    }

    #[test]
    fn no_secret_is_written() {
        let text = serde_json::to_string(&entra(Cloud::Global, "c.com")).unwrap();
        assert!(
            !text.contains("s3cret") && !format!("{:?}", entra(Cloud::Global, "c.com")).contains("s3cret")
        );
        assert_eq!(
            text,
            r#"{"provider":{"kind":"office365","cloud":"Global","tenant":"c.com"},"application_id":"app","grant":{"kind":"client_secret"}}"#
        );
    }
}
