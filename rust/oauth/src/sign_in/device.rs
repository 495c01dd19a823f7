//! A browser anywhere, and a code to type there ([RFC 8628]).
//!
//! [RFC 8628]: https://www.rfc-editor.org/rfc/rfc8628

use std::time::Duration;

use model::{Error, ErrorKind, Result, Secret};
use serde::Deserialize;
use tokio::time::{Instant, sleep};

use super::Prompt;
use crate::answer::{Granted, Reply, invalid, refusal};
use crate::explain::explain;
use crate::server::Server;

const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// The longest that a code is waited for.
const LONGEST: Duration = Duration::from_secs(30 * 60);
/// How long to wait between two questions where the server does not say, and how much longer when it says so (§3.5).
const STEP: Duration = Duration::from_secs(5);

/// A code that was given out (§3.2).
#[derive(Deserialize)]
struct Codes {
    device_code: Secret,
    user_code: String,
    #[serde(alias = "verification_url")]
    verification_uri: String,
    expires_in: u64,
    interval: Option<u64>,
    message: Option<String>,
}

impl Server {
    pub(super) async fn sign_in_by_device(&self, prompt: &(dyn Fn(Prompt) + Send + Sync)) -> Result<Granted> {
        let codes = self.codes().await?;
        let until = Instant::now() + Duration::from_secs(codes.expires_in).min(LONGEST);
        prompt(codes.prompt());
        let mut interval = codes.interval.map_or(STEP, |seconds| Duration::from_secs(seconds.min(300)));
        loop {
            sleep(interval).await;
            if Instant::now() >= until {
                return Err(too_late());
            }
            match self.poll(&codes.device_code).await {
                Ok(Poll::Granted(granted)) => return Ok(granted),
                Ok(Poll::Pending) => {}
                Ok(Poll::SlowDown) => interval += STEP,
                Err(error) if error.retryable => interval += STEP,
                Err(error) => return Err(error),
            }
        }
    }

    async fn codes(&self) -> Result<Codes> {
        let url = self.device_url()?;
        let scope = self.oauth.scope();
        let answer = self.net.post(&url, &self.signing_in(&[("scope", &scope)])).await?;
        if answer.status != 200 {
            return Err(explain(&self.oauth, &url, "", &refusal(&url, &answer)?));
        }
        let codes: Option<Codes> = serde_json::from_slice(&answer.body).ok();
        codes
            .filter(|codes| {
                is_address(&codes.verification_uri) && !codes.user_code.contains(char::is_control)
            })
            .ok_or_else(|| invalid(&url, "its answer holds no code for a device"))
    }

    async fn poll(&self, device_code: &Secret) -> Result<Poll> {
        let url = self.token_url()?;
        let form = [("grant_type", DEVICE_CODE), ("device_code", device_code.declassify())];
        match self.ask(&url, &self.signing_in(&form)).await? {
            Reply::Granted(granted) => Ok(Poll::Granted(granted)),
            Reply::Refused(refusal) => match refusal.error.as_str() {
                "authorization_pending" => Ok(Poll::Pending),
                "slow_down" => Ok(Poll::SlowDown),
                _ => Err(explain(&self.oauth, &url, "", &refusal)),
            },
        }
    }
}

enum Poll {
    Granted(Granted),
    Pending,
    SlowDown,
}

impl Codes {
    fn prompt(&self) -> Prompt {
        let Self { user_code, verification_uri, message, .. } = self;
        let ours =
            || format!("To sign in, open {verification_uri} in a browser and enter the code {user_code}.");
        let message = message.clone().filter(|message| !message.contains(char::is_control));
        Prompt {
            url: verification_uri.clone(),
            code: Some(user_code.clone()),
            message: message.unwrap_or_else(ours),
        }
    }
}

/// Whether a browser may be sent there, and a terminal may show it.
fn is_address(text: &str) -> bool {
    let is_web = text.starts_with("https://") || text.starts_with("http://127.0.0.1:");
    is_web && text.chars().all(|c| c.is_ascii_graphic())
}

fn too_late() -> Error {
    Error::new(ErrorKind::OauthSignInUnfinished, "nobody signed in with the code while it was good")
        .remedy("sign in again, and enter the code at once")
}
