//! Opens a byte stream to a server: by DNS and TCP, unless a test brings a network of its own.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use model::{Error as ModelError, ErrorKind};
use tokio::net::{TcpStream, lookup_host};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use crate::error::{Error, Result};
use crate::open::within;
use crate::options::Options;
use crate::probe::ProbeReport;
use crate::tags::{self, Tags};
use crate::wire::Stream;

/// A stream that is about to be open.
pub type Dialling = Pin<Box<dyn Future<Output = io::Result<Box<dyn Stream>>> + Send>>;

/// A way to a host and port.
type Way = dyn Fn(&str, u16) -> Dialling + Send + Sync;

/// How a stream to a host and port is opened. Cheap to clone.
#[derive(Clone, Default)]
pub struct Dialer(Option<Arc<Own>>);

/// A network of one's own, in which nothing is left to chance.
struct Own {
    way: Box<Way>,
    connections: AtomicU64,
}

impl Dialer {
    /// A network of one's own.
    pub fn new(dial: impl Fn(&str, u16) -> Dialling + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(Own { way: Box::new(dial), connections: AtomicU64::new(0) })))
    }

    /// The tags of another connection.
    pub(crate) fn tags(&self) -> Tags {
        let Some(own) = &self.0 else { return Tags::new(tags::secret()) };
        let count = own.connections.fetch_add(1, Ordering::Relaxed);
        let mut secret = [0; 10];
        secret.iter_mut().zip(count.to_le_bytes()).for_each(|(byte, counted)| *byte = counted);
        Tags::new(secret)
    }
}

impl fmt::Debug for Dialer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Dialer(own)" } else { "Dialer(TCP)" })
    }
}

/// How long an address has before the next one is tried beside it (RFC 8305 §5).
const HEAD_START: Duration = Duration::from_millis(250);

/// Connects to the first address that answers.
pub(crate) async fn dial(options: &Options, report: &mut ProbeReport) -> Result<Box<dyn Stream>> {
    let Some(own) = &options.dialer.0 else {
        let (tcp, latency) = tcp(options, report).await?;
        report.tcp_latency = Some(latency);
        return Ok(Box::new(tcp));
    };
    let started = Instant::now();
    let dialled = within(options, "connect to", (own.way)(&options.host, options.port)).await?;
    let stream = dialled.map_err(|error| connect_error(&options.address(), &error))?;
    report.tcp_latency = Some(started.elapsed());
    Ok(stream)
}

async fn tcp(options: &Options, report: &mut ProbeReport) -> Result<(TcpStream, Duration)> {
    let address = options.address();
    let found = within(options, "look up", lookup_host((options.host.as_str(), options.port))).await?;
    let addresses: Vec<SocketAddr> = found.map(Iterator::collect).map_err(|error| {
        ModelError::new(
            ErrorKind::DnsFailed,
            format!("the host name `{}` does not resolve: {error}", options.host),
        )
        .remedy("check the spelling of the server name and the DNS of this machine")
    })?;
    report.addresses = addresses.iter().map(SocketAddr::ip).collect();
    let attempt = |candidate| {
        let options = options.clone();
        async move { connect(&options, candidate).await }
    };
    race(in_turns(addresses), attempt).await.unwrap_or_else(|| {
        Err(ModelError::new(ErrorKind::DnsFailed, format!("`{address}` has no address")).into())
    })
}

/// Connects to one address; says how long that took.
async fn connect(options: &Options, candidate: SocketAddr) -> Result<(TcpStream, Duration)> {
    let started = Instant::now();
    let tcp = within(options, "connect to", TcpStream::connect(candidate)).await?;
    let tcp = tcp.map_err(|error| connect_error(&options.address(), &error))?;
    let latency = started.elapsed();
    // Small commands must not wait for a full segment. Where it fails, things are only slower.
    let _nodelay = tcp.set_nodelay(true);
    // What was written and not yet sent when a connection is dropped, or its process killed, must not reach the server
    // afterwards: the next connection would look for that message, and not find it yet.
    let _abort = tcp.set_zero_linger();
    Ok((tcp, latency))
}

