//! The worker: leases users that are due, runs their passes, and ends when nothing is wanted any more.
//!
//! One worker serves a store. What it knows, it reads from the store; killed at any moment, its successor goes on.

mod reckoning;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use model::status::DataConsistencyScore;
use model::{Batch, Error, Lease, Result, SkippedItem};
use store::{Changes, Heartbeat, PassEnd, Store, WorkerLock};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};
use wire::suggested_backoff;

use self::reckoning::Reckoning;
use crate::base::blocking::blocking;
use crate::base::world::World;
use crate::pass::memory::Memory;
use crate::pass::memory::suspects::Suspects;
use crate::pass::report::meter::Meter;
use crate::pass::{self, PassOutcome};

/// How often the store is asked whether anything changed, which costs next to nothing.
const TICK: Duration = Duration::from_millis(10);
/// How often wishes and due users are looked for although nothing changed: time passes, too.
const LOOK: Duration = Duration::from_millis(500);
/// How often progress and the sign of life are saved.
const SAVE: Duration = Duration::from_secs(1);
/// How often the lock is tried for before another worker is believed in.
const LOCK_TRIES: u32 = 20;
/// The pause between two tries.
const LOCK_PAUSE: Duration = Duration::from_millis(10);
/// The first pause before a transient failure is tried again; it doubles each time.
const FIRST_RETRY: Duration = Duration::from_secs(2);
/// The longest such pause.
const LONGEST_RETRY: Duration = Duration::from_secs(300);

/// How far beyond a day a due date may be; what is further ahead was written before the clock was set back.
const SLACK: SignedDuration = SignedDuration::from_hours(1);

/// How a worker serves.
#[derive(Debug, Clone)]
pub struct WorkerOptions {
    /// The store's folder.
    pub folder: PathBuf,
    /// How long it stays when no batch wants anything.
    pub idle_exit: Duration,
    /// What it lives in.
    pub world: World,
}

/// Why a worker ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkerEnd {
    /// Another worker serves this store.
    AlreadyServed,
    /// It was told to.
    Stopped,
    /// Nothing was wanted for a while.
    Idle,
}

/// Serves a store until told to stop, or until nothing is wanted for a while.
pub async fn serve(options: WorkerOptions, stop: CancellationToken) -> Result<WorkerEnd> {
    let WorkerOptions { folder, idle_exit, world } = options;
    let now = world.clock.now();
    let Some((lock, store)) = blocking(move || open(folder, now)).await? else {
        return Ok(WorkerEnd::AlreadyServed);
    };
    info!(process = std::process::id(), "Worker serves the store");
    let mut worker = Worker {
        store,
        owner: format!("{}-{}", std::process::id(), now.as_millisecond()),
        started_at: now,
        reckoning: Reckoning::new(now, Instant::now()),
        world,
        memory: Memory::default(),
        passes: JoinSet::new(),
        running: BTreeMap::new(),
    };
    let end = worker.run(idle_exit, stop).await;
    worker.drain().await?;
    info!(?end, "Worker ends");
    drop(lock);
    end
}

fn open(folder: PathBuf, now: Timestamp) -> Result<Option<(WorkerLock, Store)>> {
    let store = Store::open(&folder)?;
    let Some(lock) = take_lock(&store)? else { return Ok(None) };
    store.request_worker_stop(false)?;
    // Whoever held leases under this lock is dead: its users are free at once.
    store.release_all()?;
    let tomorrow = now + SignedDuration::from_secs(Batch::SYNC_INTERVAL_SECONDS);
    store.pull_due_in(tomorrow + SLACK, tomorrow)?;
    Ok(Some((lock, store)))
}

/// Whoever asks whether a worker runs holds the lock for an instant: one refusal proves nothing yet.
fn take_lock(store: &Store) -> Result<Option<WorkerLock>> {
    for _ in 0..LOCK_TRIES {
        if let Some(lock) = store.try_worker_lock()? {
            return Ok(Some(lock));
        }
        std::thread::sleep(LOCK_PAUSE);
    }
    Ok(None)
}

struct Worker {
    store: Store,
    owner: String,
    started_at: Timestamp,
    world: World,
    reckoning: Reckoning,
    memory: Memory,
    passes: JoinSet<PassOutcome>,
    running: BTreeMap<Id, Running>,
}

/// A pass at work.
#[derive(Clone)]
struct Running {
    lease: Lease,
    cancel: CancellationToken,
    meter: Meter,
}

