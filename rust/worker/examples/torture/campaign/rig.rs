//! What faults strike: two real servers, each behind a proxy, and the worker that moves mail between them.

use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use model::Security;
use model::contract::{BatchIdentity, BatchView, Item, Operation};
use model::status::BatchStatus;
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serde_json::Value;
use testkit::Address;
use testkit::dovecot::{Dovecot, Options};
use testkit::mail;
use testkit::proxy::{Direction, Proxy};

use super::fault::{Place, Side, Ways};
use super::lab::{BATCH, Lab, batch_of, eventually, imap, source, target};
use super::people::People;
use super::script::Bed;
use super::verdict::{self, Verdict};
use super::worker::Worker;

/// How long a batch goes its own way between two looks at it.
const LOOK: Duration = Duration::from_millis(50);

/// Servers, proxies, store and worker. Of the batch's users, only those of the last one are known.
pub(super) struct Rig {
    // Declared first: it must end before its store is wiped.
    worker: Worker,
    lab: Lab,
    source: Served,
    target: Served,
    users: Vec<String>,
    folders: Vec<mail::Folder>,
    looked: Instant,
    /// Who works in the target mailboxes, if anybody does.
    people: Option<People>,
}

/// Changes flags of messages of a user's folder.
type ChangeFlags = fn(&Address, &str, &str, &str, &[String]) -> io::Result<()>;

/// A server and the proxy in front of it.
struct Served {
    server: Dovecot,
    proxy: Proxy,
}

impl Served {
    fn start() -> Self {
        let server = Dovecot::start(&Options::default()).unwrap();
        let proxy = Proxy::start(server.address()).unwrap();
        Self { server, proxy }
    }

    fn place(&self) -> model::Place {
        imap(&self.proxy.address(self.server.address()), Security::None)
    }
}

impl Rig {
    /// Starts everything, with empty mailboxes and no batch.
    pub(super) fn start(executable: PathBuf, people: bool) -> Self {
        let (from, to) = (Served::start(), Served::start());
        let lab = Lab::unserved(None);
        let worker = Worker::start(executable, lab.folder());
        for endpoint in [source(from.place()), target(to.place())] {
            lab.ask(Operation::NewEndpoint(Box::new(endpoint))).unwrap();
        }
        let (users, folders, looked) = (Vec::new(), Vec::new(), Instant::now());
        let people = people.then(People::default);
        let mut rig = Self { worker, lab, source: from, target: to, users, folders, looked, people };
        rig.until_served();
        rig
    }

    pub(super) fn proxy(&self, side: Side) -> &Proxy {
        match side {
            Side::Source => &self.source.proxy,
            Side::Target => &self.target.proxy,
        }
    }

    pub(super) fn set_ways(&self, ways: &Ways) {
        for side in [Side::Source, Side::Target] {
            self.proxy(side).set(ways.of(side).clone());
        }
    }

    /// How many bytes have passed there.
    pub(super) fn passed(&self, at: Place) -> u64 {
        let counts = self.proxy(at.side).counts();
        match at.direction {
            Direction::ToServer => counts.to_server,
            Direction::ToClient => counts.to_client,
        }
    }

    /// Fills the mailboxes of new users, and starts a batch that never gives up.
    pub(super) fn begin_batch(&mut self, users: Vec<String>, plan: mail::Plan) {
        for (number, user) in (0..).zip(&users) {
            let plan = mail::Plan { seed: plan.seed ^ number, ..plan };
            mail::fill(self.source.server.address(), user, plan).unwrap();
        }
        let mut batch = batch_of(&users.iter().map(String::as_str).collect::<Vec<_>>());
        batch.options.auto_retry_count = u32::MAX;
        self.lab.start(batch);
        (self.users, self.folders) = (users, plan.folders());
        self.people = self.people.take().map(|_| People::default());
    }

    /// Forgets the batch.
    pub(super) fn end_batch(&self) {
        let batch = BatchIdentity { identity: Some(BATCH.to_owned()) };
        self.lab.ask(Operation::RemoveBatch(batch)).unwrap();
        eventually("the batch is gone", || self.lab.batch().is_none());
        self.lab.forget_events();
    }

    /// Kills the worker. The next one serves when this returns.
    pub(super) fn kill_worker(&mut self) {
        self.worker.kill(self.lab.folder());
        self.until_served();
    }

