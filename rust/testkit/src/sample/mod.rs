//! A small IMAP4rev1 server in memory ([RFC 3501]): the sample server where Dovecot is not to be had, and the one that
//! fails on request.
//!
//! INVARIANT: it touches no disk but for its certificate, and ends with the value that started it.
//!
//! [RFC 3501]: https://www.rfc-editor.org/rfc/rfc3501

mod append;
mod bearer;
mod fault;
mod fetch;
mod folders;
mod impostor;
mod login;
mod options;
mod pattern;
mod selected;
mod sequence;
mod session;
mod store;
mod stream;
mod throttle;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use crate::address::Address;
use crate::tls::Certificate;
pub use bearer::{Judge, Manner};
pub use fault::{Fault, Moment, Until};
pub use options::{Options, Poison, Refusal};
use store::Store;
pub use store::Stored;

/// What all connections share.
struct Shared {
    options: Options,
    acceptor: TlsAcceptor,
    store: Mutex<Store>,
    faults: fault::Faults,
    connections: Arc<()>,
    forgiving: AtomicBool,
    /// How many of the next logins are refused.
    refusals: AtomicUsize,
    commands: Mutex<BTreeSet<String>>,
    /// The tokens that have opened a mailbox.
    tokens: Mutex<BTreeSet<String>>,
    expired: bearer::Expired,
    throttled: throttle::Throttled,
    /// What is held once for each connection of a user.
    users: Mutex<BTreeMap<String, Arc<()>>>,
}

impl Shared {
    fn store(&self) -> MutexGuard<'_, Store> {
        lock(&self.store)
    }

    /// Whether this login is one of those that are refused.
    fn refuses_login(&self) -> bool {
        let one_less = |left: usize| left.checked_sub(1);
        self.refusals.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok()
    }

    /// Whether messages are taken and delivered now, whatever they are.
    fn forgives(&self) -> bool {
        self.forgiving.load(Ordering::Relaxed)
    }

    /// Why a folder does not open, unless all is forgiven.
    fn opening_refusal(&self, folder: &str) -> Option<&'static str> {
        if self.forgives() { None } else { (self.options.opening_refusal)(folder) }
    }

    /// These, unless all is forgiven.
    fn poison<'p>(&self, poison: &'p [Poison]) -> &'p [Poison] {
        if self.forgives() { &[] } else { poison }
    }
}

/// A lock that a panic elsewhere in a test does not spoil.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A running sample server. Any user may log in with [`PASSWORD`](crate::PASSWORD), or as `user*mailadmin` with
/// [`MASTER_PASSWORD`](crate::MASTER_PASSWORD). Dropping it stops it.
pub struct Sample {
    shared: Arc<Shared>,
    address: Address,
    running: Option<Running>,
    _folder: TempDir,
}

/// The thread that serves; it ends when `stop` is dropped.
struct Running {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Sample {
    /// Starts a server that listens once this returns.
    pub fn start(options: Options) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("sample-").tempdir()?;
        let certificate = Certificate::generate(folder.path())?;
        let shared = Shared {
            acceptor: TlsAcceptor::from(certificate.server_config()?),
            store: Mutex::new(Store::new(&options)),
            faults: fault::Faults::default(),
            connections: Arc::new(()),
            forgiving: AtomicBool::new(false),
            refusals: AtomicUsize::new(0),
            commands: Mutex::default(),
            tokens: Mutex::default(),
            expired: bearer::Expired::default(),
            throttled: throttle::Throttled::default(),
            users: Mutex::default(),
            options,
        };
        let address = Address {
            host: Ipv4Addr::LOCALHOST.to_string(),
            port: 0,
            tls_port: 0,
            certificate: certificate.certificate,
        };
        let mut sample = Self { shared: Arc::new(shared), address, running: None, _folder: folder };
        sample.restart()?;
        Ok(sample)
    }

