//! A store of its own for one test, the requests that cmdlets would send, and a worker that serves them.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use engine::{Clock, Job, Pulled, WorkerEnd, WorkerOptions, World};
use jiff::{SignedDuration, Timestamp};
use model::contract::{
    BatchIdentity, BatchQuery, BatchView, CsvCheck, Environment, Event, Item, NewBatch, NewEndpoint,
    Operation, Outcome, Request, SetBatch, StatisticsQuery, UserQuery, UserStatisticsView, UserView,
    WaitBatch, WorkerView,
};
use model::status::{BatchStatus, DataConsistencyScore, UserStatus};
use model::{
    AdminLoginFormat, BatchOptions, Error, ImapServer, Place, ReportEntry, Result, Role, Security,
    SkippedItem,
};
use tempfile::TempDir;
use testkit::{Address, PASSWORD};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long anything may take before the test has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The name of a lab's batch.
pub(crate) const BATCH: &str = "batch";

/// A store with the endpoints `source` and `target`.
pub(crate) struct Lab {
    runtime: Runtime,
    folder: TempDir,
    executable: Option<PathBuf>,
    worker: Mutex<Option<Serving>>,
    /// By how many seconds the worker's clock is ahead.
    ahead: Arc<AtomicI64>,
    events: Mutex<String>,
    /// What the host says of its environment.
    pub(crate) environment: Environment,
}

/// A worker in this process.
struct Serving {
    stop: CancellationToken,
    end: JoinHandle<Result<WorkerEnd>>,
}

impl Lab {
    /// A migration between two servers, in clear, served by a worker in this process.
    pub(crate) fn between(from: &Address, to: &Address) -> Self {
        Self::with(source(imap(from, Security::None)), target(imap(to, Security::None)))
    }

    /// A migration between these endpoints, served by a worker in this process.
    pub(crate) fn with(source: NewEndpoint, target: NewEndpoint) -> Self {
        let lab = Self::unserved(None);
        lab.serve();
        for endpoint in [source, target] {
            lab.ask(Operation::NewEndpoint(Box::new(endpoint))).unwrap();
        }
        lab
    }

    /// An empty store that nobody serves; the executable is started when a request needs a worker.
    pub(crate) fn unserved(executable: Option<&Path>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        Self {
            runtime: runtime.unwrap(),
            folder: TempDir::new().unwrap(),
            executable: executable.map(Path::to_owned),
            worker: Mutex::default(),
            ahead: Arc::default(),
            events: Mutex::default(),
            environment: Environment::default(),
        }
    }

    /// The store's folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Leaves the store behind, to be looked into. Says where.
    pub(crate) fn keep(&mut self) -> &Path {
        self.folder.disable_cleanup(true);
        self.folder.path()
    }

    /// Everything that was answered so far, as Debug and as JSON.
    pub(crate) fn events(&self) -> String {
        self.events.lock().unwrap().clone()
    }

    /// Makes room: a long run answers much.
    pub(crate) fn forget_events(&self) {
        self.events.lock().unwrap().clear();
    }

    /// Starts a worker in this process, and returns when it serves.
    pub(crate) fn serve(&self) {
        let stop = CancellationToken::new();
        let world = World { clock: self.clock(), ..World::default() };
        let options = WorkerOptions { folder: self.folder().to_owned(), idle_exit: PATIENCE, world };
        let end = self.runtime.spawn(engine::serve(options, stop.clone()));
        *self.worker.lock().unwrap() = Some(Serving { stop, end });
        eventually("the worker serves", || self.worker_view().running);
    }

    fn clock(&self) -> Clock {
        let ahead = self.ahead.clone();
        Clock::new(move || Timestamp::now() + SignedDuration::from_secs(ahead.load(Ordering::Relaxed)))
    }

