//! A TCP proxy that stands between a client and a test server and makes the way between them bad: it delays, narrows,
//! stalls, splits and cuts, and counts what passes.
//!
//! INVARIANT: what it carries arrives unchanged and in order, up to the byte at which it was told to cut. Where one end
//! resets the connection, so does the proxy, and what was under way is gone: narrow ways have their queue at the sender.

use std::future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};

use crate::address::Address;

/// How many bytes are read at once.
const PARCEL: usize = 16 * 1024;

/// How many parcels may be under way in one direction: what fills a link of 100 Mbit/s and 100 ms.
const PARCELS: usize = 80;

/// By how much a timer may be late: twice what tokio's is.
const TICK: Duration = Duration::from_millis(2);

/// How the way is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Way {
    /// How long every byte is under way in each direction: half of the round trip.
    pub delay: Duration,
    /// Bytes a second in each direction, for all connections together; none for any number.
    pub bandwidth: Option<u64>,
    /// The most bytes that are written at once; none for any number.
    pub piece: Option<usize>,
    /// Nothing passes, and no connection is closed.
    pub stalled: bool,
}

/// Which way bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the client to the server.
    ToServer,
    /// From the server to the client.
    ToClient,
}

/// How a connection ends before its time. Either way both sides see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// In good order, as a server that restarts does.
    Fin,
    /// By a reset, as a firewall that lost its state does.
    Reset,
}

/// What passed so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Connections that were accepted.
    pub connections: u64,
    /// Connections that are open now.
    pub open: u64,
    /// The most connections that were open at once.
    pub most_open: u64,
    /// Connections that were cut.
    pub cut: u64,
    /// Bytes that the server was given.
    pub to_server: u64,
    /// Bytes that clients were given.
    pub to_client: u64,
}

/// A running proxy. Dropping it cuts all connections and ends it.
#[derive(Debug)]
pub struct Proxy {
    shared: Arc<Shared>,
    port: u16,
    running: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

/// What all connections share.
#[derive(Debug)]
struct Shared {
    server: SocketAddr,
    way: watch::Sender<Way>,
    cut_all: watch::Sender<Option<Cut>>,
    connections: Mutex<Counts>,
    to_server: Line,
    to_client: Line,
}

/// One direction, of all connections together.
#[derive(Debug, Default)]
struct Line {
    passed: AtomicU64,
    state: Mutex<LineState>,
}

#[derive(Debug, Default)]
struct LineState {
    /// When the last byte that was admitted will have passed, where there is a bandwidth.
    free_at: Option<Instant>,
    /// After how many more bytes to cut.
    cut: Option<(u64, Cut)>,
}

/// What was read at once.
#[derive(Debug)]
struct Parcel {
    read_at: Instant,
    bytes: Vec<u8>,
}

/// Why a connection ended.
#[derive(Debug)]
enum End {
    Cut(Cut),
    Broken,
}

impl From<io::Error> for End {
    fn from(_: io::Error) -> Self {
        Self::Broken
    }
}

impl Proxy {
    /// Listens on a free port of the loopback and carries everything to and from the plain port of this server.
    pub fn start(server: &Address) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared {
            server: (Ipv4Addr::LOCALHOST, server.port).into(),
            way: watch::Sender::default(),
            cut_all: watch::Sender::default(),
            connections: Mutex::default(),
            to_server: Line::default(),
            to_client: Line::default(),
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let serving = Arc::clone(&shared);
        let serve = move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = accept(serving, listener) => {}
                    _ = stopped => {}
                }
            });
        };
        let thread = thread::Builder::new().name("fault-proxy".to_owned()).spawn(serve)?;
        Ok(Self { shared, port, running: Some((stop, thread)) })
    }

    /// Where it listens: the server's address with the proxy's port. TLS from the first byte on is not offered.
    pub fn address(&self, server: &Address) -> Address {
        Address { port: self.port, tls_port: 0, ..server.clone() }
    }

    /// Makes the way so from now on, also for connections that are open.
    pub fn set(&self, way: Way) {
        self.shared.way.send_replace(way);
    }

    /// Cuts, once, the connection that carries the n-th byte from now in this direction, right after that byte.
    pub fn cut_after(&self, direction: Direction, bytes: u64, how: Cut) {
        lock(&self.shared.line(direction).state).cut = Some((bytes, how));
    }

    /// Cuts all connections that are open.
    pub fn cut_all(&self, how: Cut) {
        self.shared.cut_all.send_replace(Some(how));
    }

    /// What passed so far.
    pub fn counts(&self) -> Counts {
        Counts {
            to_server: self.shared.to_server.passed.load(Ordering::Relaxed),
            to_client: self.shared.to_client.passed.load(Ordering::Relaxed),
            ..*lock(&self.shared.connections)
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.running.take() {
            drop(stop);
            // A panic of the thread has failed the test's own connection already.
            let _ = thread.join();
        }
    }
}

async fn accept(shared: Arc<Shared>, listener: std::net::TcpListener) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    loop {
        let (client, _) = listener.accept().await?;
        tokio::spawn(serve(Arc::clone(&shared), client));
    }
}

