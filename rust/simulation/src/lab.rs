//! The product in a run: a store, a worker that can die, and the requests that cmdlets would send.

use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use engine::{Pulled, WorkerEnd, WorkerOptions};
use model::contract::{
    BatchIdentity, CsvCheck, Environment, Event, Item, NewBatch, NewEndpoint, Operation, Request, SetBatch,
    UserQuery,
};
use model::status::UserStatus;
use model::{
    AdminLoginFormat, BatchOptions, Error, ErrorKind, ImapServer, Place, Result, Role, Security, SkippedItem,
    User,
};
use store::Store;
use tempfile::TempDir;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::chance::Chance;
use crate::power;
use crate::server::PASSWORD;
use crate::world::Stage;

const BATCH: &str = "batch";

/// How long a worker without work stays: for ever.
const IDLE: Duration = Duration::from_secs(1 << 32);

/// A store and its worker.
pub(crate) struct Lab {
    stage: Stage,
    root: TempDir,
    generation: u32,
    store: Store,
    worker: Option<JoinHandle<Result<WorkerEnd>>>,
}

impl Lab {
    /// An empty store.
    pub(crate) fn new(stage: Stage) -> Result<Self> {
        store::wait_at_most(Duration::ZERO);
        stage.lock().make_room();
        let memory = Path::new("/dev/shm");
        let mut folder = tempfile::Builder::new();
        let folder = folder.prefix("simulation-");
        let root = if memory.is_dir() { folder.tempdir_in(memory) } else { folder.tempdir() };
        let root = root.map_err(|error| Error::internal(error.to_string()))?;
        let folder = root.path().join("0");
        let store = Store::open(&folder)?;
        stage.lock().store = folder;
        Ok(Self { stage, root, generation: 0, store, worker: None })
    }

    fn folder(&self) -> PathBuf {
        self.root.path().join(self.generation.to_string())
    }

    /// Starts a worker.
    pub(crate) fn serve(&mut self) {
        let world = self.stage.world();
        let options = WorkerOptions { folder: self.folder(), idle_exit: IDLE, world };
        let worker = tokio::spawn(engine::serve(options, CancellationToken::new()));
        let mut scene = self.stage.lock();
        scene.worker = Some(worker.abort_handle());
        scene.trace.add("a worker serves");
        self.worker = Some(worker);
    }

