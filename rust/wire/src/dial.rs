//! Opens a byte stream to a server: by DNS and TCP, unless a test brings a network of its own.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use model::{Error as ModelError, ErrorKind};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::Instant;

use crate::error::Result;
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

/// Connects to the first address that answers.
pub(crate) async fn dial(options: &Options, report: &mut ProbeReport) -> Result<Box<dyn Stream>> {
    let Some(own) = &options.dialer.0 else { return Ok(Box::new(tcp(options, report).await?)) };
    let started = Instant::now();
    let dialled = within(options, "connect to", (own.way)(&options.host, options.port)).await?;
    let stream = dialled.map_err(|error| connect_error(&options.address(), &error))?;
    report.tcp_latency = Some(started.elapsed());
    Ok(stream)
}

async fn tcp(options: &Options, report: &mut ProbeReport) -> Result<TcpStream> {
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
    let mut last = ModelError::new(ErrorKind::DnsFailed, format!("`{address}` has no address")).into();
    for candidate in addresses {
        let started = Instant::now();
        match within(options, "connect to", TcpStream::connect(candidate)).await {
            Ok(Ok(tcp)) => {
                report.tcp_latency = Some(started.elapsed());
                // Small commands must not wait for a full segment. Where it fails, things are only slower.
                let _nodelay = tcp.set_nodelay(true);
                // What was written and not yet sent when a connection is dropped, or its process killed, must not reach
                // the server afterwards: the next connection would look for that message, and not find it yet.
                let _abort = tcp.set_zero_linger();
                return Ok(tcp);
            }
            Ok(Err(error)) => last = connect_error(&address, &error).into(),
            Err(timed_out) => last = timed_out,
        }
    }
    Err(last)
}

fn connect_error(address: &str, error: &io::Error) -> ModelError {
    let refused = error.kind() == io::ErrorKind::ConnectionRefused;
    let reason =
        if refused { "refused the connection".to_owned() } else { format!("cannot be reached: {error}") };
    ModelError::new(ErrorKind::ConnectFailed, format!("`{address}` {reason}"))
        .remedy("check the port number, that the server runs, and that no firewall is in between")
}