    /// Sets the clock while nobody serves.
    pub(crate) fn set_the_clock(&self, seconds: i64) {
        self.ahead.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Sets the clock of the worker of this process, and returns when it has seen that.
    pub(crate) fn step_the_clock(&self, seconds: i64) {
        self.set_the_clock(seconds);
        let now = self.clock().now();
        eventually("the worker has seen the step", || {
            let seen = self.worker_view().last_seen_at.unwrap();
            seen.duration_since(now).abs() < SignedDuration::from_secs(30)
        });
    }

    /// The worker as it is now.
    pub(crate) fn worker_view(&self) -> WorkerView {
        match self.ask(Operation::GetWorker {}).unwrap().as_slice() {
            [Item::Worker(view)] => view.clone(),
            other => panic!("the worker brought {other:?}"),
        }
    }

    /// Tells the worker of this process to end, and waits for it.
    pub(crate) fn stop_serving(&self) {
        let serving = self.worker.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Serving { stop, end }) = serving {
            stop.cancel();
            self.runtime.block_on(end).unwrap().unwrap();
        }
    }

    /// Runs a request to its end. Its error, if there is one, is the result.
    pub(crate) fn ask(&self, operation: Operation) -> Result<Vec<Item>> {
        self.end(&self.begin(operation))
    }

    /// The same without making a change.
    pub(crate) fn ask_dry(&self, operation: Operation) -> Result<Vec<Item>> {
        self.end(&self.begin_request(operation, true))
    }

    /// Lets something happen while a request waits for its first warning to be taken, and then runs it to its end.
    pub(crate) fn ask_after_warning(&self, operation: Operation, meanwhile: impl FnOnce()) {
        let job = self.begin(operation);
        match job.next(PATIENCE) {
            Pulled::Event(Event::Warning { .. }) => meanwhile(),
            other => panic!("no warning, but {other:?}"),
        }
        self.end(&job).unwrap();
    }

    fn end(&self, job: &Job) -> Result<Vec<Item>> {
        let (mut items, mut failure) = (Vec::new(), None);
        loop {
            let pulled = job.next(PATIENCE);
            if let Pulled::Event(event) = &pulled {
                let json = serde_json::to_string(event).unwrap();
                self.events.lock().unwrap().push_str(&format!("{event:?}\n{json}\n"));
            }
            match pulled {
                Pulled::Event(Event::Item { item }) => items.push(item),
                Pulled::Event(Event::Error { error }) => failure = Some(error),
                Pulled::Event(_) => {}
                Pulled::TimedOut => panic!("a request does not end"),
                Pulled::End => return failure.map_or(Ok(items), Err),
            }
        }
    }

    fn begin(&self, operation: Operation) -> Job {
        self.begin_request(operation, false)
    }

    fn begin_request(&self, operation: Operation, dry_run: bool) -> Job {
        let store = Some(self.folder().display().to_string());
        let worker = self.executable.as_ref().map(|path| path.display().to_string());
        engine::start(
            self.runtime.handle(),
            Request { store, worker, environment: self.environment.clone(), dry_run, operation },
        )
    }

    /// Gives a request up when `is_time` says so, and tells its outcome.
    pub(crate) fn cancel(&self, operation: Operation, is_time: impl FnOnce()) -> Outcome {
        let job = self.begin(operation);
        is_time();
        job.cancel();
        loop {
            match job.next(PATIENCE) {
                Pulled::Event(Event::Finished { outcome }) => return outcome,
                Pulled::Event(_) => {}
                Pulled::TimedOut | Pulled::End => panic!("a request does not end"),
            }
        }
    }

    /// Gives a request up at its first warning, as a host does that takes warnings for errors, and tells its outcome.
    pub(crate) fn stop_at_warning(&self, operation: Operation) -> Outcome {
        let job = self.begin(operation);
        match job.next(PATIENCE) {
            Pulled::Event(Event::Warning { .. }) => job.cancel(),
            other => panic!("no warning, but {other:?}"),
        }
        match job.next(PATIENCE) {
            Pulled::Event(Event::Finished { outcome }) => outcome,
            other => panic!("after the warning came {other:?}"),
        }
    }

    /// Makes a batch and starts it.
    pub(crate) fn start(&self, batch: NewBatch) {
        self.ask(Operation::NewBatch(Box::new(batch))).unwrap();
        self.start_again();
    }

