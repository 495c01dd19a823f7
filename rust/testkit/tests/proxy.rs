//! The fault proxy carries everything unchanged, and fails as it is told.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use testkit::Address;
use testkit::proxy::{Counts, Cut, Direction, Proxy, Way};

/// A server that sends everything back.
fn echo() -> Address {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            thread::spawn(move || io::copy(&mut stream.try_clone().unwrap(), &mut stream));
        }
    });
    Address { host: "127.0.0.1".to_owned(), port, tls_port: 0, certificate: PathBuf::new() }
}

fn start() -> (Proxy, impl Fn() -> TcpStream) {
    let server = echo();
    let proxy = Proxy::start(&server).unwrap();
    let port = proxy.address(&server).port;
    (proxy, move || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap())
}

/// Sends bytes and the end, and reads what comes back to the end.
fn exchange(stream: &mut TcpStream, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut writer = stream.try_clone()?;
    let bytes = bytes.to_vec();
    // A cut may come in the middle of it.
    let writing =
        thread::spawn(move || writer.write_all(&bytes).and_then(|()| writer.shutdown(Shutdown::Write)));
    let mut back = Vec::new();
    let read = stream.read_to_end(&mut back);
    let _cut = writing.join().unwrap();
    read.map(|_| back)
}

fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|n| (n % 251) as u8).collect()
}

#[test]
fn bytes_arrive_unchanged_and_are_counted_however_small_the_pieces() {
    let (proxy, connect) = start();
    let bytes = pattern(300_000);
    assert_eq!(exchange(&mut connect(), &bytes).unwrap(), bytes);
    proxy.set(Way { piece: Some(7), ..Way::default() });
    assert_eq!(exchange(&mut connect(), &bytes[..10_000]).unwrap(), bytes[..10_000]);
    let Counts { connections, cut, to_server, to_client, .. } = proxy.counts();
    assert_eq!((connections, cut, to_server, to_client), (2, 0, 310_000, 310_000));
}

#[test]
fn a_round_trip_takes_twice_the_delay_however_much_is_sent() {
    let (proxy, connect) = start();
    proxy.set(Way { delay: Duration::from_millis(60), ..Way::default() });
    let begun = Instant::now();
    exchange(&mut connect(), &pattern(200_000)).unwrap();
    let taken = begun.elapsed();
    assert!((Duration::from_millis(120)..Duration::from_millis(1000)).contains(&taken), "{taken:?}");
}

#[test]
fn bandwidth_is_shared_by_all_connections() {
    let (proxy, connect) = start();
    proxy.set(Way { bandwidth: Some(1_000_000), ..Way::default() });
    let begun = Instant::now();
    let (mut one, mut other) = (connect(), connect());
    let thread = thread::spawn(move || exchange(&mut one, &pattern(100_000)).unwrap());
    exchange(&mut other, &pattern(100_000)).unwrap();
    thread.join().unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(200), "{:?}", begun.elapsed());
}

#[test]
fn a_cut_comes_right_after_its_byte_and_once() {
    let (proxy, connect) = start();
    let bytes = pattern(100_000);
    proxy.cut_after(Direction::ToClient, 40_001, Cut::Fin);
    assert_eq!(exchange(&mut connect(), &bytes).unwrap(), bytes[..40_001]);
    proxy.cut_after(Direction::ToServer, 5, Cut::Reset);
    assert_eq!(exchange(&mut connect(), &bytes).unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(exchange(&mut connect(), &bytes).unwrap(), bytes);
    assert_eq!(proxy.counts().cut, 2);
}

#[test]
fn what_is_stalled_goes_on_when_the_way_is_free_again() {
    let (proxy, connect) = start();
    proxy.set(Way { stalled: true, ..Way::default() });
    let mut stream = connect();
    stream.write_all(b"late").unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    let mut buffer = [0; 4];
    assert_eq!(stream.read(&mut buffer).unwrap_err().kind(), ErrorKind::WouldBlock);
    stream.set_read_timeout(None).unwrap();
    proxy.set(Way::default());
    stream.read_exact(&mut buffer).unwrap();
    assert_eq!(&buffer, b"late");
}

#[test]
fn all_open_connections_can_be_cut_and_new_ones_pass() {
    let (proxy, connect) = start();
    let mut streams = [connect(), connect()];
    for stream in &mut streams {
        stream.write_all(b"x").unwrap();
        stream.read_exact(&mut [0]).unwrap();
    }
    assert_eq!((proxy.counts().open, proxy.counts().most_open), (2, 2));
    proxy.cut_all(Cut::Reset);
    for stream in &mut streams {
        assert_eq!(stream.read(&mut [0]).unwrap_err().kind(), ErrorKind::ConnectionReset);
    }
    assert_eq!(proxy.counts().open, 0);
    assert_eq!(exchange(&mut connect(), b"new").unwrap(), b"new");
}
