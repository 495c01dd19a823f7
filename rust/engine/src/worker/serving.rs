//! The loop of a worker: looks what is wanted, begins passes, stops them, and writes down how far they are.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use model::{Batch, Error, Lease, Result};
use store::{Changes, Heartbeat, PassProgress, Store, WorkerLock};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::ended::{EndedPass, record};
use super::look::{Look, MOST_LEASES, Seen};
use super::purge::Purge;
use super::reckoning::{Reckoning, heed_a_step_back};
use super::telling::{Begun, predecessor_gone};
use super::trouble::{Troubles, note};
use crate::base::blocking::blocking;
use crate::base::world::World;
use crate::pass::memory::Memory;
use crate::pass::report::meter::Meter;
use crate::pass::{self, PassOutcome};

/// How often the store is asked whether anything changed, which costs next to nothing.
const TICK: Duration = Duration::from_millis(10);
/// How often wishes and due users are looked for although nothing changed: time passes, too.
const LOOK: Duration = Duration::from_millis(500);
/// How often progress and the sign of life are saved.
const SAVE: Duration = Duration::from_secs(1);
/// By how much longer than a save takes the next one waits: with tens of thousands of passes it takes its time.
const SAVE_SHARE: u32 = 4;
/// How far beyond a day a due date may be; what is further ahead was written before the clock was set back.
const SLACK: SignedDuration = SignedDuration::from_hours(1);
/// How long servers may go on storing what a dead worker had sent them: Cyrus commits what lies in its buffers, and tells
/// nobody. Who looks for copies before does not find them.
const SETTLE: Duration = Duration::from_secs(2);
/// How long a worker that ends tries to write down how its passes ended.
const LAST_PATIENCE: Duration = Duration::from_secs(5);

/// Why a worker ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkerEnd {
    /// Another worker serves this store.
    AlreadyServed,
    /// It was told to.
    Stopped,
    /// Nothing was wanted for a while.
    Idle,
    /// The store was removed, or replaced by another one.
    StoreGone,
}

/// A worker at its work.
pub(super) struct Worker {
    store: Store,
    owner: String,
    started_at: Timestamp,
    world: World,
    reckoning: Reckoning,
    memory: Memory,
    nudges: Option<u64>,
    purge: Purge,
    troubles: Troubles,
    /// Whether what its predecessor left is cleared away.
    ready: bool,
    passes: JoinSet<PassOutcome>,
    running: BTreeMap<Id, Running>,
    /// Whose end is not written down yet. The first may be under the pen, so that none is lost when the store fails.
    ended: VecDeque<Arc<EndedPass>>,
    /// No pass begins before.
    begin_at: Instant,
    next_save: Instant,
    last_look: Option<(Changes, Instant)>,
    idle_since: Option<Instant>,
    begun: Begun,
}

/// A pass at work.
struct Running {
    lease: Lease,
    cancel: CancellationToken,
    meter: Meter,
}

impl Worker {
    /// A worker that has the store to itself.
    pub(super) fn new(store: Store, lock: Arc<WorkerLock>, world: World) -> Self {
        let (now, purge) = (world.clock.now(), Purge::start(store.clone()));
        Self {
            store,
            owner: format!("{}-{}", std::process::id(), now.as_millisecond()),
            started_at: now,
            reckoning: Reckoning::new(now, Instant::now()),
            world,
            memory: Memory::default(),
            nudges: None,
            purge,
            troubles: Troubles::new(lock),
            ready: false,
            passes: JoinSet::new(),
            running: BTreeMap::new(),
            ended: VecDeque::new(),
            begin_at: Instant::now(),
            next_save: Instant::now(),
            last_look: None,
            idle_since: None,
            begun: Begun::default(),
        }
    }