    /// Where it listens.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Cuts all connections and listens no more; keeps all mail.
    pub fn stop(&mut self) {
        if let Some(Running { stop, thread }) = self.running.take() {
            drop(stop);
            // A panic of the thread has failed the test's own connection already.
            let _ = thread.join();
        }
    }

    /// Serves again on the same ports after [`stop`](Self::stop).
    pub fn restart(&mut self) -> io::Result<()> {
        self.stop();
        let plain = listen(&mut self.address.port)?;
        let tls = listen(&mut self.address.tls_port)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let shared = Arc::clone(&self.shared);
        let serve = move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = accept(&shared, plain, Wrapping::Plain) => {}
                    _ = accept(&shared, tls, Wrapping::Tls) => {}
                    _ = stopped => {}
                }
            });
        };
        let thread = thread::Builder::new().name("sample-server".to_owned()).spawn(serve)?;
        self.running = Some(Running { stop, thread });
        Ok(())
    }

    /// Lets something go wrong once, counted from now on.
    pub fn inject(&self, fault: Fault) {
        self.shared.faults.add(fault);
    }

    /// Refuses the next logins, so many, whatever the passwords are.
    pub fn refuse_logins(&self, number: usize) {
        self.shared.refusals.store(number, Ordering::Relaxed);
    }

    /// Ends the time of all tokens that have opened a mailbox so far: sessions learn it at their next command or literal, and
    /// logins are refused.
    pub fn expire_tokens(&self) {
        std::mem::take(&mut *lock(&self.shared.tokens))
            .into_iter()
            .for_each(|token| self.shared.expired.add(token));
    }

    /// Answers the next commands of a user, so many, as Exchange does when it has enough of them.
    pub fn throttle(&self, user: &str, commands: usize, backoff: Duration) {
        self.shared.throttled.begin(user, commands, backoff);
    }

    /// Takes and delivers every message from now on, poisonous or not.
    pub fn forgive(&self) {
        self.shared.forgiving.store(true, Ordering::Relaxed);
    }

    /// The names of all commands that clients have sent, `UID` in front where it was.
    pub fn commands(&self) -> BTreeSet<String> {
        lock(&self.shared.commands).clone()
    }

    /// How many messages were stored by APPEND so far, acknowledged or not.
    pub fn appended(&self) -> usize {
        self.shared.store().appended()
    }

    /// The folders of a user, by their encoded names.
    pub fn folders(&self, user: &str) -> Vec<String> {
        self.shared.store().account(user).folders.keys().cloned().collect()
    }

    /// The messages of a folder in their order; none where there is no such folder.
    pub fn messages(&self, user: &str, folder: &str) -> Vec<Stored> {
        self.shared
            .store()
            .account(user)
            .folder(folder)
            .map(|folder| folder.messages.clone())
            .unwrap_or_default()
    }

    /// Gives a folder a new UIDVALIDITY and its messages new UIDs ([RFC 3501 §2.3.1.1]).
    ///
    /// [RFC 3501 §2.3.1.1]: https://www.rfc-editor.org/rfc/rfc3501#section-2.3.1.1
    pub fn renumber(&self, user: &str, folder: &str) {
        self.shared.store().renumber(user, folder);
    }

    /// Brings a folder back to when its next message got this UID, as from a backup.
    pub fn set_back(&self, user: &str, folder: &str, uid_next: u32) {
        self.shared.store().set_back(user, folder, uid_next);
    }
}

impl Drop for Sample {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Whether TLS begins with the connection.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wrapping {
    Plain,
    Tls,
}

/// Listens on this port; on any where it is 0, which it is no longer then.
fn listen(port: &mut u16) -> io::Result<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, *port))?;
    listener.set_nonblocking(true)?;
    *port = listener.local_addr()?.port();
    Ok(listener)
}

async fn accept(shared: &Arc<Shared>, listener: TcpListener, wrapping: Wrapping) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let (socket, _) = listener.accept().await?;
        let shared = Arc::clone(shared);
        // How a connection ends, and with which error, is the client's to see.
        tokio::spawn(async move { session::serve(shared, socket, wrapping).await });
    }
}
