//! Connections to a scripted server.

use std::path::PathBuf;
use std::time::Duration;

use model::{Secret, Security};
use testkit::Address;
use testkit::proxy::{Proxy, Way};
use testkit::script::{Script, ScriptServer};
use wire::{Connection, Error, Login, Options, Refusal, UidSet};

/// Starts a server for one client.
pub(crate) async fn serve(transcript: impl AsRef<[u8]>) -> ScriptServer {
    ScriptServer::start([Script::parse(transcript).unwrap()]).await.unwrap()
}

/// How to reach it. Nothing on the loopback takes long, so whoever waits longer waits in vain.
pub(crate) fn options(server: &ScriptServer, security: Security) -> Options {
    let mut options = Options::new("127.0.0.1", server.address().port(), security);
    options.connect_timeout = Duration::from_secs(5);
    options.response_timeout = Duration::from_secs(5);
    options
}

pub(crate) fn login(user: &str, password: &str) -> Login {
    Login { authentication_user: user.to_owned(), impersonation: None, password: Secret::new(password) }
}

/// An open connection to a server with these capabilities, which plays the transcript.
pub(crate) async fn session(capabilities: &str, transcript: impl AsRef<[u8]>) -> (Connection, ScriptServer) {
    let mut script = format!("S: * PREAUTH [CAPABILITY IMAP4rev1 {capabilities}] ready").into_bytes();
    script.extend_from_slice(transcript.as_ref());
    let server = serve(script).await;
    let connection = Connection::open(&options(&server, Security::None), &login("a", "b")).await.unwrap();
    (connection, server)
}

/// As [`session`], for a server without extensions that is 42 ms away.
pub(crate) async fn far_session(transcript: &str) -> (Connection, ScriptServer, Proxy) {
    let login_first = "S: * OK [CAPABILITY IMAP4rev1] ready
        C: A1 LOGIN *
        S: A1 OK [CAPABILITY IMAP4rev1] in";
    let server = serve(format!("{login_first}{transcript}")).await;
    let port = server.address().port();
    let address = Address { host: "127.0.0.1".to_owned(), port, tls_port: 0, certificate: PathBuf::new() };
    let way = Proxy::start(&address).unwrap();
    way.set(Way { delay: Duration::from_millis(21), ..Way::default() });
    let options = Options { port: way.address(&address).port, ..options(&server, Security::None) };
    let connection = Connection::open(&options, &login("a", "b")).await.unwrap();
    (connection, server, way)
}

/// As [`session`], for a server that will not answer.
pub(crate) async fn impatient_session(transcript: &str) -> (Connection, ScriptServer) {
    let server = serve(format!("S: * PREAUTH [CAPABILITY IMAP4rev1] ready{transcript}")).await;
    let mut options = options(&server, Security::None);
    options.response_timeout = Duration::from_millis(50);
    let connection = Connection::open(&options, &login("a", "b")).await.unwrap();
    (connection, server)
}

pub(crate) fn set(text: &str) -> UidSet {
    text.parse().unwrap()
}

pub(crate) fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> Refusal {
    match result.unwrap_err() {
        Error::Refused(refusal) => *refusal,
        Error::Failed(error) => panic!("{error}"),
    }
}