    /// Serves until told to stop, or until nothing is wanted for a while. Whatever the store does, it goes on.
    pub(super) async fn run(&mut self, idle_exit: Duration, stop: CancellationToken) -> WorkerEnd {
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return WorkerEnd::Stopped,
                Some(ended) = self.passes.join_next_with_id() => self.collect(ended),
                _ = tick.tick() => {}
            }
            let turn = tokio::select! {
                biased;
                () = stop.cancelled() => return WorkerEnd::Stopped,
                turn = self.turn(idle_exit) => turn,
            };
            match turn {
                Ok(None) => {}
                Ok(Some(end)) => return end,
                Err(error) => {
                    let pause = self.troubles.met(&error, self.now()).await;
                    // Whoever tells it to stop need not wait.
                    let _ = timeout(pause, stop.cancelled()).await;
                }
            }
        }
    }

    /// Does what is to do now.
    async fn turn(&mut self, idle_exit: Duration) -> Result<Option<WorkerEnd>> {
        self.make_ready().await?;
        let reaped = self.record().await?;
        if Instant::now() >= self.next_save {
            let began = Instant::now();
            self.save().await?;
            self.next_save = Instant::now() + SAVE.max(began.elapsed() * SAVE_SHARE);
        }
        let changes = self.changes().await?;
        if !reaped && self.last_look.is_some_and(|(seen, at)| seen == changes && at.elapsed() < LOOK) {
            return Ok(None);
        }
        let look = self.look().await?;
        self.last_look = Some((changes, Instant::now())).filter(|_| !matches!(look, Look::More));
        if !matches!(look, Look::Idle) {
            self.idle_since = None;
        }
        Ok(match look {
            Look::StopRequested => Some(WorkerEnd::Stopped),
            Look::Idle if self.idle_since.get_or_insert_with(Instant::now).elapsed() >= idle_exit => {
                Some(WorkerEnd::Idle)
            }
            Look::Idle | Look::Wanted | Look::More => None,
        })
    }

    /// Clears away what a dead predecessor left, and what a trouble of the store did.
    async fn make_ready(&mut self) -> Result<()> {
        if self.ready && self.troubles.current().is_none() {
            return Ok(());
        }
        let (store, users, now) = (self.store.clone(), self.users(), self.now());
        let (first, trouble) = (!self.ready, self.troubles.current().cloned());
        let batches: BTreeSet<String> = self.leases().map(|lease| lease.user.batch.to_string()).collect();
        let released = blocking(move || {
            if first {
                prepare(&store, now)?;
            }
            let released = store.release_all_but(&users)?;
            trouble.map_or(Ok(()), |trouble| note(&store, batches, &trouble, now))?;
            Ok(released)
        })
        .await?;
        if first && released > 0 {
            self.begin_at = Instant::now() + SETTLE;
        }
        self.ready = true;
        self.troubles.over().await;
        Ok(())
    }

    /// The leases of the passes that run, or whose end is not written down yet.
    fn leases(&self) -> impl Iterator<Item = &Lease> {
        let ended = self.ended.iter().map(|ended| &ended.lease);
        self.running.values().map(|running| &running.lease).chain(ended)
    }

    fn users(&self) -> BTreeSet<i64> {
        self.leases().map(|lease| lease.user.id).collect()
    }

    async fn changes(&self) -> Result<Changes> {
        let store = self.store.clone();
        blocking(move || store.changes()).await
    }

    /// Reads what is wanted, cancels what is no longer, begins what is due.
    async fn look(&mut self) -> Result<Look> {
        self.heed_the_clock().await?;
        let (store, owner, now) = (self.store.clone(), self.owner.clone(), self.now());
        let users = self.users();
        let most = if Instant::now() < self.begin_at { 0 } else { MOST_LEASES };
        let seen = blocking(move || Seen::read(&store, &owner, &users, now, most)).await?;
        self.cancel(&seen.unwanted);
        self.purge.look();
        if self.nudges.replace(seen.nudges).is_some_and(|before| before != seen.nudges) {
            self.memory.outages.nudge();
        }
        let begun = !seen.leases.is_empty();
        let lines = self.begun.lines(&seen.leases, now);
        seen.leases.into_iter().for_each(|lease| self.begin(lease));
        if !lines.is_empty() {
            let store = self.store.clone();
            blocking(move || store.add_reports(&lines)).await?;
        }
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
            // What has become due since the step, by the time before it, is still due after a step back.
            blocking(move || store.shift_due(step.was.min(wall), step.by)).await?;
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

    fn cancel(&self, users: &[i64]) {
        let users: BTreeSet<&i64> = users.iter().collect();
        self.running.values().filter(|r| users.contains(&r.lease.user.id)).for_each(|r| r.cancel.cancel());
    }

    /// Saves progress, shows a sign of life.
    async fn save(&self) -> Result<()> {
        let (store, now) = (self.store.clone(), self.now());
        let heartbeat = Heartbeat {
            process_id: std::process::id(),
            started_at: self.started_at,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            active_users: u32::try_from(self.running.len()).unwrap_or(u32::MAX),
        };
        let passes: Vec<PassProgress> = self.running.values().map(Running::progress).collect();
        let lost = blocking(move || store.save(&heartbeat, &passes, now)).await?;
        if !lost.is_empty() {
            warn!(users = ?lost, "Leases lost, passes stop");
            self.cancel(&lost);
        }
        Ok(())
    }

    /// Takes over all passes that have ended.
    fn collect(&mut self, first: Result<(Id, PassOutcome), JoinError>) {
        let mut next = Some(first);
        while let Some(ended) = next {
            let (id, outcome) = match ended {
                Ok(ended) => ended,
                Err(e) => (e.id(), PassOutcome::Failed(Error::internal(format!("a pass ended early: {e}")))),
            };
            if let Some(Running { lease, meter, .. }) = self.running.remove(&id) {
                if matches!(outcome, PassOutcome::Stopped) {
                    self.begun.forget(lease.user.batch.as_str());
                }
                self.ended.push_back(Arc::new(EndedPass { lease, meter, outcome }));
            }
            next = self.passes.try_join_next_with_id();
        }
    }

    /// Writes down how passes ended. Says whether there were any.
    async fn record(&mut self) -> Result<bool> {
        let mut any = false;
        while let Some(ended) = self.ended.front().cloned() {
            let (store, memory, now) = (self.store.clone(), self.memory.clone(), self.now());
            blocking(move || record(&store, &memory, &ended, now)).await?;
            self.ended.pop_front();
            any = true;
        }
        Ok(any)
    }

    /// Drops all passes where they are, and their connections: whoever serves the store that is there now must not meet them.
    pub(super) async fn abandon(&mut self) {
        self.passes.shutdown().await;
    }

    /// Stops all passes and records how they ended. What the store does not take now, the next worker finds out.
    pub(super) async fn drain(&mut self) {
        self.running.values().for_each(|running| running.cancel.cancel());
        while let Some(ended) = self.passes.join_next_with_id().await {
            self.collect(ended);
        }
        match timeout(LAST_PATIENCE, self.record()).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => warn!(%error, "How passes ended is not written down"),
            Err(_) => warn!("How passes ended is not written down in time"),
        }
    }
}

/// What a worker finds when it begins. Whoever held leases under its lock is dead: their users are free at once.
fn prepare(store: &Store, now: Timestamp) -> Result<()> {
    store.request_worker_stop(false)?;
    predecessor_gone(store, now)?;
    heed_a_step_back(store, now)?;
    let tomorrow = now + SignedDuration::from_secs(Batch::SYNC_INTERVAL_SECONDS);
    store.pull_due_in(tomorrow + SLACK, tomorrow)
}

impl Running {
    fn progress(&self) -> PassProgress {
        let Self { lease, meter, .. } = self;
        PassProgress { user: lease.user.id, epoch: lease.epoch, progress: meter.read() }
    }
}
