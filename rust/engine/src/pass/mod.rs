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

use std::time::Duration;

use model::{Error, ErrorKind, Lease, Result};
use store::Store;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::base::stop::{Ended, out_of_patience};
use crate::base::world::World;
use memory::Memory;
use report::journal::Journal;
use report::meter::Meter;

/// After how long the end of a token is nothing out of the ordinary.
const SHORTEST_LIFE: Duration = Duration::from_secs(60);
/// How many tokens in a row may end sooner, with nothing copied by them.
const MOST_IN_VAIN: u32 = 3;

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
    let pass = renewing(store, lease, &world, &memory, meter, &cancel);
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

/// Walks, and begins anew with another token where a server says that the time of one is over: that is nobody's failure. Unless
/// nothing comes of it, again and again.
async fn renewing(
    store: Store,
    lease: Lease,
    world: &World,
    memory: &Memory,
    meter: Meter,
    cancel: &CancellationToken,
) -> Result<Ended> {
    let mut in_vain = 0;
    loop {
        let (began, copied) = (Instant::now(), meter.read().transferred_items);
        let walk = walk::walk(store.clone(), lease.clone(), world, memory, meter.clone(), cancel.clone());
        let error = match walk.await {
            Err(error) if error.kind == ErrorKind::OauthTokenExpired && !cancel.is_cancelled() => error,
            ended => return ended,
        };
        let is_in_vain = meter.read().transferred_items == copied && began.elapsed() < SHORTEST_LIFE;
        in_vain = if is_in_vain { in_vain + 1 } else { 0 };
        if in_vain > MOST_IN_VAIN {
            return Err(error);
        }
        let journal = Journal::new(store.clone(), world.clock.clone(), lease.user.id);
        journal
            .note(format!("The time of a token is over, and the pass goes on with another one: {error}."))
            .await?;
        meter.begin_again();
    }
}