impl Worker {
    async fn run(&mut self, idle_exit: Duration, stop: CancellationToken) -> Result<WorkerEnd> {
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut last_save, mut last_look) = (None::<Instant>, None::<(Changes, Instant)>);
        let mut idle_since = None::<Instant>;
        loop {
            let reaped = tokio::select! {
                () = stop.cancelled() => return Ok(WorkerEnd::Stopped),
                Some(ended) = self.passes.join_next_with_id() => self.reap(ended).await.map(|()| true)?,
                _ = tick.tick() => false,
            };
            if last_save.is_none_or(|at| at.elapsed() >= SAVE) {
                last_save = Some(Instant::now());
                self.save().await?;
            }
            let changes = self.changes().await?;
            if !reaped && last_look.is_some_and(|(seen, at)| seen == changes && at.elapsed() < LOOK) {
                continue;
            }
            last_look = Some((changes, Instant::now()));
            match self.look().await? {
                Look::StopRequested => return Ok(WorkerEnd::Stopped),
                Look::Wanted => idle_since = None,
                Look::Idle if idle_since.get_or_insert_with(Instant::now).elapsed() >= idle_exit => {
                    return Ok(WorkerEnd::Idle);
                }
                Look::Idle => {}
            }
        }
    }

    async fn changes(&self) -> Result<Changes> {
        let store = self.store.clone();
        blocking(move || store.changes()).await
    }

    /// Reads what is wanted, cancels what is no longer, begins what is due.
    async fn look(&mut self) -> Result<Look> {
        self.heed_the_clock().await?;
        let (store, owner, now) = (self.store.clone(), self.owner.clone(), self.now());
        let users: Vec<i64> = self.running.values().map(|r| r.lease.user.id).collect();
        let seen = blocking(move || Seen::read(&store, &owner, &users, now)).await?;
        for running in self.running.values().filter(|r| seen.unwanted.contains(&r.lease.user.id)) {
            running.cancel.cancel();
        }
        let begun = !seen.leases.is_empty();
        seen.leases.into_iter().for_each(|lease| self.begin(lease));
        Ok(match seen.look {
            Look::Idle if begun || !self.running.is_empty() => Look::Wanted,
            look => look,
        })
    }

    /// Moves what was put off along with the wall clock, where that has stepped since the last look.
    async fn heed_the_clock(&mut self) -> Result<()> {
        let (wall, steady) = (self.world.clock.now(), Instant::now());
        if let Some(step) = self.reckoning.step(wall, steady) {
            warn!(by = %step.by, "The clock has stepped, and pauses with it");
            let store = self.store.clone();
            blocking(move || store.shift_due(step.was, step.by)).await?;
        }
        self.reckoning = Reckoning::new(wall, steady);
        Ok(())
    }

    fn now(&self) -> Timestamp {
        self.reckoning.at(Instant::now())
    }

    fn begin(&mut self, lease: Lease) {
        info!(user = lease.user.row.email_address, batch = %lease.user.batch, pass = ?lease.pass, "Pass begins");
        let meter = Meter::resume(lease.user.progress.clone());
        let cancel = CancellationToken::new();
        let running = Running { lease: lease.clone(), cancel: cancel.clone(), meter: meter.clone() };
        let pass =
            pass::run(self.store.clone(), lease, self.world.clone(), self.memory.clone(), meter, cancel);
        let id = self.passes.spawn(pass).id();
        self.running.insert(id, running);
    }

    /// Saves progress, shows a sign of life.
    async fn save(&self) -> Result<()> {
        let (store, started_at, now) = (self.store.clone(), self.started_at, self.now());
        let running: Vec<Running> = self.running.values().cloned().collect();
        blocking(move || {
            let active = u32::try_from(running.len()).unwrap_or(u32::MAX);
            let heartbeat = Heartbeat {
                process_id: std::process::id(),
                started_at,
                version: env!("CARGO_PKG_VERSION").to_owned(),
                active_users: active,
            };
            store.heartbeat(&heartbeat, now)?;
            for Running { lease, cancel, meter } in running {
                if !store.save_progress(&lease, &meter.read(), None, now)? {
                    warn!(user = lease.user.row.email_address, "Lease lost, pass stops");
                    cancel.cancel();
                }
            }
            Ok(())
        })
        .await
    }

    async fn reap(&mut self, ended: Result<(Id, PassOutcome), JoinError>) -> Result<()> {
        let (id, outcome) = match ended {
            Ok(ended) => ended,
            Err(e) => (e.id(), PassOutcome::Failed(Error::internal(format!("a pass ended early: {e}")))),
        };
        let Some(Running { lease, meter, .. }) = self.running.remove(&id) else { return Ok(()) };
        let (store, suspects, now) = (self.store.clone(), self.memory.suspects.clone(), self.now());
        blocking(move || finish(&store, &suspects, &lease, &meter, outcome, now)).await
    }

    /// Stops all passes and records how they ended.
    async fn drain(&mut self) -> Result<()> {
        self.running.values().for_each(|running| running.cancel.cancel());
        while let Some(ended) = self.passes.join_next_with_id().await {
            self.reap(ended).await?;
        }
        Ok(())
    }
}

