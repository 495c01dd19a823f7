//! The authorization server of an endpoint: where it is, and how it is asked.

use std::time::Duration;

use model::oauth::{OAuth, Provider};
use model::{Error, ErrorKind, Result};
use tokio::time::{Instant, sleep};

use crate::answer::{Granted, Refusal, Reply, read};
use crate::explain::explain;
use crate::net::Net;
use crate::refusals::row;

/// For how long a busy server is asked again.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long to wait before the second request, where a busy server does not say; twice as long before each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// What of a form must not come back in an error.
const SECRET_FIELDS: [&str; 7] = [
    "client_secret",
    "client_assertion",
    "assertion",
    "refresh_token",
    "code",
    "code_verifier",
    "device_code",
];

/// An authorization server, and what an endpoint knows of it.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) oauth: OAuth,
    pub(crate) net: Net,
}

impl Server {
    /// Where tokens are had.
    pub(crate) fn token_url(&self) -> Result<String> {
        self.address("/oauth2/v2.0/token", ("https://oauth2.googleapis.com", "/token"))
    }

    /// Where people sign in with a browser.
    pub(crate) fn authorize_address(&self) -> Result<String> {
        self.address("/oauth2/v2.0/authorize", ("https://accounts.google.com", "/o/oauth2/v2/auth"))
    }

    /// Where codes for devices are had.
    pub(crate) fn device_url(&self) -> Result<String> {
        self.address("/oauth2/v2.0/devicecode", ("https://oauth2.googleapis.com", "/device/code"))
    }

    /// Which application asks; empty where it is not asked for.
    pub(crate) fn application_id(&self) -> &str {
        self.oauth.application_id.as_deref().unwrap_or_default()
    }

    /// An address of Entra's tenant, or of Google.
    fn address(&self, entra: &str, (google, path): (&str, &str)) -> Result<String> {
        let own = self.oauth.authority.as_deref().map(|own| own.trim_end_matches('/'));
        match &self.oauth.provider {
            Provider::Office365 { cloud, tenant } => {
                Ok(format!("{}/{tenant}{entra}", own.unwrap_or_else(|| cloud.authority())))
            }
            Provider::Google => Ok(format!("{}{path}", own.unwrap_or(google))),
            Provider::Other => Err(Error::new(
                ErrorKind::InvalidArgument,
                "it is not known how to ask this server for tokens",
            )
            .remedy("use -TokenCommand or -AccessToken")),
        }
    }

    /// A token, or an error that says why there is none. `mailbox` is whom it is for, where tokens are for one each.
    pub(crate) async fn grant(&self, url: &str, form: &[(&str, &str)], mailbox: &str) -> Result<Granted> {
        match self.ask(url, form).await? {
            Reply::Granted(granted) => Ok(granted),
            Reply::Refused(refusal) => Err(explain(&self.oauth, url, mailbox, &refusal)),
        }
    }

    /// Asks, and asks a busy server again for a while.
    pub(crate) async fn ask(&self, url: &str, form: &[(&str, &str)]) -> Result<Reply> {
        let until = Instant::now() + PATIENCE;
        let mut pause = FIRST_PAUSE;
        loop {
            let refusal = match read(url, &self.net.post(url, form).await?)? {
                Reply::Refused(refusal) => refusal.without(secrets(form)),
                granted => return Ok(granted),
            };
            let wait = refusal.retry_after.unwrap_or(pause);
            if !self.is_busy(&refusal) || wait > until.saturating_duration_since(Instant::now()) {
                return Ok(Reply::Refused(refusal));
            }
            sleep(wait).await;
            pause *= 2;
        }
    }

    fn is_busy(&self, refusal: &Refusal) -> bool {
        row(&self.oauth, refusal).kind == ErrorKind::OauthBusy
    }
}

fn secrets<'f>(form: &[(&str, &'f str)]) -> impl Iterator<Item = &'f str> {
    form.iter().filter(|(name, _)| SECRET_FIELDS.contains(name)).map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use model::Secret;
    use model::oauth::{Cloud, Grant, SignIn};

    use super::*;

    fn addresses(provider: Provider, authority: Option<&str>) -> [String; 3] {
        let (refresh_token, client_secret) = (Secret::default(), Secret::default());
        let grant = Grant::SignIn { how: SignIn::Browser, refresh_token, client_secret };
        let authority = authority.map(str::to_owned);
        let oauth = OAuth { provider, application_id: None, authority, scope: None, grant };
        let server = Server { oauth, net: Net::default() };
        [server.token_url(), server.authorize_address(), server.device_url()].map(Result::unwrap)
    }

    #[test]
    fn each_cloud_has_its_own_addresses_unless_the_admin_names_them() {
        for (cloud, host) in [
            (Cloud::Global, "https://login.microsoftonline.com"),
            (Cloud::UsGovGccHigh, "https://login.microsoftonline.us"),
            (Cloud::UsGovDoD, "https://login.microsoftonline.us"),
            (Cloud::China, "https://login.partner.microsoftonline.cn"),
        ] {
            let entra = |authority| {
                addresses(Provider::Office365 { cloud, tenant: "t.example".to_owned() }, authority)
            };
            let expected = ["token", "authorize", "devicecode"];
            assert_eq!(entra(None), expected.map(|last| format!("{host}/t.example/oauth2/v2.0/{last}")));
            let own = expected.map(|last| format!("https://own.example/t.example/oauth2/v2.0/{last}"));
            assert_eq!(entra(Some("https://own.example/")), own);
        }
    }

    #[test]
    fn google_has_one_host_for_people_and_one_for_programs() {
        let google = addresses(Provider::Google, None);
        assert_eq!(google[0], "https://oauth2.googleapis.com/token");
        assert_eq!(google[1], "https://accounts.google.com/o/oauth2/v2/auth");
        assert_eq!(google[2], "https://oauth2.googleapis.com/device/code");
        assert_eq!(addresses(Provider::Google, Some("http://[::1]:9"))[1], "http://[::1]:9/o/oauth2/v2/auth");
    }
}
