//! Connections to a scripted server.

use std::time::Duration;

use model::{Secret, Security};
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
