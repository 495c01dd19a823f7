//! A pass: one walk over one migration user. Folders first, then message by message what is missing, then flags.
//!
//! Its rooms, from the ground: `report`, `memory` and `side`; `transfer`; `folder`; `walk`.

pub(crate) mod context;
pub(crate) mod folder;
pub(crate) mod memory;
pub(crate) mod pair;
pub(crate) mod report;
pub(crate) mod side;
pub(crate) mod transfer;
pub(crate) mod walk;

use model::{Error, Lease, Result};
use store::Store;
use tokio_util::sync::CancellationToken;

use crate::base::stop::{Ended, out_of_patience};
use crate::base::world::World;
use memory::Memory;
use report::meter::Meter;

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

/// Runs a user's pass to its end, or until told to stop.
///
/// Whatever happens, nothing is lost or doubled: what is not in the ledger is looked for on the target next time.
pub(crate) async fn run(
    store: Store,
    lease: Lease,
    world: World,
    memory: Memory,
    meter: Meter,
    cancel: CancellationToken,
) -> PassOutcome {
    let user = lease.user.row.email_address.clone();
    let pass = walk::walk(store, lease, &world, &memory, meter, cancel.clone());
    let ended: Result<Ended> = tokio::select! {
       biased;
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
