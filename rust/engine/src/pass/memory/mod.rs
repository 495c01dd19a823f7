//! What a worker remembers for as long as it lives: of folders, of users, of hosts.
//!
//! INVARIANT: its keys are never used again for anything else.

pub(crate) mod kept_flags;
pub(crate) mod lane_limits;
pub(crate) mod suspects;

use crate::net::governor::Governor;

use kept_flags::SeenFlags;
use lane_limits::LaneLimits;
use suspects::Suspects;

/// What all passes of a worker share. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memory {
    /// What servers bear.
    pub(crate) governor: Governor,
    /// Messages that may make servers hang up.
    pub(crate) suspects: Suspects,
    /// Flags that servers keep.
    pub(crate) kept_flags: SeenFlags,
    /// How many connections mailboxes may have.
    pub(crate) lane_limits: LaneLimits,
}
