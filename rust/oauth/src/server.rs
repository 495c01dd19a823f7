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
                Reply::Refused(refusal) => refusal.without(&secrets(form)),
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

fn secrets<'f>(form: &[(&str, &'f str)]) -> Vec<&'f str> {
    form.iter().filter(|(name, _)| SECRET_FIELDS.contains(name)).map(|(_, value)| *value).collect()
}