/// What the store says at a moment.
enum Look {
    StopRequested,
    Wanted,
    Idle,
}

struct Seen {
    look: Look,
    unwanted: Vec<i64>,
    leases: Vec<Lease>,
}

impl Seen {
    fn read(store: &Store, owner: &str, running: &[i64], now: Timestamp) -> Result<Self> {
        if store.worker_stop_requested()? {
            return Ok(Self { look: Look::StopRequested, unwanted: Vec::new(), leases: Vec::new() });
        }
        let unwanted = store.users_to_stop(running)?;
        store.purge_removed()?;
        let mut leases = Vec::new();
        while let Some(lease) = store.lease_due(owner, now)? {
            leases.push(lease);
        }
        let look = if store.is_idle()? { Look::Idle } else { Look::Wanted };
        Ok(Self { look, unwanted, leases })
    }
}

fn finish(
    store: &Store,
    suspects: &Suspects,
    lease: &Lease,
    meter: &Meter,
    outcome: PassOutcome,
    now: Timestamp,
) -> Result<()> {
    let user = lease.user.row.email_address.as_str();
    let (detail, end) = match outcome {
        PassOutcome::Done => ("Synced", PassEnd::Done),
        PassOutcome::Stopped => ("Stopped", PassEnd::Stopped),
        PassOutcome::Failed(error) => match retry_after(store, suspects, lease, meter, &error)? {
            Some(Retry { pause, counts }) => {
                warn!(user, %error, ?pause, "Pass failed and will be tried again");
                let at = now + SignedDuration::try_from(pause).unwrap_or(SignedDuration::ZERO);
                ("RetryingTransient", PassEnd::Retry { error, at, counts })
            }
            None => {
                error!(user, %error, "Pass failed");
                ("Failed", PassEnd::Failed { error })
            }
        },
    };
    info!(user, detail, "Pass ends");
    let score = score(store, lease, meter)?;
    store.save_progress(lease, &meter.finish(detail), Some(score), now)?;
    store.finish(lease, &end, now)?;
    Ok(())
}

/// How good the copy is, by what is left behind (spec 5).
fn score(store: &Store, lease: &Lease, meter: &Meter) -> Result<DataConsistencyScore> {
    let skipped = store.skipped_items(lease.user.id, None)?;
    let count = |wanted: fn(&SkippedItem) -> bool| {
        u64::try_from(skipped.iter().filter(|i| wanted(i)).count()).unwrap_or(0)
    };
    let benign = count(|item| !item.kind.leaves_behind());
    let messages = count(|item| item.kind.leaves_behind() && item.uid.is_some());
    let folders = count(|item| item.kind.leaves_behind() && item.uid.is_none());
    Ok(DataConsistencyScore::of(benign, messages, folders, meter.read().source_items))
}

/// How a failed pass is tried again.
struct Retry {
    pause: Duration,
    /// Whether it counts as an attempt in vain.
    counts: bool,
}

/// How to try again; none when trying again would not help. A pass that copied something, or came closer to the message
/// that breaks the connection, was not in vain; and a server that says how long to wait is believed as often as it does.
fn retry_after(
    store: &Store,
    suspects: &Suspects,
    lease: &Lease,
    meter: &Meter,
    error: &Error,
) -> Result<Option<Retry>> {
    let most = store.batch(lease.user.batch.as_str()).map_or(0, |batch| batch.options.auto_retry_count);
    if !error.retryable || most == 0 {
        return Ok(None);
    }
    if let Some(pause) = error.server.as_deref().and_then(suggested_backoff) {
        return Ok(Some(Retry { pause, counts: false }));
    }
    let folders = store.ledger_folders(lease.user.id)?.into_iter().map(|(id, _)| id);
    let learned = suspects.take_narrowed(folders);
    if learned || meter.read().transferred_items > lease.user.progress.transferred_items {
        return Ok(Some(Retry { pause: FIRST_RETRY, counts: false }));
    }
    Ok((lease.attempts < most).then(|| Retry { pause: pause(lease.attempts), counts: true }))
}

fn pause(attempts: u32) -> Duration {
    FIRST_RETRY.saturating_mul(2_u32.saturating_pow(attempts)).min(LONGEST_RETRY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_limit() {
        let seconds: Vec<u64> = [0, 1, 2, 30].map(|n| pause(n).as_secs()).into();
        assert_eq!(seconds, [2, 4, 8, 300]);
    }
}