    /// Sees whether the worker lives. If it was killed, everything of it ends, and a successor serves.
    pub(crate) async fn revive(&mut self, chance: &mut Chance) -> Result<()> {
        let Some(worker) = self.worker.take_if(|worker| worker.is_finished()) else { return Ok(()) };
        match worker.await {
            Err(error) if error.is_cancelled() => {}
            ended => return Err(Error::internal(format!("the worker ended by itself: {ended:?}"))),
        }
        // What it had begun ends where it stands.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        if std::mem::take(&mut self.stage.lock().power_cut) {
            self.lose_power(chance)?;
        }
        tokio::time::sleep(Duration::from_millis(chance.of_any_size(5_000))).await;
        self.serve();
        Ok(())
    }

    fn lose_power(&mut self, chance: &mut Chance) -> Result<()> {
        let from = self.folder();
        self.generation += 1;
        // Who brings the machine up again sees to that first.
        self.stage.lock().make_room();
        let failed = |error: std::io::Error| Error::internal(error.to_string());
        let synced = self.stage.lock().synced;
        let told = power::cut(&from, &self.folder(), synced, chance).map_err(failed)?;
        let mut scene = self.stage.lock();
        scene.trace.add(told);
        scene.store = self.folder();
        drop(scene);
        self.store = Store::open(&self.folder())?;
        Ok(())
    }

    /// Makes endpoints and the batch, and starts it.
    pub(crate) async fn set_up(&self, users: &[String]) -> Result<()> {
        for (name, role) in [("source", Role::Source), ("target", Role::Target)] {
            self.ask(Operation::NewEndpoint(Box::new(endpoint(name, role)))).await?;
        }
        self.ask(Operation::NewBatch(Box::new(batch_of(users)))).await?;
        self.start().await?;
        self.reach_disk();
        Ok(())
    }

    /// Brings what was written so far to where no power cut takes it back. False where somebody else is writing.
    pub(crate) fn reach_disk(&self) -> bool {
        let database = rusqlite::Connection::open(self.folder().join(power::DATABASE));
        let checkpoint = |database: rusqlite::Connection| {
            database.busy_timeout(Duration::ZERO)?;
            database.query_row("PRAGMA wal_checkpoint(FULL)", [], |row| row.get::<_, i64>(0))
        };
        database.and_then(checkpoint).is_ok_and(|busy| busy == 0)
    }

    /// Starts the batch, again or for the first time.
    pub(crate) async fn start(&self) -> Result<()> {
        self.ask(Operation::StartBatch(BatchIdentity { identity: Some(BATCH.to_owned()) })).await.map(drop)
    }

    /// Asks for a pass now.
    pub(crate) async fn sync_now(&self) -> Result<()> {
        let change = SetBatch { identity: BATCH.to_owned(), sync_now: true, ..SetBatch::default() };
        self.ask(Operation::SetBatch(Box::new(change))).await.map(drop)
    }

    /// Asks for copies that are missing on the target.
    pub(crate) async fn restore_missing(&self) -> Result<()> {
        let change = SetBatch { identity: BATCH.to_owned(), restore_missing: true, ..SetBatch::default() };
        self.ask(Operation::SetBatch(Box::new(change))).await.map(drop)
    }

    /// Runs a request to its end, again and again while somebody else is writing, or there is no room for it.
    async fn ask(&self, operation: Operation) -> Result<Vec<Item>> {
        loop {
            match self.ask_once(operation.clone()).await {
                Err(error) if matches!(error.kind, ErrorKind::StoreLocked | ErrorKind::DiskFull) => {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                answer => return answer,
            }
        }
    }

    async fn ask_once(&self, operation: Operation) -> Result<Vec<Item>> {
        let store = Some(self.folder().display().to_string());
        let request =
            Request { store, worker: None, environment: Environment::default(), dry_run: false, operation };
        let job = engine::start_in(self.stage.world(), &Handle::current(), request);
        let (mut items, mut failure) = (Vec::new(), None);
        loop {
            match job.next(Duration::ZERO) {
                Pulled::Event(Event::Item { item }) => items.push(item),
                Pulled::Event(Event::Error { error }) => failure = Some(error),
                Pulled::Event(_) => {}
                Pulled::TimedOut => tokio::task::yield_now().await,
                Pulled::End => return failure.map_or(Ok(items), Err),
            }
        }
    }

    /// The users as they are.
    pub(crate) fn users(&self) -> Result<Vec<User>> {
        self.store.users(&UserQuery::default())
    }

    /// What was left behind of a user.
    pub(crate) fn skipped(&self, user: &User) -> Result<Vec<SkippedItem>> {
        self.store.skipped_items(user.id, None)
    }

    /// The lines of a user's report.
    pub(crate) fn report(&self, user: &User) -> Vec<String> {
        let report = self.store.report(store::ReportOf::User(user.id)).unwrap_or_default();
        report.into_iter().map(|entry| entry.text).collect()
    }
}

/// Whether nothing of a user is to be done now or soon.
pub(crate) fn is_at_rest(user: &User, now: jiff::Timestamp) -> bool {
    let status = model::status::user_status(model::status::Wish::Run, user.facts);
    match status {
        UserStatus::Failed | UserStatus::IncrementalFailed => true,
        UserStatus::Synced => user.due_at.is_none_or(|due| due.duration_since(now).as_secs() > 3_600),
        _ => false,
    }
}

fn endpoint(name: &str, role: Role) -> NewEndpoint {
    NewEndpoint {
        name: name.to_owned(),
        role,
        location: Place::Imap(ImapServer {
            remote_server: name.to_owned(),
            port: 143,
            security: Security::None,
            accept_untrusted_certificates: false,
        }),
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

fn batch_of(users: &[String]) -> NewBatch {
    let row = |user: &String| format!("{user}@example.org,{user},{PASSWORD},{user},{PASSWORD}\n");
    let rows: String = users.iter().map(row).collect();
    let csv = format!("EmailAddress,UserName,Password,TargetUserName,TargetPassword\n{rows}");
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