/// Carries one connection to its end, and ends it as was asked for.
async fn serve(shared: Arc<Shared>, mut client: TcpStream) -> io::Result<()> {
    let mut cut_all = shared.cut_all.subscribe();
    let mut server = TcpStream::connect(shared.server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    shared.count(|counts| {
        counts.connections += 1;
        counts.open += 1;
        counts.most_open = counts.most_open.max(counts.open);
    });
    let end = tokio::select! {
        end = shared.carry(&mut client, &mut server) => end,
        // The sender lives as long as `shared`.
        _ = cut_all.changed() => Err(End::Cut(cut_all.borrow().unwrap_or(Cut::Reset))),
    };
    shared.count(|counts| {
        counts.open -= 1;
        counts.cut += u64::from(matches!(end, Err(End::Cut(_))));
    });
    match end {
        Err(End::Cut(Cut::Reset) | End::Broken) => client.set_zero_linger().and(server.set_zero_linger()),
        Err(End::Cut(Cut::Fin)) => tokio::try_join!(hang_up(client), hang_up(server)).map(drop),
        Ok(()) => Ok(()),
    }
}

/// Says the end, and listens for the other's: to close with bytes unread would be a reset.
async fn hang_up(mut stream: TcpStream) -> io::Result<()> {
    stream.shutdown().await?;
    tokio::io::copy(&mut stream, &mut tokio::io::sink()).await.map(drop)
}

impl Shared {
    fn line(&self, direction: Direction) -> &Line {
        match direction {
            Direction::ToServer => &self.to_server,
            Direction::ToClient => &self.to_client,
        }
    }

    fn count(&self, change: impl FnOnce(&mut Counts)) {
        change(&mut lock(&self.connections));
    }

    async fn carry(&self, client: &mut TcpStream, server: &mut TcpStream) -> Result<(), End> {
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = server.split();
        tokio::try_join!(
            self.to_server.carry(self.way.subscribe(), from_client, to_server),
            self.to_client.carry(self.way.subscribe(), from_server, to_client),
        )
        .map(drop)
    }
}

impl Line {
    /// Carries one direction of a connection to its end, which it passes on.
    async fn carry(
        &self,
        mut way: watch::Receiver<Way>,
        from: ReadHalf<'_>,
        mut to: WriteHalf<'_>,
    ) -> Result<(), End> {
        let (sender, mut parcels) = mpsc::channel::<Parcel>(PARCELS);
        let write = async {
            while let Some(parcel) = parcels.recv().await {
                self.pass(&mut way, &parcel, &mut to).await?;
            }
            Ok(to.shutdown().await?)
        };
        tokio::select! {
            end = write => end,
            end = async {
                read(from, sender).await?;
                // The writer ends after the last parcel.
                future::pending().await
            } => end,
        }
    }

    /// Writes a parcel when it is due, in pieces, up to the byte at which to cut.
    async fn pass(
        &self,
        way: &mut watch::Receiver<Way>,
        parcel: &Parcel,
        to: &mut WriteHalf<'_>,
    ) -> Result<(), End> {
        let Ok(now) = way.wait_for(|way| !way.stalled).await.map(|way| way.clone()) else {
            return Err(End::Broken);
        };
        sleep_until(parcel.read_at + now.delay).await;
        for piece in parcel.bytes.chunks(now.piece.unwrap_or(PARCEL).max(1)) {
            let mut rest = piece;
            while !rest.is_empty() {
                let (next, later) = self.split(rest);
                if let Some(bandwidth) = now.bandwidth {
                    sleep_until(self.reserve(next.len(), bandwidth)).await;
                }
                to.write_all(next).await?;
                if let Some(cut) = self.count(next.len()) {
                    return Err(End::Cut(cut));
                }
                rest = later;
            }
        }
        Ok(())
    }

    /// Divides bytes where the connection that carries them is to be cut, if that is so far.
    fn split<'a>(&self, bytes: &'a [u8]) -> (&'a [u8], &'a [u8]) {
        let left = lock(&self.state).cut.and_then(|(left, _)| usize::try_from(left).ok());
        bytes.split_at(left.unwrap_or(usize::MAX).min(bytes.len()))
    }

    /// Counts what has passed, and tells whether the connection is to be cut now. Counted after the bytes were written:
    /// a cut does not get lost on a connection that has ended already.
    fn count(&self, bytes: usize) -> Option<Cut> {
        self.passed.fetch_add(bytes as u64, Ordering::Relaxed);
        let mut state = lock(&self.state);
        let (left, how) = state.cut?;
        let left = left.saturating_sub(bytes as u64);
        state.cut = Some((left, how)).filter(|_| left > 0);
        (left == 0).then_some(how)
    }

    /// When so many bytes will have passed.
    fn reserve(&self, bytes: usize, bandwidth: u64) -> Instant {
        let now = Instant::now();
        let mut state = lock(&self.state);
        // What a timer's coarseness lost is made up: else parcels of less than its tick would pass too slowly.
        let earliest = now.checked_sub(TICK).unwrap_or(now);
        let begins = state.free_at.map_or(now, |free_at| free_at.max(earliest));
        let free_at = begins + Duration::from_secs_f64(bytes as f64 / bandwidth as f64);
        state.free_at = Some(free_at);
        free_at
    }
}

/// Reads to the end, and notes when each parcel came.
async fn read(mut from: ReadHalf<'_>, parcels: mpsc::Sender<Parcel>) -> io::Result<()> {
    let mut buffer = vec![0; PARCEL];
    loop {
        let count = from.read(&mut buffer).await?;
        let bytes = buffer.get(..count).unwrap_or_default().to_vec();
        if count == 0 || parcels.send(Parcel { read_at: Instant::now(), bytes }).await.is_err() {
            return Ok(());
        }
    }
}

/// A lock that a panic elsewhere in a test does not spoil.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
