//! Builds the largest fleet that people manage, 2,000 batches of 2,000 users (spec 1.13), and prints how long it takes
//! to ask about it. Then it fills a ledger. Run with `--release`; give the two numbers and the messages to change them.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a program to measure with")]

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use model::contract::{BatchQuery, UserQuery};
use model::status::{UserStatus, Wish};
use model::{
    AdminLoginFormat, Batch, BatchOptions, Endpoint, ImapServer, Lease, Limit, Name, Place, Progress, Role,
    Secret, Security, UserRow,
};
use store::{
    Adopt, FolderRecord, Heartbeat, LedgerFolder, LedgerMessage, PassEnd, PassProgress, Purged, Store,
};
use uuid::Uuid;

fn main() {
    let mut numbers = std::env::args().skip(1).map(|number| number.parse::<u32>().unwrap());
    let (batches, users) = (numbers.next().unwrap_or(2_000), numbers.next().unwrap_or(2_000));
    let messages = numbers.next().unwrap_or(2_000_000);
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    for (name, role) in [("source", Role::Source), ("target", Role::Target)] {
        store.insert_endpoint(&endpoint(name, role)).unwrap();
    }
    let large = users_of(batches, 50_000);
    time("insert a batch of 50,000 users", || insert(&store, "large", &large));
    time(&format!("insert {batches} batches of {users} users"), || {
        for number in 0..batches {
            let batch = insert(&store, &format!("batch {number}"), &users_of(number, users));
            store.start(batch, now()).unwrap();
        }
    });
    drop(store);
    let store = time("open", || Store::open(folder.path()).unwrap());
    queries(&store, batches);
    leases(&store);
    unlimited(&store);
    let before = size(folder.path());
    ledger(&store, messages);
    let after = size(folder.path());
    purge(&store, messages);
    println!("{:>12} bytes on disk for a message", (after - before) / u64::from(messages));
}

fn size(folder: &std::path::Path) -> u64 {
    std::fs::metadata(folder.join("migration.db")).unwrap().len()
}

fn queries(store: &Store, batches: u32) {
    let all = BatchQuery { result_size: Some(Limit::Unlimited), ..BatchQuery::default() };
    time("all batches", || store.batch_summaries(&all, now()).unwrap());
    time("one batch", || store.batch_summary("large", now()).unwrap());
    time("the store", || store.view().unwrap());
    time("one user", || store.user("user1@batch0.example").unwrap());
    time("1,000 users", || store.users(&UserQuery::default()).unwrap());
    let by_status = |status| UserQuery { status: Some(status), ..UserQuery::default() };
    time("the first 1,000 queued", || store.users(&by_status(UserStatus::Queued)).unwrap());
    time("the failed, of whom there are none", || store.users(&by_status(UserStatus::Failed)).unwrap());
    time("the syncing, of whom there are none", || store.users(&by_status(UserStatus::Syncing)).unwrap());
    let batch = Some(format!("batch {}", batches - 1));
    let query = UserQuery { batch, result_size: Some(Limit::Unlimited), ..UserQuery::default() };
    time("the users of one batch", || store.users(&query).unwrap());
    let query = UserQuery { prefix: Some("user19".to_owned()), ..UserQuery::default() };
    time("the users whose address begins so", || store.users(&query).unwrap());
    time("what changed", || store.changes().unwrap());
    time("whether there is nothing to do", || store.is_idle().unwrap());
}

fn leases(store: &Store) {
    let batch = store.batch("large").unwrap();
    time("start a batch of 50,000 users", || store.start(batch.guid, now()).unwrap());
    time("100 passes, each leased, saved and finished", || {
        for _ in 0..100 {
            let lease = lease(store);
            store.save_progress(&lease, &lease.user.progress, None, now()).unwrap();
            store.finish(&lease, &PassEnd::Done, now()).unwrap();
        }
    });
    time("wish a batch of 50,000 users away and purge it", || {
        store.set_wish(batch.guid, Wish::Remove).unwrap();
        store.purge_removed().unwrap()
    });
}

fn lease(store: &Store) -> Lease {
    store.lease_due("fleet", now(), 1, &BTreeSet::new()).unwrap().remove(0)
}

/// All of them due at once through endpoints without limits, as a worker takes them up and saves their progress.
fn unlimited(store: &Store) {
    for name in ["source", "target"] {
        let endpoint = store.endpoint(name).unwrap();
        let none = Limit::Unlimited;
        let endpoint =
            Endpoint { max_concurrent_migrations: none, max_concurrent_incremental_syncs: none, ..endpoint };
        store.update_endpoint(&endpoint).unwrap();
    }
    let batch = insert(store, "unlimited", &users_of(1_000_000, 50_000));
    store.start(batch, now()).unwrap();
    let (mut leases, mut running) = (Vec::new(), BTreeSet::new());
    let mut lease = |most: usize| {
        let taken = store.lease_due("fleet", now(), most, &running).unwrap();
        running.extend(taken.iter().map(|lease| lease.user.id));
        leases.extend(taken);
        leases.len()
    };
    time("take up the first 100 of 50,000 users", || lease(100));
    time("take up 49,900 more, 100 at a time", || while lease(100) < 50_000 {});
    let passes: Vec<PassProgress> = leases.iter().map(progress).collect();
    let beat = Heartbeat { process_id: 1, started_at: now(), version: String::new(), active_users: 50_000 };
    time("save the progress of 50,000 passes", || store.save(&beat, &passes, now()).unwrap());
    time("clear 50,000 leases", || store.release_all_but(&BTreeSet::new()).unwrap());
    store.set_wish(batch, Wish::Hold).unwrap();
}

