//! What a worker remembers for as long as it lives: of folders, of users, of hosts.
//!
//! INVARIANT: its keys are never used again for anything else.

pub(crate) mod folder_suspects;
pub(crate) mod kept;
pub(crate) mod lane_limits;
pub(crate) mod literals;
pub(crate) mod suspects;
pub(crate) mod unanswered;
pub(crate) mod whole;

use crate::net::governor::Governor;
use crate::net::outage::Outages;

use folder_suspects::FolderSuspects;
use kept::Kept;
use lane_limits::LaneLimits;
use literals::LiteralMemory;
use suspects::Suspects;
use unanswered::Unanswered;
use whole::Whole;

/// What all passes of a worker share. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memory {
    /// What servers bear.
    pub(crate) governor: Governor,
    /// Servers and logins that are waited for.
    pub(crate) outages: Outages,
    /// Messages that may make servers hang up.
    pub(crate) suspects: Suspects,
    /// Folders that may.
    pub(crate) folder_suspects: FolderSuspects,
    /// Flags that servers keep of what APPEND gives them,
    pub(crate) kept_flags: Kept,
    /// flags that STORE sets, with `-` in front those that it takes away,
    pub(crate) stored_flags: Kept,
    /// and dates, in UTC and in other zones.
    pub(crate) kept_dates: Kept,
    /// Targets that give back the bytes that they were given.
    pub(crate) kept_bytes: Kept,
    /// How large messages are that targets keep whole.
    pub(crate) whole: Whole,
    /// Messages that servers may store yet.
    pub(crate) unanswered: Unanswered,
    /// What servers take without being asked.
    pub(crate) literals: LiteralMemory,
    /// How many connections mailboxes may have.
    pub(crate) lane_limits: LaneLimits,
}

impl Memory {
    /// Forgets what it has of a user, of the user's folders and of the target: somebody has changed something, and asks for a
    /// new try. What a host bears is learned anew by itself.
    pub(crate) fn forget(&self, user: i64, folders: impl Iterator<Item = i64> + Clone, target_host: &str) {
        self.suspects.forget(folders.clone());
        self.folder_suspects.forget(user);
        self.lane_limits.forget(user);
        let kept = [&self.kept_flags, &self.stored_flags, &self.kept_dates, &self.kept_bytes];
        kept.into_iter().for_each(|kept| kept.forget(target_host));
        self.whole.forget(target_host);
        self.literals.forget(folders, target_host);
    }
}
