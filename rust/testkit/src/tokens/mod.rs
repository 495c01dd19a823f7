//! A token server on loopback, as Entra and Google have them ([RFC 6749]): all grants, tokens that end, refusals by number.
//!
//! Entra's addresses begin with the tenant, Google's do not; both are served at once. What is not as it should be is refused,
//! so a client that is let in has done everything right.
//!
//! INVARIANT: pauses and lives are by Tokio's clock. Where that is paused, serve in the same runtime: [`Tokens::spawn`].
//!
//! [RFC 6749]: https://www.rfc-editor.org/rfc/rfc6749

mod assertion;
mod fault;
mod grants;
mod http;
mod identity;
mod issued;
mod options;
mod refusal;
mod sign_in;

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use fault::Fault;
pub use identity::Identity;
pub use options::{Options, ServiceAccount};

/// A handle on a running token server, cheap to clone. The server ends with its runtime, or with its process.
#[derive(Debug, Clone)]
pub struct Tokens {
    shared: Arc<Shared>,
    address: SocketAddr,
}

/// What all connections share.
#[derive(Debug)]
struct Shared {
    options: Options,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    issued: issued::Issued,
    sign_ins: sign_in::SignIns,
    faults: fault::Faults,
    /// Requests by grant.
    counts: BTreeMap<String, usize>,
    /// How far this server's clock is before the machine's, in seconds.
    skew: i64,
}

impl Shared {
    /// A lock that a panic elsewhere in a test does not spoil.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tokens {
    /// Starts a server on a thread of its own.
    pub fn start(options: Options) -> io::Result<Self> {
        let (tokens, listener) = Self::listen(options)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let shared = tokens.shared.clone();
        std::thread::Builder::new()
            .name("tokens".to_owned())
            .spawn(move || runtime.block_on(http::serve(shared, listener)))?;
        Ok(tokens)
    }

    /// Starts a server in the runtime of the caller.
    pub fn spawn(options: Options) -> io::Result<Self> {
        let (tokens, listener) = Self::listen(options)?;
        tokio::spawn(http::serve(tokens.shared.clone(), listener));
        Ok(tokens)
    }

    fn listen(options: Options) -> io::Result<(Self, TcpListener)> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok((Self { shared: Arc::new(Shared { options, state: Mutex::default() }), address }, listener))
    }

    /// The authority: `http://127.0.0.1:port`.
    pub fn authority(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Whether this token opens this mailbox now.
    pub fn is_good(&self, token: &str, mailbox: &str) -> bool {
        self.shared.state().issued.is_good(token, mailbox)
    }

    /// How long this token is good yet, if it is.
    pub fn life_left(&self, token: &str) -> Option<Duration> {
        self.shared.state().issued.life_left(token)
    }

    /// All tokens that were given out, refresh tokens and codes too: what must be found nowhere.
    pub fn secrets(&self) -> Vec<String> {
        let state = self.shared.state();
        state.issued.secrets().chain(state.sign_ins.secrets()).collect()
    }

    /// How many requests came by this grant, refused ones too: its `grant_type`, or `authorize` or `devicecode`.
    pub fn count(&self, grant: &str) -> usize {
        self.shared.state().counts.get(grant).copied().unwrap_or_default()
    }

    /// No access token is good any more: as if their time were over. Refresh tokens are.
    pub fn expire(&self) {
        self.shared.state().issued.expire();
    }

    /// No token is good any more, and none that was remembered.
    pub fn revoke_all(&self) {
        self.shared.state().issued.revoke_all();
    }

    /// The next so many requests, of whatever grant, get this.
    pub fn fail(&self, fault: Fault, times: usize) {
        self.shared.state().faults.push(fault, times);
    }

    /// Sets this server's clock so many seconds before the machine's.
    pub fn set_clock_ahead(&self, seconds: i64) {
        self.shared.state().skew = seconds;
    }

    /// The person with the device signs in (`true`), or refuses.
    pub fn answer_device(&self, consents: bool) {
        self.shared.state().sign_ins.answer_device(consents);
    }
}
