//! What befalls the world while the engine works, each at its moment: when the servers have done so many things.

use std::path::PathBuf;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::task::AbortHandle;

use super::{Scene, Side};
use crate::people;
use crate::power::DATABASE;

/// Something that befalls the world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Incident {
    /// People do something on one side.
    People(Side),
    /// The worker's process dies.
    Kill,
    /// So does the machine, and the disk has not everything that was written.
    PowerCut,
    /// The wall clock is set.
    Clock(SignedDuration),
    /// Another process holds the store's lock for a while.
    Lock(Duration),
    /// The store's disk is full for a while.
    FullDisk(Duration),
    /// A server cannot be reached for a while.
    Away(Side, Duration),
}

/// What is to happen, and when.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    done: u64,
    ahead: Vec<(u64, Incident)>,
}

impl Schedule {
    /// These incidents, counted from now on.
    pub(crate) fn new(ahead: Vec<(u64, Incident)>) -> Self {
        Self { done: 0, ahead }
    }

    /// How many things the servers have done.
    pub(crate) fn done(&self) -> u64 {
        self.done
    }

    /// Counts one more thing. What is due.
    pub(super) fn tick(&mut self) -> Vec<Incident> {
        self.done += 1;
        let done = self.done;
        self.ahead.extract_if(.., |(at, _)| *at <= done).map(|(_, incident)| incident).collect()
    }
}

/// Lets it happen.
pub(super) fn befall(scene: &mut Scene, incident: &Incident) {
    if scene.calm {
        return;
    }
    scene.trace.add(format!("! {incident:?}"));
    match incident {
        Incident::People(side) => people::act(scene, *side),
        Incident::Kill => scene.kill_worker(),
        Incident::PowerCut => {
            scene.power_cut |= scene.worker.is_some();
            scene.forgetful = true;
            scene.kill_worker();
        }
        Incident::Clock(step) => {
            scene.offset += *step;
        }
        Incident::Lock(how_long) => {
            let held = tokio::spawn(hold(scene.store.clone(), *how_long));
            scene.lock_holder = Some(held.abort_handle());
        }
        Incident::FullDisk(how_long) => {
            store::fill_disk(true);
            let filled = tokio::spawn(make_room(*how_long));
            scene.disk_filler.replace(filled.abort_handle()).iter().for_each(AbortHandle::abort);
        }
        Incident::Away(side, how_long) => scene.go_away(*side, *how_long),
    }
}

/// Somebody frees some space after a while.
async fn make_room(how_long: Duration) {
    tokio::time::sleep(how_long).await;
    store::fill_disk(false);
}

/// Writes to a store, and takes its time.
async fn hold(store: PathBuf, how_long: Duration) {
    let Ok(database) = rusqlite::Connection::open(store.join(DATABASE)) else { return };
    if database.execute_batch("BEGIN IMMEDIATE").is_ok() {
        tokio::time::sleep(how_long).await;
    }
}
