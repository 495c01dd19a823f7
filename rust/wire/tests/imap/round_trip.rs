//! How far away the server is, told from what is said to it anyway.

use std::ops::Range;
use std::time::Duration;

use model::Security;
use testkit::Address;
use testkit::proxy::{Proxy, Way};
use wire::{Connection, Options};

use crate::support::{login, options, serve};

/// Half of a round trip.
const DELAY: Duration = Duration::from_millis(100);

/// More than one round trip, and less than two.
const ONCE: Range<Duration> = Duration::from_millis(200)..Duration::from_millis(400);

/// Opens a connection through a proxy that is near, to a server that is far away.
async fn open_from_afar(transcript: &str) -> (Connection, Proxy) {
    let server = serve(transcript).await;
    let (host, port) = ("127.0.0.1".to_owned(), server.address().port());
    let address = Address { host, port, tls_port: 0, certificate: "none".into() };
    let proxy = Proxy::start(&address).unwrap();
    proxy.set(Way { delay: DELAY, ..Way::default() });
    let options = Options { port: proxy.address(&address).port, ..options(&server, Security::None) };
    (Connection::open(&options, &login("alice", "secret")).await.unwrap(), proxy)
}

#[tokio::test]
async fn one_exchange_counts_where_a_login_takes_two() {
    let transcript = "
        S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready
        C: A1 AUTHENTICATE PLAIN
        S: +
        C: *
        S: A1 OK [CAPABILITY IMAP4rev1] in";
    let (connection, _proxy) = open_from_afar(transcript).await;
    assert!(ONCE.contains(&connection.round_trip()), "{:?}", connection.round_trip());
}