    fn until_served(&mut self) {
        eventually("the worker serves", || {
            let process_id = Some(self.worker.id());
            let found = self.lab.ask(Operation::GetWorker {}).unwrap();
            matches!(found.as_slice(), [Item::Worker(view)] if view.running && view.process_id == process_id)
        });
    }

    /// Looks at the batch, and lets no user wait for its next attempt. None: it is too early for another look.
    fn push_on(&mut self) -> Option<BatchStatus> {
        if self.looked.elapsed() < LOOK {
            return None;
        }
        self.looked = Instant::now();
        self.worker.id();
        let BatchView { counts, status, .. } = self.lab.batch().unwrap();
        if counts.failed() > 0 {
            panic!("users have failed for good: {:?}", self.lab.users());
        }
        if counts.queued + counts.incremental_queued > 0 {
            self.lab.start_again();
            self.lab.sync_now();
        }
        Some(status)
    }

    /// Looks at the batch as [`push_on`](Self::push_on) does. Says whether nothing is left to do; then whoever works on the
    /// target knows.
    pub(super) fn is_at_rest(&mut self) -> bool {
        let is_at_rest = self.push_on() == Some(BatchStatus::Synced);
        if is_at_rest {
            self.with_people(People::rest);
        }
        is_at_rest
    }

    /// Lets somebody work on the target, if anybody does.
    pub(super) fn work(&mut self, seed: u64) {
        self.with_people(|people, bed| people.work(bed, seed));
    }

    fn with_people(&mut self, act: impl FnOnce(&mut People, Bed<'_>)) {
        if let Some(mut people) = self.people.take() {
            act(&mut people, self.bed(&[]));
            self.people = Some(people);
        }
    }

    fn bed<'a>(&'a self, deeds: &'a [Value]) -> Bed<'a> {
        let [source, target] = [&self.source, &self.target].map(|side| side.server.address());
        Bed { source, target, users: &self.users, deeds }
    }

    /// Asks for a pass of every user that is synced.
    pub(super) fn sync_now(&self) {
        self.lab.sync_now();
    }

    /// Brings mail to some folders of a user on the source, now and then the same as elsewhere, takes a flag from what
    /// was there before, and has it moved.
    pub(super) fn deliver(&self, chance: &mut StdRng) {
        // Only now that all is synced: whose copy is not in the ledger yet, keeps a flag that it once had.
        self.change_flag(chance, mail::remove_flags);
        let user = self.users.choose(chance).unwrap();
        for _ in 0..chance.random_range(1..4) {
            let folder = self.folders.choose(chance).unwrap();
            let seed = if chance.random_ratio(1, 4) { 1 } else { chance.random() };
            let count = chance.random_range(1..60);
            mail::append(self.source.server.address(), user, folder.name, seed, count).unwrap();
        }
        self.lab.sync_now();
    }

    /// Sets a flag of some of a user's messages on the source.
    pub(super) fn add_flag(&self, chance: &mut StdRng) {
        self.change_flag(chance, mail::add_flags);
    }

    fn change_flag(&self, chance: &mut StdRng, change: ChangeFlags) {
        const FLAGS: [&str; 4] = ["\\Flagged", "\\Seen", "\\Answered", "$Label1"];
        let (user, flag) = (self.users.choose(chance).unwrap(), FLAGS.choose(chance).unwrap());
        // INBOX comes first, and holds more than a third.
        let folder = self.folders.first().unwrap();
        let last = chance.random_range(1..=folder.messages.max(1));
        let messages = format!("{}:{last}", last.div_ceil(2));
        change(self.source.server.address(), user, folder.name, &messages, &[(*flag).to_owned()]).unwrap();
    }

    /// Compares both servers as they are.
    pub(super) fn compare(&self) -> Verdict {
        let deeds = self.people.as_ref().map(|people| people.deeds.as_slice()).unwrap_or_default();
        verdict::compare(self.bed(deeds))
    }

    /// Ends everything, and leaves the store and both servers' mail behind. Says where.
    pub(super) fn keep(self) -> String {
        let Self { worker, mut lab, source, target, .. } = self;
        drop(worker);
        let store = lab.keep().display().to_string();
        let [source, target] = [source, target].map(|side| side.server.keep().display().to_string());
        format!("store: {store}\nsource: {source}\ntarget: {target}")
    }
}