    /// Starts the batch: again, or after it was stopped or failed.
    pub(crate) fn start_again(&self) {
        self.ask(Operation::StartBatch(self.identity())).unwrap();
    }

    /// Stops the batch.
    pub(crate) fn stop(&self) {
        self.ask(Operation::StopBatch(self.identity())).unwrap();
    }

    fn identity(&self) -> BatchIdentity {
        BatchIdentity { identity: Some(BATCH.to_owned()) }
    }

    /// Waits until the batch has nothing left to do now.
    pub(crate) fn wait(&self) -> BatchView {
        self.wait_for(BATCH)
    }

    /// The same for another batch.
    pub(crate) fn wait_for(&self, batch: &str) -> BatchView {
        let wait = WaitBatch { identity: batch.to_owned(), timeout_seconds: Some(PATIENCE.as_secs()) };
        match self.ask(Operation::WaitBatch(wait)).unwrap().as_slice() {
            [Item::Batch(batch)] => (**batch).clone(),
            other => panic!("a wait brought {other:?}"),
        }
    }

    /// Migrates these users, and sees to it that all are Synced.
    pub(crate) fn migrate(&self, users: &[&str]) -> BatchView {
        self.migrate_batch(batch_of(users))
    }

    /// Migrates a batch, and sees to it that all users are Synced.
    pub(crate) fn migrate_batch(&self, batch: NewBatch) -> BatchView {
        self.start(batch);
        self.synced()
    }

    /// Runs a pass now for users that are Synced, and sees to it that all are Synced again.
    pub(crate) fn pass(&self) -> BatchView {
        self.sync_now();
        self.synced()
    }

    /// Asks for a pass now.
    pub(crate) fn sync_now(&self) {
        let change = SetBatch { identity: BATCH.to_owned(), sync_now: true, ..SetBatch::default() };
        self.ask(Operation::SetBatch(Box::new(change))).unwrap();
    }

    /// Asks for missing copies, and sees to it that all users are Synced again.
    pub(crate) fn restore(&self) -> BatchView {
        let change = SetBatch { identity: BATCH.to_owned(), restore_missing: true, ..SetBatch::default() };
        self.ask(Operation::SetBatch(Box::new(change))).unwrap();
        self.synced()
    }

    /// Waits, and sees to it that all users are Synced.
    pub(crate) fn synced(&self) -> BatchView {
        let batch = self.wait();
        let failures: Vec<_> = self.users().into_iter().filter_map(|user| user.error_summary).collect();
        assert_eq!(batch.status, BatchStatus::Synced, "{failures:?}");
        batch
    }

    /// The batch as it is now, if it is there.
    pub(crate) fn batch(&self) -> Option<BatchView> {
        let found = self.ask(Operation::GetBatches(BatchQuery::default())).unwrap();
        found.into_iter().find_map(|item| match item {
            Item::Batch(batch) => Some(*batch),
            _ => None,
        })
    }

    /// The batch's report.
    pub(crate) fn report(&self) -> Vec<ReportEntry> {
        let query = BatchQuery { include_report: true, ..BatchQuery::default() };
        match self.ask(Operation::GetBatches(query)).unwrap().as_slice() {
            [Item::Batch(batch)] => batch.report.clone(),
            other => panic!("a batch brought {other:?}"),
        }
    }

    /// All users, in the order of their addresses.
    pub(crate) fn users(&self) -> Vec<UserView> {
        let found = self.ask(Operation::GetUsers(UserQuery::default())).unwrap();
        let user = |item| match item {
            Item::User(user) => *user,
            other => panic!("users brought {other:?}"),
        };
        let mut users: Vec<_> = found.into_iter().map(user).collect();
        users.sort_by(|a, b| a.identity.cmp(&b.identity));
        users
    }

    /// The only user.
    pub(crate) fn user(&self) -> UserView {
        self.users().pop().unwrap()
    }

