//! The loop of a worker: looks what is wanted, begins passes, stops them, and writes down how far they are.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use model::{Error, Lease, Result};
use store::{Changes, Heartbeat, PassProgress, Store};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::ended::finish;
use super::purge::Purge;
use super::reckoning::Reckoning;
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
/// How many users are taken up at a look. The passes of the first begin while the others still wait.
const MOST_LEASES: usize = 100;

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

/// A worker at its work.
pub(super) struct Worker {
    store: Store,
    owner: String,
    started_at: Timestamp,
    world: World,
    reckoning: Reckoning,
    memory: Memory,
    purge: Purge,
    passes: JoinSet<PassOutcome>,
    running: BTreeMap<Id, Running>,
}

/// A pass at work.
struct Running {
    lease: Lease,
    cancel: CancellationToken,
    meter: Meter,
}

impl Worker {
    /// A worker that has the store to itself.
    pub(super) fn new(store: Store, world: World) -> Self {
        let (now, purge) = (world.clock.now(), Purge::start(store.clone()));
        Self {
            store,
            owner: format!("{}-{}", std::process::id(), now.as_millisecond()),
            started_at: now,
            reckoning: Reckoning::new(now, Instant::now()),
            world,
            memory: Memory::default(),
            purge,
            passes: JoinSet::new(),
            running: BTreeMap::new(),
        }
    }

    /// Serves until told to stop, or until nothing is wanted for a while.
    pub(super) async fn run(&mut self, idle_exit: Duration, stop: CancellationToken) -> Result<WorkerEnd> {
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut next_save, mut last_look) = (Instant::now(), None::<(Changes, Instant)>);
        let mut idle_since = None::<Instant>;
        loop {
            let reaped = tokio::select! {
                () = stop.cancelled() => return Ok(WorkerEnd::Stopped),
                Some(ended) = self.passes.join_next_with_id() => self.reap(ended).await.map(|()| true)?,
                _ = tick.tick() => false,
            };
            if Instant::now() >= next_save {
                let began = Instant::now();
                self.save().await?;
                next_save = Instant::now() + SAVE.max(began.elapsed() * SAVE_SHARE);
            }
            let changes = self.changes().await?;
            if !reaped && last_look.is_some_and(|(seen, at)| seen == changes && at.elapsed() < LOOK) {
                continue;
            }
            last_look = Some((changes, Instant::now()));
            match self.look().await? {
                Look::More => (idle_since, last_look) = (None, None),
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
        let users: BTreeSet<i64> = self.running.values().map(|r| r.lease.user.id).collect();
        let seen = blocking(move || Seen::read(&store, &owner, &users, now)).await?;
        self.cancel(&seen.unwanted);
        self.purge.look();
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
    pub(super) async fn drain(&mut self) -> Result<()> {
        self.running.values().for_each(|running| running.cancel.cancel());
        while let Some(ended) = self.passes.join_next_with_id().await {
            self.reap(ended).await?;
        }
        Ok(())
    }
}

impl Running {
    fn progress(&self) -> PassProgress {
        let Self { lease, meter, .. } = self;
        PassProgress { user: lease.user.id, epoch: lease.epoch, progress: meter.read() }
    }
}

/// What the store says at a moment.
enum Look {
    /// Passes begin, and there are more to begin.
    More,
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
    fn read(store: &Store, owner: &str, running: &BTreeSet<i64>, now: Timestamp) -> Result<Self> {
        if store.worker_stop_requested()? {
            return Ok(Self { look: Look::StopRequested, unwanted: Vec::new(), leases: Vec::new() });
        }
        let unwanted = store.users_to_stop()?;
        let leases = store.lease_due(owner, now, MOST_LEASES, running)?;
        let look = match leases.len() {
            MOST_LEASES.. => Look::More,
            _ if store.is_idle()? => Look::Idle,
            _ => Look::Wanted,
        };
        Ok(Self { look, unwanted, leases })
    }
}
