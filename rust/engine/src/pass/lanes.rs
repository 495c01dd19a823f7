//! Several lanes for one mailbox, where that helps and both servers have room.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use model::{Error, Result};
use tokio::task::JoinSet;

use super::connect::{Connected, Ends};
use super::jobs::Jobs;
use super::lane::Lane;
use super::walk::Walk;
use super::{Ended, Shared, out_of_patience};
use crate::lock::lock;
use crate::worker::governor::{ExtraSeats, Governor};

/// The most lanes of one mailbox.
const MOST_LANES: usize = 4;
/// How many messages to copy are worth another lane: a connection costs both servers as much as some hundreds of them,
const WORTH_A_LANE: u64 = 2_000;
/// and far away, where each folder takes some round trips, as long as a few.
const WORTH_A_FAR_LANE: u64 = 50;

/// How long a seat that got free is left to others.
const MAKE_WAY: Duration = Duration::from_millis(100);

/// How many lanes mailboxes may have whose connections broke while they had several, for as long as a worker lives.
/// Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct LaneLimits {
    /// By user.
    limits: Arc<Mutex<BTreeMap<i64, usize>>>,
}

impl LaneLimits {
    fn of(&self, user: i64) -> usize {
        lock(&self.limits).get(&user).copied().unwrap_or(MOST_LANES)
    }

    /// Some servers bear one connection a mailbox, and cut off the others: after each loss there are half as many.
    fn note(&self, user: i64, lanes: usize, ended: &Result<Ended>) {
        let mut limits = lock(&self.limits);
        match ended {
            Err(error) if error.retryable => _ = limits.insert(user, (lanes / 2).max(1)),
            Ok(Ended::Complete) => _ = limits.remove(&user),
            _ => {}
        }
    }
}

/// Does the jobs over the lane that there is, and over more where there is much to do. The first failure stops all.
pub(super) async fn run(first: Lane, jobs: Jobs, ends: Ends, shared: &Shared) -> Result<Ended> {
    let (governor, limits) = (&shared.governor, &shared.lane_limits);
    let walk = first.walk.clone();
    let user = walk.lease.user.id;
    let worth = if first.is_far() { WORTH_A_FAR_LANE } else { WORTH_A_LANE };
    let most = worthwhile(&jobs, worth).min(limits.of(user));
    let mut lanes = JoinSet::new();
    if most > 1 {
        jobs.sort();
    }
    for _ in 1..most {
        lanes.spawn(extra(walk.clone(), jobs.clone(), ends.clone(), governor.clone(), worth));
    }
    lanes.spawn(patiently(walk.clone(), first, jobs));
    let mut result = Ok(Ended::Complete);
    while let Some(ended) = lanes.join_next().await {
        let ended = ended.unwrap_or_else(|e| Err(Error::internal(format!("a lane ended early: {e}"))));
        if !matches!(ended, Ok(Ended::Complete)) {
            walk.stop.cancel();
        }
        result = match (result, ended) {
            (Ok(Ended::Complete), ended) | (Ok(Ended::Stopped), ended @ Err(_)) => ended,
            (result, _) => result,
        };
    }
    limits.note(user, most, &result);
    result
}

/// How many lanes are worth their connections.
fn worthwhile(jobs: &Jobs, worth: u64) -> usize {
    let (folders, messages) = jobs.size();
    let by_messages = usize::try_from(messages / worth).unwrap_or(usize::MAX);
    by_messages.min(folders).clamp(1, MOST_LANES)
}

/// Another lane, as soon as there is room for it and while there is enough to do. Where it cannot be opened, the others
/// do its jobs.
async fn extra(walk: Arc<Walk>, jobs: Jobs, ends: Ends, governor: Governor, worth: u64) -> Result<Ended> {
    let opened = tokio::select! {
        opened = open(&walk, &jobs, &ends, &governor, worth) => opened,
        () = jobs.all_taken() => None,
        () = walk.stop.cancelled() => None,
    };
    let Some((connected, extra)) = opened else { return Ok(Ended::Complete) };
    let lane = Lane::new(walk.clone(), connected);
    patiently(walk, lane, jobs.for_extra_lane(Arc::new(extra))).await
}

/// Waits for room, and connects.
async fn open(
    walk: &Walk,
    jobs: &Jobs,
    ends: &Ends,
    governor: &Governor,
    worth: u64,
) -> Option<(Connected, ExtraSeats)> {
    loop {
        let changed = governor.changed();
        if jobs.size().1 < worth {
            return None;
        }
        if let Some((seats, extra)) = ends.room(governor, walk.lease.pass) {
            return Some((ends.connect_once(governor, &walk.lease, seats).await?, extra));
        }
        changed.await;
        // Users that are due come first.
        tokio::time::sleep(MAKE_WAY).await;
    }
}

async fn patiently(walk: Arc<Walk>, lane: Lane, jobs: Jobs) -> Result<Ended> {
    tokio::select! {
        ended = lane.run(jobs) => ended,
        () = out_of_patience(&walk.stop) => Ok(Ended::Stopped),
    }
}

#[cfg(test)]
mod tests {
    use model::ErrorKind;

    use super::*;

    #[test]
    fn each_loss_halves_the_lanes_and_a_pass_that_succeeds_restores_them() {
        let (limits, user) = (LaneLimits::default(), 7);
        let lost = || Err(Error::new(ErrorKind::ConnectionLost, "lost"));
        for most in [2, 1, 1] {
            limits.note(user, limits.of(user), &lost());
            assert_eq!(limits.of(user), most);
        }
        limits.note(user, 1, &Ok(Ended::Stopped));
        assert_eq!((limits.of(user), limits.of(8)), (1, MOST_LANES));
        limits.note(user, 1, &Ok(Ended::Complete));
        assert_eq!(limits.of(user), MOST_LANES);
    }
}
