//! A pass: one walk over one migration user. Folders first, then message by message what is missing, then flags.

mod adopt;
mod analyze;
mod connect;
mod copy;
mod create;
mod digest;
mod fate;
mod flags;
mod folder;
mod inventory;
mod jobs;
mod journal;
mod lane;
mod lanes;
mod lost_flags;
mod mapping;
mod meter;
mod prepare;
mod pump;
mod recorder;
mod repair;
mod sink;
mod skip;
mod source;
mod suspects;
mod walk;

use std::time::Duration;

use model::{Error, Lease, Result};
use store::Store;
use tokio_util::sync::CancellationToken;

use crate::worker::governor::Governor;

pub(crate) use adopt::{Adopted, Found};
pub(crate) use digest::{Hashed, hash, short};
pub(crate) use inventory::plan_flags;
pub(crate) use lanes::LaneLimits;
pub(crate) use lost_flags::SeenFlags;
pub(crate) use mapping::{Mapper, Pages};
pub(crate) use meter::Meter;
pub(crate) use suspects::Suspects;

/// How long a pass that is told to stop may take to record what it has in flight.
const GRACE: Duration = Duration::from_secs(5);

/// What all passes of a worker share. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shared {
    /// What servers bear.
    pub(crate) governor: Governor,
    /// Messages that may make servers hang up.
    pub(crate) suspects: Suspects,
    /// Flags that servers keep.
    pub(crate) kept_flags: SeenFlags,
    /// How many connections mailboxes may have.
    pub(crate) lane_limits: LaneLimits,
}

/// How a pass ended.
#[derive(Debug)]
pub(crate) enum PassOutcome {
    /// Everything that could be done is done.
    Done,
    /// It was told to stop.
    Stopped,
    /// It could not go on.
    Failed(Error),
}

/// Whether a step came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It did.
    Complete,
    /// It was told to stop before.
    Stopped,
}

/// Runs a user's pass to its end, or until told to stop.
///
/// Whatever happens, nothing is lost or doubled: what is not in the ledger is looked for on the target next time.
pub(crate) async fn run(
    store: Store,
    lease: Lease,
    shared: Shared,
    meter: Meter,
    cancel: CancellationToken,
) -> PassOutcome {
    let user = lease.user.row.email_address.clone();
    let pass = walk::walk(store, lease, &shared, meter, cancel.clone());
    let ended: Result<Ended> = tokio::select! {
        ended = pass => ended,
        () = out_of_patience(&cancel) => Ok(Ended::Stopped),
    };
    match ended {
        Ok(Ended::Complete) => PassOutcome::Done,
        Ok(Ended::Stopped) => PassOutcome::Stopped,
        Err(_) if cancel.is_cancelled() => PassOutcome::Stopped,
        Err(error) => PassOutcome::Failed(error.user(user)),
    }
}

/// When what was told to stop has had its time.
async fn out_of_patience(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(GRACE).await;
}
