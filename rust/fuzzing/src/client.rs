//! The real client, connected to a [`Server`], on a runtime that is made once a thread.

use std::cell::OnceCell;
use std::future::Future;
use std::sync::Mutex;

use model::{Secret, Security};
use tokio::runtime::{Builder, Runtime};
use wire::{Connection, Dialer, Login, Options, Proof, Stream};

use crate::server::Server;

thread_local! {
    static RUNTIME: OnceCell<Runtime> = const { OnceCell::new() };
}

/// Does all of it now: nothing in it waits.
pub(crate) fn run(task: impl Future<Output = ()>) {
    RUNTIME.with(|cell| {
        if cell.get().is_none()
            && let Ok(runtime) = Builder::new_current_thread().enable_time().build()
        {
            let _new = cell.set(runtime);
        }
        if let Some(runtime) = cell.get() {
            runtime.block_on(task);
        }
    });
}

/// A connection to a server that says this, from its greeting on; none where that makes no login.
pub(crate) async fn connect(script: &[u8]) -> Option<Connection> {
    let server = Mutex::new(Some(Server::new(script)));
    let dialer = Dialer::new(move |_, _| {
        let server = server.lock().ok().and_then(|mut server| server.take()).unwrap_or_default();
        let io: Box<dyn Stream> = Box::new(server);
        Box::pin(std::future::ready(Ok(io)))
    });
    let options = Options { dialer, ..Options::new("fuzz.example", 143, Security::None) };
    let proof = Proof::Password(Secret::new("secret"));
    let login = Login { authentication_user: "user".to_owned(), impersonation: None, proof };
    Connection::open(&options, &login).await.ok()
}
