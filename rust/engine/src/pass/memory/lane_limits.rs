//! How many connections a mailbox bears.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use model::{ErrorKind, Result};

use crate::base::lock::lock;
use crate::base::stop::Ended;

/// The most lanes of one mailbox.
pub(crate) const MOST_LANES: usize = 4;

/// How many lanes mailboxes may have whose connections broke while they had several, for as long as a worker lives.
/// Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct LaneLimits {
    /// By user.
    limits: Arc<Mutex<BTreeMap<i64, usize>>>,
    /// How many connections of one user a server has let in, and no more.
    found: Arc<Mutex<BTreeMap<i64, usize>>>,
}

impl LaneLimits {
    /// How many this user may have.
    pub(crate) fn of(&self, user: i64) -> usize {
        let known = |limits: &Mutex<BTreeMap<i64, usize>>| lock(limits).get(&user).copied();
        known(&self.limits).into_iter().chain(known(&self.found)).fold(MOST_LANES, usize::min)
    }

    /// A server has opened this user's mailbox so many times, and refuses it once more.
    pub(crate) fn found(&self, user: i64, open: usize) {
        lock(&self.found).insert(user, open.max(1));
    }

    /// Forgets what it has of a user: it is worth a new try.
    pub(crate) fn forget(&self, user: i64) {
        lock(&self.limits).remove(&user);
        lock(&self.found).remove(&user);
    }

    /// Some servers bear one connection a mailbox, and cut off the others: after each loss there are half as many.
    pub(crate) fn note(&self, user: i64, lanes: usize, ended: &Result<Ended>) {
        let mut limits = lock(&self.limits);
        match ended {
            // A token's end says nothing of the lanes.
            Err(error) if error.kind == ErrorKind::OauthTokenExpired => {}
            Err(error) if error.retryable => _ = limits.insert(user, (lanes / 2).max(1)),
            Ok(Ended::Complete) => _ = limits.remove(&user),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use model::Error;

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
        limits.found(8, 2);
        limits.note(8, 2, &Ok(Ended::Complete));
        assert_eq!(
            limits.of(8),
            2,
            "a pass that succeeds within a server's limit says nothing of what is beyond it"
        );
        limits.forget(8);
        assert_eq!(limits.of(8), MOST_LANES);
        limits.note(user, 1, &Ok(Ended::Complete));
        assert_eq!(limits.of(user), MOST_LANES);
    }
}