/// IPv6 first, then one of each family by turns, each in the resolver's order (RFC 8305 §4).
fn in_turns(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let (six, four): (Vec<_>, Vec<_>) = addresses.into_iter().partition(SocketAddr::is_ipv6);
    let (mut six, mut four) = (six.into_iter(), four.into_iter());
    let mut turns = Vec::new();
    while six.len() + four.len() > 0 {
        turns.extend(six.next().into_iter().chain(four.next()));
    }
    turns
}

/// Tries addresses one a little after the other, or as soon as the one before has failed; the first that answers wins (RFC
/// 8305 §5). Where none does, a refusal says more than silence. `None`: there are no addresses.
async fn race<T, F>(addresses: Vec<SocketAddr>, attempt: impl Fn(SocketAddr) -> F) -> Option<Result<T>>
where
    T: Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
{
    let mut waiting = addresses.into_iter();
    let mut attempts = JoinSet::new();
    let mut failure = None;
    loop {
        waiting.next().map(|address| attempts.spawn(attempt(address)));
        let patience = if waiting.len() > 0 { HEAD_START } else { Duration::MAX };
        let ended = match timeout(patience, attempts.join_next()).await {
            Err(_) => continue,
            Ok(None) => return failure.map(Err),
            Ok(Some(ended)) => {
                ended.map_err(|e| ModelError::internal(format!("an attempt to connect broke: {e}")))
            }
        };
        match ended.map_err(Error::from).flatten() {
            Ok(stream) => return Some(Ok(stream)),
            Err(error) if error.kind() == ErrorKind::TimedOut && failure.is_some() => {}
            Err(error) => failure = Some(error),
        }
    }
}

fn connect_error(address: &str, error: &io::Error) -> ModelError {
    let refused = error.kind() == io::ErrorKind::ConnectionRefused;
    let reason =
        if refused { "refused the connection".to_owned() } else { format!("cannot be reached: {error}") };
    ModelError::new(ErrorKind::ConnectFailed, format!("`{address}` {reason}"))
        .remedy("check the port number, that the server runs, and that no firewall is in between")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    /// What the attempt at each port comes to: silence, a refusal at once, or an answer after so many milliseconds.
    async fn outcome(address: SocketAddr) -> Result<u16> {
        match address.port() {
            1 => std::future::pending().await,
            2 => Err(ModelError::new(ErrorKind::ConnectFailed, "refused").into()),
            3 => {
                tokio::time::sleep(Duration::from_secs(15)).await;
                Err(ModelError::new(ErrorKind::TimedOut, "silent").into())
            }
            late => {
                tokio::time::sleep(Duration::from_millis(late.into())).await;
                Ok(late)
            }
        }
    }

    async fn raced(texts: &[&str]) -> (Option<Result<u16, ErrorKind>>, Duration) {
        let started = Instant::now();
        let won = race(addresses(texts), outcome).await;
        (won.map(|won| won.map_err(|error| error.kind())), started.elapsed())
    }

    #[test]
    fn families_take_turns_and_ipv6_comes_first() {
        let found = addresses(&["1.1.1.1:1", "1.1.1.2:1", "[::1]:1", "1.1.1.3:1"]);
        assert_eq!(in_turns(found), addresses(&["[::1]:1", "1.1.1.1:1", "1.1.1.2:1", "1.1.1.3:1"]));
        assert_eq!(in_turns(Vec::new()), []);
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_that_is_silent_costs_a_quarter_of_a_second() {
        let (won, took) = raced(&["[::1]:1", "[::2]:1", "1.1.1.1:100"]).await;
        assert_eq!((won, took), (Some(Ok(100)), Duration::from_millis(600)));
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_that_fails_costs_nothing_and_one_that_is_slow_may_still_win() {
        let (won, took) = raced(&["[::1]:2", "1.1.1.1:300", "1.1.1.2:400"]).await;
        assert_eq!((won, took), (Some(Ok(300)), Duration::from_millis(300)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_says_more_than_silence() {
        assert_eq!(raced(&["[::1]:2", "1.1.1.1:3"]).await.0, Some(Err(ErrorKind::ConnectFailed)));
        assert_eq!(raced(&["[::1]:3", "1.1.1.1:2"]).await.0, Some(Err(ErrorKind::ConnectFailed)));
        assert_eq!(raced(&["[::1]:3"]).await.0, Some(Err(ErrorKind::TimedOut)));
        assert_eq!(raced(&[]).await.0, None);
    }
}
