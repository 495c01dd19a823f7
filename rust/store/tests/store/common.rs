//! A store in a temporary folder, with what tests put into it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use model::status::{PassKind, Wish};
use model::{
    AdminLoginFormat, Batch, BatchOptions, Credentials, Endpoint, ImapServer, Lease, Limit, Name, Place,
    Role, Secret, Security, UserRow,
};
use store::{Adopt, PassEnd, Store};
use tempfile::TempDir;
use uuid::Uuid;

pub(crate) const DAY: i64 = 86_400;

/// A store of its own for one test.
pub(crate) struct Fixture {
    pub(crate) folder: TempDir,
    pub(crate) store: Store,
}

/// A moment, in seconds after the beginning of the test's time.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).unwrap()
}

pub(crate) fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

/// An empty store.
pub(crate) fn empty() -> Fixture {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path()).unwrap();
    Fixture { folder, store }
}

/// A store with the endpoints `source` and `target`.
pub(crate) fn fixture() -> Fixture {
    let fixture = empty();
    fixture.store.insert_endpoint(&endpoint("source", Role::Source)).unwrap();
    fixture.store.insert_endpoint(&endpoint("target", Role::Target)).unwrap();
    fixture
}

pub(crate) fn endpoint(text: &str, role: Role) -> Endpoint {
    Endpoint {
        guid: Uuid::new_v4(),
        name: name(text),
        role,
        place: Place::Imap(ImapServer {
            remote_server: format!("{text}.example"),
            port: 993,
            security: Security::Ssl,
            accept_untrusted_certificates: false,
        }),
        max_concurrent_migrations: Limit::Count(20),
        max_concurrent_incremental_syncs: Limit::Count(10),
        credentials: Some(Credentials { user_name: "admin".to_owned(), password: Secret::new("admin-pass") }),
        admin_login_format: AdminLoginFormat::Dovecot,
        login_separator: "*".to_owned(),
        oauth: None,
        claims: None,
        created_at: at(0),
        modified_at: at(0),
    }
}

pub(crate) fn batch(text: &str) -> Batch {
    Batch {
        guid: Uuid::new_v4(),
        name: name(text),
        wish: Wish::Hold,
        source_endpoint: name("source"),
        target_endpoint: Some(name("target")),
        options: BatchOptions::default(),
        submitted_by: "Ann".to_owned(),
        created_at: at(0),
        started_at: None,
    }
}

pub(crate) fn row(line: u32, address: &str) -> UserRow {
    UserRow {
        line,
        email_address: address.to_owned(),
        user_name: format!("login-{address}"),
        password: Secret::new(format!("source-pass-{line}")),
        user_root: Some("/users".to_owned()),
        target_user_name: None,
        target_password: Secret::new(format!("target-pass-{line}")),
    }
}

/// The rows of these addresses.
pub(crate) fn rows(addresses: &[&str]) -> Vec<UserRow> {
    (2..).zip(addresses).map(|(line, address)| row(line, address)).collect()
}

impl Fixture {
    /// Adds a batch of these users; not started.
    pub(crate) fn add(&self, text: &str, addresses: &[&str]) -> Batch {
        let batch = batch(text);
        self.store.insert_batch(&batch, &rows(addresses), Adopt::Refuse).unwrap();
        batch
    }

    /// Adds a batch of these users and starts it at the beginning of time.
    pub(crate) fn run(&self, text: &str, addresses: &[&str]) -> Batch {
        let batch = self.add(text, addresses);
        self.store.start(batch.guid, at(0)).unwrap();
        batch
    }

    /// Takes up whoever comes next.
    pub(crate) fn next(&self, seconds: i64) -> Option<Lease> {
        self.store.lease_due("test", at(seconds), 1, &BTreeSet::new()).unwrap().pop()
    }

    /// Takes up the one who comes next, of whom there must be one.
    pub(crate) fn lease(&self, seconds: i64) -> Lease {
        self.next(seconds).expect("a user is due")
    }

    /// Whoever comes next, as address and pass.
    pub(crate) fn next_pass(&self, seconds: i64) -> Option<(String, PassKind)> {
        self.next(seconds).map(|lease| (lease.user.row.email_address, lease.pass))
    }

    /// What a worker does whose predecessor is dead. Says how many users it leaves.
    pub(crate) fn release_all(&self) -> u32 {
        self.store.release_all_but(&BTreeSet::new()).unwrap()
    }

    /// Ends a pass at this moment.
    pub(crate) fn finish(&self, lease: &Lease, end: &PassEnd, seconds: i64) {
        assert!(self.store.finish(lease, end, at(seconds)).unwrap(), "the lease is held");
    }

    /// Brings every user of the running batches through a pass.
    pub(crate) fn seed_all(&self, seconds: i64) {
        while let Some(lease) = self.next(seconds) {
            self.finish(&lease, &PassEnd::Done, seconds);
        }
    }

    /// The one user of this identity.
    pub(crate) fn user(&self, identity: &str) -> model::User {
        let mut users = self.store.user(identity).unwrap();
        assert_eq!(users.len(), 1);
        users.remove(0)
    }

    /// Another connection to the same database, to see or do what no method does.
    pub(crate) fn raw(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.folder.path().join("migration.db")).unwrap()
    }
}
