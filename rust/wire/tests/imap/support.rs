//! Connections to a scripted server.

use std::path::PathBuf;
use std::time::Duration;

use model::{Secret, Security};
use testkit::Address;
use testkit::proxy::{Proxy, Way};
use testkit::script::{Script, ScriptServer};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use wire::{
    AppendOptions, Begun, Connection, Error, Flag, Flags, InternalDate, Login, MailboxName, Options, Proof,
    Refusal, UidSet,
};

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
    Login {
        authentication_user: user.to_owned(),
        impersonation: None,
        proof: Proof::Password(Secret::new(password)),
    }
}

/// An open connection to a server with these capabilities, which plays the transcript.
pub(crate) async fn session(capabilities: &str, transcript: impl AsRef<[u8]>) -> (Connection, ScriptServer) {
    let mut script = welcome(capabilities).into_bytes();
    script.extend_from_slice(transcript.as_ref());
    let server = serve(script).await;
    let connection = Connection::open(&options(&server, Security::None), &login("a", "b")).await.unwrap();
    (connection, server)
}

/// The size of the largest message that a practised server has taken.
const PRACTISED: usize = 64;

/// As [`session`], with a server that has taken before what the tests send to the folders `x` and `y`: neither its size, nor
/// `\Seen`, nor a date have to be asked for.
pub(crate) async fn practised(
    capabilities: &str,
    transcript: impl AsRef<[u8]>,
) -> (Connection, ScriptServer, AppendOptions) {
    let largest = "p".repeat(PRACTISED);
    let mut practice = format!(
        "
        C: P1 APPEND \"y\" *
        S: +
        C: a
        S: P1 OK done
        C: P2 APPEND \"x\" *
        S: +
        C: {largest}
        S: P2 OK done
        C: P3 APPEND \"x\" () {{1+}}
        C: a
        S: P3 OK done"
    );
    let shares = capabilities.contains("MULTIAPPEND");
    if shares {
        practice += "
        C: P4 APPEND \"x\" () {1+}
        C: a () {1+}
        C: a
        S: P4 OK done";
    }
    let transcript = [practice.as_bytes(), transcript.as_ref()].concat();
    let (mut connection, server) = session(capabilities, transcript).await;
    let options = practise(&mut connection, &largest, shares).await;
    (connection, server, options)
}

async fn practise(connection: &mut Connection, largest: &str, shares: bool) -> AppendOptions {
    let options = AppendOptions::default();
    let mut appender = connection.appender(options.clone()).unwrap();
    let (none, seen) = (Flags::new(), [Flag::SEEN].into_iter().collect());
    let date = InternalDate::new("1-Jan-2020 00:00:00 +0000");
    let mut messages =
        vec![("y", &none, None, "a"), ("x", &seen, Some(&date), largest), ("x", &none, None, "a")];
    messages.extend(vec![("x", &none, None, "a"); if shares { 2 } else { 0 }]);
    for (index, (folder, flags, date, body)) in messages.into_iter().enumerate() {
        let folder = MailboxName::from_text(folder);
        let begun = appender.begin(&folder, flags, date, body.len() as u64).await.unwrap();
        assert!(matches!(begun, Begun::Accepted(_)));
        appender.write(body.as_bytes()).await.unwrap();
        appender.finish().await.unwrap();
        if index != 3 {
            appender.drain().await.unwrap();
        }
    }
    while appender.next_outcome().is_some() {}
    drop(appender);
    options
}

fn welcome(capabilities: &str) -> String {
    let capabilities = format!("[CAPABILITY IMAP4rev1 {capabilities}]");
    format!("S: * OK {capabilities} ready\nC: A0 LOGIN \"a\" \"b\"\nS: A0 OK {capabilities} in")
}

/// Greets a client and lets it log in, where a server is more than a script.
pub(crate) async fn let_in(stream: &mut BufReader<TcpStream>, capabilities: &str) {
    let capabilities = format!("[CAPABILITY IMAP4rev1 {capabilities}]");
    stream.write_all(format!("* OK {capabilities} ready\r\n").as_bytes()).await.unwrap();
    let mut command = String::new();
    stream.read_line(&mut command).await.unwrap();
    let tag = command.split(' ').next().unwrap();
    stream.write_all(format!("{tag} OK {capabilities} in\r\n").as_bytes()).await.unwrap();
}

/// As [`session`], for a server without extensions that is 42 ms away.
pub(crate) async fn far_session(transcript: &str) -> (Connection, ScriptServer, Proxy) {
    let server = serve(format!("{}{transcript}", welcome(""))).await;
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
    let server = serve(format!("{}{transcript}", welcome(""))).await;
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
