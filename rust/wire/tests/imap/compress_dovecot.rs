//! COMPRESS with a real Dovecot: whatever is appended comes back octet by octet.
#![cfg(unix)]

use model::{Secret, Security};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use testkit::dovecot::{self, Dovecot};
use testkit::mail::Messages;
use testkit::proxy::Proxy;
use testkit::{Address, PASSWORD};
use wire::{
    AppendOptions, Begun, CertificatePolicy, Connection, FetchOptions, Flags, Login, MailboxName, Options,
    Proof, UidSet,
};

/// Without TLS below, and with it.
const SECURITIES: [Security; 2] = [Security::None, Security::Ssl];

/// A server that offers compression; none, said aloud, where there is no Dovecot.
#[allow(clippy::print_stderr, reason = "a test that tests nothing says so")]
fn server() -> Option<Dovecot> {
    if dovecot::find().is_none() {
        eprintln!("SKIPPED: dovecot is not installed, so that nothing was tested");
        return None;
    }
    Some(Dovecot::start(&dovecot::Options { compress: true, ..Default::default() }).unwrap())
}

/// A compressed connection of a user.
async fn open(address: &Address, security: Security, user: &str) -> Connection {
    let port = if security == Security::Ssl { address.tls_port } else { address.port };
    let mut options = Options::new("127.0.0.1", port, security);
    options.certificates =
        CertificatePolicy::Authorities { file: Some(address.certificate.clone()), folders: Vec::new() };
    let password = Secret::new(PASSWORD);
    let login =
        Login { authentication_user: user.to_owned(), impersonation: None, proof: Proof::Password(password) };
    let mut connection = Connection::open(&options, &login).await.unwrap();
    assert!(connection.compress().await.unwrap());
    connection
}

async fn append(connection: &mut Connection, bodies: &[Vec<u8>]) {
    let mut appender = connection.appender(AppendOptions::default()).unwrap();
    for body in bodies {
        let size = body.len() as u64;
        let begun =
            appender.begin(&MailboxName::from_text("INBOX"), &Flags::new(), None, size).await.unwrap();
        assert!(matches!(begun, Begun::Accepted(_)));
        for chunk in body.chunks(100_000) {
            appender.write(chunk).await.unwrap();
        }
        appender.finish().await.unwrap();
    }
    appender.drain().await.unwrap();
    let outcomes: Vec<_> = std::iter::from_fn(|| appender.next_outcome()).collect();
    assert!(outcomes.len() == bodies.len() && outcomes.iter().all(|outcome| outcome.result.is_ok()));
}

async fn fetch(connection: &mut Connection) -> Vec<Vec<u8>> {
    let selected = connection.examine(&MailboxName::from_text("INBOX")).await.unwrap();
    let uids: UidSet = (1..selected.numbers.uid_next.unwrap().get()).collect();
    let mut bodies = connection.fetch_bodies(uids, FetchOptions::default()).unwrap();
    let mut fetched = Vec::new();
    while let Some(mut message) = bodies.next().await.unwrap() {
        let mut body = Vec::new();
        while let Some(chunk) = message.chunk().await.unwrap() {
            body.extend_from_slice(chunk);
        }
        fetched.push(body);
    }
    fetched
}

/// Appends and fetches over a compressed connection.
async fn assert_come_back(bodies: &[Vec<u8>]) {
    let Some(server) = server() else { return };
    for security in SECURITIES {
        let mut connection = open(server.address(), security, &format!("{security:?}")).await;
        append(&mut connection, bodies).await;
        let fetched = fetch(&mut connection).await;
        assert!(fetched == bodies, "{security:?}: {} of {} came", fetched.len(), bodies.len());
        connection.logout().await.unwrap();
    }
}

/// A line of bytes that no compression makes much fewer: all that mail may hold but line ends.
fn noise(octets: usize) -> Vec<u8> {
    let bytes = StdRng::seed_from_u64(1).random_iter::<u8>().filter(|byte| !b"\0\r\n".contains(byte));
    bytes.take(octets).chain(*b"\r\n").collect()
}

#[tokio::test]
async fn text_comes_back() {
    let bodies: Vec<_> = Messages::new(1).take(100).map(|message| message.bytes).collect();
    assert_come_back(&bodies).await;
}

#[tokio::test]
async fn what_does_not_compress_comes_back() {
    assert_come_back(&[noise(500_000), noise(1), noise(70_000)]).await;
}

#[tokio::test]
async fn twenty_megabytes_come_back() {
    let mut body = Vec::new();
    let mut messages = Messages::new(2);
    while body.len() < 20_000_000 {
        body.extend(messages.next().unwrap().bytes);
        body.extend_from_slice(b"\r\n");
    }
    assert_come_back(&[body]).await;
}

#[tokio::test]
async fn many_small_messages_come_back() {
    let bodies: Vec<_> =
        (0..1_000).map(|n| format!("Subject: {n}\r\n\r\nno. {n}\r\n").into_bytes()).collect();
    assert_come_back(&bodies).await;
}

#[tokio::test]
async fn text_takes_fewer_bytes_on_the_way_there_and_back() {
    let Some(server) = server() else { return };
    let proxy = Proxy::start(server.address()).unwrap();
    let body = b"Subject: all work\r\n\r\n"
        .iter()
        .copied()
        .chain(b"and no play\r\n".repeat(50_000))
        .collect::<Vec<_>>();
    let mut connection = open(&proxy.address(server.address()), Security::None, "ada").await;
    append(&mut connection, std::slice::from_ref(&body)).await;
    assert!(fetch(&mut connection).await == [body.clone()]);
    let counts = proxy.counts();
    let most = body.len() as u64 / 10;
    assert!(counts.to_server < most && counts.to_client < most, "{counts:?} of {}", body.len());
}
