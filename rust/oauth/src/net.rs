//! HTTP to authorization servers: bounded in time and size, without redirects, over TLS or to this machine.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use model::contract::Environment;
use model::{Error, ErrorKind, Result};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, ClientBuilder, Response, header, redirect};
use rustls::crypto::{CryptoProvider, ring};
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};
use tokio::net::lookup_host;
use zeroize::Zeroizing;

use crate::net_fault::{NoSuchHost, fault, setup_error};
use crate::surroundings::Surroundings;

/// How long a server may take to connect to.
const CONNECTING: Duration = Duration::from_secs(15);
/// How long a server may take for a request.
const ANSWERING: Duration = Duration::from_secs(30);
/// The largest answer, in octets. Those of Entra have some thousands.
const LARGEST: usize = 64 * 1024;

/// The way to authorization servers, and what time it is for what is signed. Cheap to clone.
#[derive(Clone)]
pub struct Net(Arc<Inner>);

struct Inner {
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    surroundings: Surroundings,
    remote: OnceLock<Client>,
    local: OnceLock<Client>,
}

/// What a server answered.
pub(crate) struct Answer {
    /// The status of HTTP.
    pub(crate) status: u16,
    /// How far the server's clock is before ours, where it says what time it is.
    pub(crate) skew: Option<SignedDuration>,
    /// How long to wait before the next request, where it says so.
    pub(crate) retry_after: Option<Duration>,
    /// The body, as it is.
    pub(crate) body: Zeroizing<Vec<u8>>,
}

impl Net {
    /// A way with a wall clock of one's own.
    pub fn new(clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self::within(Arc::new(clock), Surroundings::default())
    }

    /// The same way from a host whose environment names authorities and proxies (`SSL_CERT_FILE`, `SSL_CERT_DIR`,
    /// `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`), where it is not the process's own.
    pub fn of_host(&self, environment: &Environment) -> Self {
        Self::within(self.0.clock.clone(), Surroundings::of(environment))
    }

    fn within(clock: Arc<dyn Fn() -> Timestamp + Send + Sync>, surroundings: Surroundings) -> Self {
        Self(Arc::new(Inner { clock, surroundings, remote: OnceLock::new(), local: OnceLock::new() }))
    }

    /// What the wall clock says.
    pub(crate) fn now(&self) -> Timestamp {
        (self.0.clock)()
    }

    /// Posts a form, and reads the answer whatever its status.
    pub(crate) async fn post(&self, url: &str, form: &[(&str, &str)]) -> Result<Answer> {
        let request = self.client(url)?.post(url).header(header::ACCEPT, "application/json").form(form);
        let response = request.send().await.map_err(|error| fault(url, &error))?;
        self.read(url, response).await
    }

    async fn read(&self, url: &str, mut response: Response) -> Result<Answer> {
        let header = |name| response.headers().get(name)?.to_str().ok();
        let date = header(header::DATE).and_then(date);
        let now = self.now();
        let mut answer = Answer {
            status: response.status().as_u16(),
            skew: date.map(|date| date.duration_since(now)),
            retry_after: header(header::RETRY_AFTER).and_then(|text| retry_after(text, date.unwrap_or(now))),
            body: Zeroizing::new(Vec::with_capacity(LARGEST)),
        };
        while let Some(chunk) = response.chunk().await.map_err(|error| fault(url, &error))? {
            if answer.body.len() + chunk.len() > LARGEST {
                let text = format!("`{}` answers with more than {LARGEST} octets", host(url));
                return Err(Error::new(ErrorKind::OauthAnswerInvalid, text).object(host(url)));
            }
            answer.body.extend_from_slice(&chunk);
        }
        Ok(answer)
    }

    /// Nothing leaves this machine in clear: plain HTTP is for itself, and goes by no proxy.
    fn client(&self, url: &str) -> Result<&Client> {
        let is_local = url.starts_with("http://");
        let cell = if is_local { &self.0.local } else { &self.0.remote };
        if let Some(client) = cell.get() {
            return Ok(client);
        }
        let client = if is_local { local() } else { remote(&self.0.surroundings) }?;
        Ok(cell.get_or_init(|| client))
    }
}

/// The machine's clock.
impl Default for Net {
    fn default() -> Self {
        Self::new(Timestamp::now)
    }
}

impl fmt::Debug for Net {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Net({})", self.now())
    }
}

/// It never comes to TLS, and so trusts nobody.
fn local() -> Result<Client> {
    let tls = tls(ring::default_provider().into())?.with_root_certificates(RootCertStore::empty());
    build(bounded().no_proxy().tls_backend_preconfigured(tls.with_no_client_auth()))
}

fn remote(surroundings: &Surroundings) -> Result<Client> {
    let provider = Arc::new(ring::default_provider());
    let verifier = surroundings.verifier(provider.clone())?;
    let tls = tls(provider)?.dangerous().with_custom_certificate_verifier(verifier);
    let builder = bounded().https_only(true).tls_backend_preconfigured(tls.with_no_client_auth());
    build(surroundings.by_proxy(builder)?)
}

fn tls(provider: Arc<CryptoProvider>) -> Result<ConfigBuilder<ClientConfig, WantsVerifier>> {
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| setup_error(&error))
}

fn bounded() -> ClientBuilder {
    Client::builder()
        .user_agent(concat!("ImapMigration/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .connect_timeout(CONNECTING)
        .timeout(ANSWERING)
        .dns_resolver(SystemDns)
}

fn build(builder: ClientBuilder) -> Result<Client> {
    builder.build().map_err(|error| setup_error(&error))
}

/// The system's resolver, with an error that can be told from those of connections.
struct SystemDns;

impl Resolve for SystemDns {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        Box::pin(async move {
            let found = lookup_host((host.as_str(), 0)).await.map(Iterator::collect::<Vec<SocketAddr>>);
            let found = found.map_err(|reason| NoSuchHost { host, reason })?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// The host of an address, with its port where there is one: what errors call a server.
pub(crate) fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

/// A date of HTTP (RFC 9110 §5.6.7).
fn date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::parse(text).ok().map(|date| date.timestamp())
}

/// Seconds or a date (RFC 9110 §10.2.3).
fn retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    let seconds = text.trim().parse().ok().map(Duration::from_secs);
    seconds.or_else(|| Duration::try_from(date(text)?.duration_since(now)).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_says_how_long_to_wait_in_seconds_or_by_a_date() {
        let now = date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        assert_eq!(retry_after("7", now), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:50:07 GMT", now), Some(Duration::from_secs(30)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:00 GMT", now), None, "that is over");
        assert_eq!(retry_after("soon", now), None);
    }

    #[test]
    fn an_authorization_server_is_called_by_its_host() {
        assert_eq!(host("https://login.microsoftonline.us/t/oauth2/v2.0/token"), "login.microsoftonline.us");
        assert_eq!(host("http://127.0.0.1:80?x"), "127.0.0.1:80");
    }
}