    /// A user's statistics with the report.
    pub(crate) fn statistics(&self, user: &str) -> UserStatisticsView {
        let query = StatisticsQuery {
            identity: address_of(user),
            include_report: true,
            ..StatisticsQuery::default()
        };
        match self.ask(Operation::GetUserStatistics(query)).unwrap().as_slice() {
            [Item::UserStatistics(statistics)] => (**statistics).clone(),
            other => panic!("statistics brought {other:?}"),
        }
    }

    /// What was left behind of a user.
    pub(crate) fn skipped(&self, user: &str) -> Vec<SkippedItem> {
        self.statistics(user).skipped_items
    }

    /// Why a user's last pass failed.
    pub(crate) fn failure(&self, user: &str) -> Error {
        self.statistics(user).error.expect("the user has not failed").error
    }

    /// Waits until all users have this status.
    pub(crate) fn until(&self, status: UserStatus) {
        eventually(&format!("every user is {status:?}"), || {
            self.users().iter().all(|user| user.status == status)
        });
    }

    /// Sees to it that nothing of a user was left behind.
    pub(crate) fn assert_perfect(&self, user: &str) {
        let statistics = self.statistics(user);
        assert_eq!(statistics.skipped_items, []);
        assert_eq!(statistics.user.data_consistency_score, Some(DataConsistencyScore::Perfect));
        assert_eq!(statistics.percentage_complete, 100);
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.stop_serving();
    }
}

/// A server as an endpoint has it. Its certificate is its own, so any will do.
pub(crate) fn imap(address: &Address, security: Security) -> Place {
    let port = if security == Security::Ssl { address.tls_port } else { address.port };
    Place::Imap(ImapServer {
        remote_server: address.host.clone(),
        port,
        security,
        accept_untrusted_certificates: true,
    })
}

/// The endpoint `source`.
pub(crate) fn source(place: Place) -> NewEndpoint {
    endpoint("source", Role::Source, place)
}

/// The endpoint `target`.
pub(crate) fn target(place: Place) -> NewEndpoint {
    endpoint("target", Role::Target, place)
}

fn endpoint(name: &str, role: Role, location: Place) -> NewEndpoint {
    NewEndpoint {
        name: name.to_owned(),
        role,
        location,
        max_concurrent_migrations: None,
        max_concurrent_incremental_syncs: None,
        credentials: None,
        admin_login_format: AdminLoginFormat::None,
        login_separator: None,
        oauth: None,
        test_mailbox: None,
        skip_verification: true,
    }
}

/// A batch of users who have the same name and password on both sides.
pub(crate) fn batch_of(users: &[&str]) -> NewBatch {
    let row = |user: &&str| format!("{},{user},{PASSWORD},{user},{PASSWORD}\n", address_of(user));
    let rows: String = users.iter().map(row).collect();
    batch_from(&format!("EmailAddress,UserName,Password,TargetUserName,TargetPassword\n{rows}"))
}

/// A batch from a CSV.
pub(crate) fn batch_from(csv: &str) -> NewBatch {
    NewBatch {
        name: BATCH.to_owned(),
        source_endpoint: "source".to_owned(),
        target_endpoint: Some("target".to_owned()),
        csv: Some(CsvCheck { csv: BASE64_STANDARD.encode(csv).into(), ..CsvCheck::default() }),
        user_ids: Vec::new(),
        disable_on_copy: false,
        adopt_preexisting: false,
        options: BatchOptions::default(),
        auto_start: false,
        submitted_by: String::new(),
    }
}

/// A user's address: its identity.
pub(crate) fn address_of(user: &str) -> String {
    format!("{user}@new.example")
}

/// Waits until something is so.
pub(crate) fn eventually(what: &str, is_so: impl FnMut() -> bool) {
    within(PATIENCE, what, is_so);
}

/// Waits until something is so, which must be within this time.
pub(crate) fn within(patience: Duration, what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + patience;
    while !is_so() {
        assert!(Instant::now() < deadline, "in vain: {what}");
        sleep(Duration::from_millis(10));
    }
}