fn progress(lease: &Lease) -> PassProgress {
    let progress = Progress { synced_items: 7, source_items: 70, ..lease.user.progress.clone() };
    PassProgress { user: lease.user.id, epoch: lease.epoch, progress }
}

fn ledger(store: &Store, messages: u32) {
    let lease = lease(store);
    let folder = LedgerFolder { source_name: b"INBOX".to_vec(), ..LedgerFolder::default() };
    let folder = store.save_folders(&lease, &[folder]).unwrap().remove(0);
    let began = Instant::now();
    for first in (1..=messages).step_by(500) {
        record(store, &lease, folder, first..(first + 500).min(messages + 1));
    }
    let rate = f64::from(messages) / began.elapsed().as_secs_f64();
    println!("{rate:>12.0} messages a second written down, 500 at a time");
    let mut read = 0;
    let began = Instant::now();
    store.ledger_messages(folder, |_| read += 1).unwrap();
    println!("{:>12.0} messages a second read back", f64::from(read) / began.elapsed().as_secs_f64());
}

/// The batch of that ledger goes, a step at a time.
fn purge(store: &Store, messages: u32) {
    store.release_all_but(&BTreeSet::new()).unwrap();
    let user = store.users(&UserQuery::default()).unwrap().remove(0);
    store.set_wish(store.batch(user.batch.as_str()).unwrap().guid, Wish::Remove).unwrap();
    let (mut steps, mut longest) = (0, Duration::ZERO);
    let began = Instant::now();
    loop {
        let step = Instant::now();
        if store.purge_step().unwrap() == Purged::Nothing {
            break;
        }
        (steps, longest) = (steps + 1, longest.max(step.elapsed()));
    }
    println!(
        "{:>9.1} ms  purge {messages} messages in {steps} steps",
        began.elapsed().as_secs_f64() * 1000.0
    );
    println!("{:>9.1} ms  the longest of them", longest.as_secs_f64() * 1000.0);
}

fn record(store: &Store, lease: &Lease, folder: i64, uids: std::ops::Range<u32>) {
    let message = |uid: u32| LedgerMessage {
        source_uid: uid,
        target_uid: Some(uid + 10_000),
        size: 75_000,
        digest: Some([uid.to_le_bytes()[0]; 16]),
        received: Some(i64::from(uid)),
        identity: Some([uid.to_le_bytes()[1]; 16]),
        flags: "\\Seen".to_owned(),
    };
    let frontier = Some(uids.end + 10_000);
    let messages = uids.map(message).collect();
    let record = FolderRecord { folder, frontier, messages, ..FolderRecord::default() };
    store.record(lease, &[record]).unwrap();
}

fn time<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let answer = work();
    println!("{:>9.1} ms  {what}", began.elapsed().as_secs_f64() * 1000.0);
    answer
}

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn insert(store: &Store, name: &str, rows: &[UserRow]) -> Uuid {
    let batch = Batch {
        guid: Uuid::new_v4(),
        name: Name::parse(name).unwrap(),
        wish: Wish::Hold,
        source_endpoint: Name::parse("source").unwrap(),
        target_endpoint: Some(Name::parse("target").unwrap()),
        options: BatchOptions::default(),
        submitted_by: "fleet".to_owned(),
        created_at: now(),
        started_at: None,
    };
    store.insert_batch(&batch, rows, Adopt::Refuse).unwrap();
    batch.guid
}

fn users_of(batch: u32, users: u32) -> Vec<UserRow> {
    let row = |line| UserRow {
        line,
        email_address: format!("user{line}@batch{batch}.example"),
        user_name: format!("user{line}"),
        password: Secret::new("correct horse battery staple"),
        user_root: None,
        target_user_name: None,
        target_password: Secret::default(),
    };
    (0..users).map(row).collect()
}

fn endpoint(name: &str, role: Role) -> Endpoint {
    Endpoint {
        guid: Uuid::new_v4(),
        name: Name::parse(name).unwrap(),
        role,
        place: Place::Imap(ImapServer {
            remote_server: format!("{name}.example"),
            port: 993,
            security: Security::Ssl,
            accept_untrusted_certificates: false,
        }),
        max_concurrent_migrations: Limit::Count(100),
        max_concurrent_incremental_syncs: Limit::Count(100),
        credentials: None,
        admin_login_format: AdminLoginFormat::None,
        login_separator: Endpoint::DEFAULT_SEPARATOR.to_owned(),
        oauth: None,
        claims: None,
        created_at: now(),
        modified_at: now(),
    }
}
