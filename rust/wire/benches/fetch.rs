//! How fast the answers to UID FETCH are read, from a socket as in real life: the lexer on summaries of each kind, the
//! framer on messages with bodies.
#![allow(clippy::unwrap_used, missing_docs)]

use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use model::{Secret, Security};
use tokio::runtime::Runtime;
use wire::{Connection, FetchOptions, Login, Options, Proof, SummaryItems, UidSet};

const MESSAGES: u32 = 10_000;

const PLAIN: SummaryItems<'_> = SummaryItems {
    flags: true,
    internal_date: true,
    size: true,
    modseq: false,
    header_fields: &[],
    changed_since: None,
};

const WITH_HEADER: SummaryItems<'_> = SummaryItems { header_fields: &["MESSAGE-ID"], ..PLAIN };

/// Lines as servers write them, without the UID and the parentheses around.
const SUMMARIES: [(&str, SummaryItems<'_>, &str); 6] = [
    ("plain", PLAIN, r#"FLAGS (\Seen) INTERNALDATE "17-Jul-2020 02:44:25 -0700" RFC822.SIZE 44827"#),
    (
        "modseq",
        SummaryItems { modseq: true, ..PLAIN },
        r#"MODSEQ (917162500) FLAGS (\Seen) INTERNALDATE "17-Jul-2020 02:44:25 -0700" RFC822.SIZE 44827"#,
    ),
    (
        "keywords",
        PLAIN,
        r#"FLAGS (\Answered \Flagged \Seen $Forwarded $Label1 $MDNSent NonJunk) INTERNALDATE "17-Jul-2020 02:44:25 -0700" RFC822.SIZE 44827"#,
    ),
    (
        "unknown items",
        PLAIN,
        r#"X-GM-LABELS ("\\Inbox" "a (b)" c) EMAILID (M6d99ac3275bb4e) THREADID NIL FLAGS (\Seen) INTERNALDATE "17-Jul-2020 02:44:25 -0700" RFC822.SIZE 44827"#,
    ),
    (
        "header in a literal",
        WITH_HEADER,
        "FLAGS (\\Seen) INTERNALDATE \"17-Jul-2020 02:44:25 -0700\" RFC822.SIZE 44827 BODY[HEADER.FIELDS (MESSAGE-ID)] {58}\r\nMessage-ID: <CAF5n9TQ0y4kZ8yVd5mWvY1x@mail.example.com>\r\n\r\n",
    ),
    (
        "header in quotes",
        WITH_HEADER,
        r#"FLAGS (\Seen) INTERNALDATE "17-Jul-2020 02:44:25 -0700" RFC822.SIZE 44827 BODY[HEADER.FIELDS (MESSAGE-ID)] "Message-ID: <\"a b\"@example.com>""#,
    ),
];

/// The same answer for each message.
fn answers(items: &str) -> Vec<u8> {
    (1..=MESSAGES).map(|n| format!("* {n} FETCH (UID {n} {items})\r\n")).collect::<String>().into_bytes()
}

/// Starts a server that answers every command with these responses, and connects to it.
fn connect(runtime: &Runtime, responses: Vec<u8>) -> Connection {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let options = Options::new("127.0.0.1", listener.local_addr().unwrap().port(), Security::None);
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"* OK [CAPABILITY IMAP4rev1 CONDSTORE] ready\r\n").unwrap();
        // A connection that is dropped is reset, which ends the commands.
        for command in BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok) {
            let responses: &[u8] = match command.contains(" LOGIN ") {
                true => b"* CAPABILITY IMAP4rev1 CONDSTORE\r\n",
                false => &responses,
            };
            stream.write_all(responses).unwrap();
            let (tag, _) = command.split_once(' ').unwrap();
            stream.write_all(format!("{tag} OK done\r\n").as_bytes()).unwrap();
        }
    });
    let login = Login {
        authentication_user: "ada".to_owned(),
        impersonation: None,
        proof: Proof::Password(Secret::default()),
    };
    runtime.block_on(Connection::open(&options, &login)).unwrap()
}

fn uids() -> UidSet {
    (1..=MESSAGES).collect()
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn summaries(criterion: &mut Criterion) {
    let (runtime, uids) = (runtime(), uids());
    let mut group = criterion.benchmark_group("summaries");
    group.throughput(Throughput::Elements(MESSAGES.into()));
    for (name, items, line) in SUMMARIES {
        group.bench_function(name, |bencher| {
            let mut connection = connect(&runtime, answers(line));
            bencher.iter(|| {
                let mut count = 0;
                let listed = connection.uid_fetch_summaries(&uids, items, |summary| {
                    count += u32::from(black_box(summary).flags.is_some());
                });
                runtime.block_on(listed).unwrap();
                assert_eq!(count, MESSAGES);
            });
        });
    }
}

async fn read_bodies(connection: &mut Connection, uids: UidSet) -> u64 {
    let mut bodies = connection.fetch_bodies(uids, FetchOptions::default()).unwrap();
    let mut octets = 0;
    while let Some(mut body) = bodies.next().await.unwrap() {
        while let Some(chunk) = body.chunk().await.unwrap() {
            octets += black_box(chunk).len() as u64;
        }
    }
    octets
}

fn bodies(criterion: &mut Criterion) {
    let (runtime, uids) = (runtime(), uids());
    let mut group = criterion.benchmark_group("bodies");
    group.sample_size(20);
    for size in [400, 4_000] {
        let facts = r#"FLAGS (\Seen) INTERNALDATE "17-Jul-2020 02:44:25 -0700""#;
        let body = "m".repeat(size);
        let octets = u64::from(MESSAGES) * size as u64;
        group.throughput(Throughput::Bytes(octets));
        group.bench_function(format!("{size} octets"), |bencher| {
            let responses = answers(&format!("{facts} BODY[] {{{size}}}\r\n{body}"));
            let mut connection = connect(&runtime, responses);
            bencher.iter(|| {
                assert_eq!(runtime.block_on(read_bodies(&mut connection, uids.clone())), octets);
            });
        });
    }
}

criterion_group!(benches, summaries, bodies);
criterion_main!(benches);
