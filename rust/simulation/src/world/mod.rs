//! The world around the engine: both servers, the network between, the clock, and what befalls them while it works.

mod connection;
mod incident;
mod pipe;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use engine::{Clock, World};
use jiff::{SignedDuration, Timestamp};
use tokio::task::AbortHandle;
use tokio::time::Instant;
use wire::Dialer;

use crate::chance::Chance;
use crate::climate::Climate;
use crate::mail::Account;
use crate::people::People;
use crate::power::Log;
use crate::server::{Manners, Server};
use crate::trace::Trace;
pub(crate) use incident::{Incident, Schedule};

/// When every run begins: 1 March 2026.
const EPOCH: i64 = 1_772_323_200;

/// One of the two servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Source,
    Target,
}

/// The world, shared by all who live in it. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Stage(Arc<Mutex<Scene>>);

/// Everything that there is.
#[derive(Debug)]
pub(crate) struct Scene {
    pub(crate) climate: Climate,
    pub(crate) trace: Trace,
    pub(crate) source: Server,
    pub(crate) target: Server,
    pub(crate) people: People,
    pub(crate) schedule: Schedule,
    /// Paths that people renamed or deleted, on either side.
    pub(crate) touched: BTreeSet<(String, String)>,
    /// Whether nothing goes wrong any more.
    pub(crate) calm: bool,
    /// The worker, to be killed.
    pub(crate) worker: Option<AbortHandle>,
    /// Whether the power went, too, when the worker was killed.
    pub(crate) power_cut: bool,
    /// Whether the store may have forgotten that a pass was asked for.
    pub(crate) forgetful: bool,
    /// Where the store is.
    pub(crate) store: PathBuf,
    /// How far its log went when it was last known to be on the disk.
    pub(crate) synced: Log,
    /// Who holds the store's lock.
    lock_holder: Option<AbortHandle>,
    /// Who frees space on the store's disk.
    disk_filler: Option<AbortHandle>,
    began: Instant,
    offset: SignedDuration,
    network: Chance,
    connections: Vec<Arc<AtomicBool>>,
    dialled: u64,
    away: [Option<Instant>; 2],
}

impl Stage {
    /// A world that follows from a seed.
    pub(crate) fn new(seed: u64, climate: &Climate) -> Self {
        let chance = |name: &str| Chance::new(seed, name);
        let source = Manners::source(climate, &mut chance("source"));
        let target = Manners::target(climate, &mut chance("target"));
        let mut trace = Trace::begin();
        trace.add(format!("source {source:?}"));
        trace.add(format!("target {target:?}"));
        let scene = Scene {
            climate: climate.clone(),
            trace,
            source: Server::new(source, chance("source moods"), 0),
            target: Server::new(target, chance("target moods"), 1_000_000),
            people: People::new(chance("people")),
            schedule: Schedule::default(),
            touched: BTreeSet::new(),
            calm: false,
            worker: None,
            power_cut: false,
            forgetful: false,
            store: PathBuf::new(),
            lock_holder: None,
            disk_filler: None,
            synced: Log::default(),
            began: Instant::now(),
            offset: SignedDuration::ZERO,
            network: chance("network"),
            connections: Vec::new(),
            dialled: 0,
            away: [None, None],
        };
        Self(Arc::new(Mutex::new(scene)))
    }

    /// The scene, for as long as nobody waits for anything.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Scene> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The world as the engine sees it.
    pub(crate) fn world(&self) -> World {
        let (clock, network) = (self.clone(), self.clone());
        World {
            clock: Clock::new(move || clock.lock().now()),
            dialer: Dialer::new(move |host, _| {
                let side = if host == "source" { Side::Source } else { Side::Target };
                let stage = network.clone();
                Box::pin(async move { connection::dial(&stage, side) })
            }),
            ..World::default()
        }
    }

    /// What the store has written is on the disk.
    pub(crate) fn note_synced(&self) {
        let mut scene = self.lock();
        scene.synced = Log::read(&scene.store);
    }

    /// Lets what is due happen: one more thing is about to be done by a server.
    pub(crate) fn tick(&self) {
        let due = self.lock().schedule.tick();
        for incident in due {
            incident::befall(&mut self.lock(), &incident);
        }
    }
}

impl Scene {
    /// The time of the wall clock.
    pub(crate) fn now(&self) -> Timestamp {
        let elapsed = SignedDuration::try_from(self.began.elapsed()).unwrap_or_default() + self.offset;
        Timestamp::from_second(EPOCH).unwrap_or_default() + elapsed
    }

    /// A server.
    pub(crate) fn server(&mut self, side: Side) -> &mut Server {
        match side {
            Side::Source => &mut self.source,
            Side::Target => &mut self.target,
        }
    }

    /// Everybody's mailboxes on both sides.
    pub(crate) fn accounts(&mut self) -> impl Iterator<Item = &mut Account> {
        let Self { source, target, .. } = self;
        source.accounts.values_mut().chain(target.accounts.values_mut())
    }

    /// Ends the worker where it stands, and all of its connections with it.
    pub(crate) fn kill_worker(&mut self) {
        if let Some(worker) = self.worker.take() {
            worker.abort();
            self.connections.drain(..).for_each(|gone| gone.store(true, Ordering::Relaxed));
        }
    }

    /// From now on nothing goes wrong.
    pub(crate) fn calm_down(&mut self) {
        self.trace.add("all is calm");
        self.calm = true;
        self.schedule = Schedule::default();
        self.away = [None, None];
        self.lock_holder.take().iter().for_each(AbortHandle::abort);
        self.make_room();
        self.source.moody = false;
        self.target.moody = false;
    }

    /// There is room on the store's disk.
    pub(crate) fn make_room(&mut self) {
        self.disk_filler.take().iter().for_each(AbortHandle::abort);
        store::fill_disk(false);
    }

    fn go_away(&mut self, side: Side, how_long: Duration) {
        if let Some(away) = self.away.get_mut(side as usize) {
            *away = Some(Instant::now() + how_long);
        }
    }

    fn is_away(&self, side: Side) -> bool {
        self.away.get(side as usize).copied().flatten().is_some_and(|until| Instant::now() < until)
    }
}
