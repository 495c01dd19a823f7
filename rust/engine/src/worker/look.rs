//! A look into the store: what is wanted, what is no longer, and who is due.

use std::collections::BTreeSet;

use jiff::Timestamp;
use model::{Lease, Result};
use store::Store;

/// How many users are taken up at a look. The passes of the first begin while the others still wait.
pub(super) const MOST_LEASES: usize = 100;

/// What there is to do.
pub(super) enum Look {
    /// Passes begin, and there are more to begin.
    More,
    /// The worker is to end.
    StopRequested,
    /// Something is wanted, now or later.
    Wanted,
    /// Nothing is.
    Idle,
}

/// What the store says at a moment.
pub(super) struct Seen {
    pub(super) look: Look,
    /// How often somebody asked to try again what is waited for.
    pub(super) nudges: u64,
    /// Users whose passes must stop.
    pub(super) unwanted: Vec<i64>,
    /// Passes to begin.
    pub(super) leases: Vec<Lease>,
}

impl Seen {
    /// Looks, and takes up so many of those who are due.
    pub(super) fn read(
        store: &Store,
        owner: &str,
        running: &BTreeSet<i64>,
        now: Timestamp,
        most: usize,
    ) -> Result<Self> {
        let row = store.worker_row()?;
        let nudges = row.nudges;
        if row.stop_requested {
            return Ok(Self { look: Look::StopRequested, nudges, unwanted: Vec::new(), leases: Vec::new() });
        }
        let unwanted = store.users_to_stop()?;
        let idle = store.is_idle()?;
        // Nothing may fail after this: leases of which the worker does not know would never be given back.
        let leases = store.lease_due(owner, now, most, running)?;
        let look = match leases.len() {
            MOST_LEASES.. => Look::More,
            _ if idle => Look::Idle,
            _ => Look::Wanted,
        };
        Ok(Self { look, nudges, unwanted, leases })
    }
}
