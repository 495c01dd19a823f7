//! Messages that were sent whole when a connection was lost: their server may store them yet.
//!
//! Each is waited for once: a server that hangs up whenever it gets a message would be waited for again and again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;
use wire::UidSet;

use crate::base::lock::lock;

/// For how long a server may store what it has read, after its connection was lost.
const LONGEST: Duration = Duration::from_secs(10);

/// What had no answer, by the ledger's key of the folder, for as long as a worker lives. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Unanswered {
    folders: Arc<Mutex<BTreeMap<i64, Lost>>>,
}

/// What had no answer in a folder.
#[derive(Debug, Default)]
struct Lost {
    /// When the connection was lost last, and what is to be waited for since.
    last: Option<(Instant, UidSet)>,
    /// What was waited for before.
    waited: UidSet,
}

impl Unanswered {
    /// Notes messages of a folder, by their UIDs on the source.
    pub(crate) fn note(&self, folder: i64, uids: UidSet) {
        if uids.is_empty() {
            return;
        }
        let mut folders = lock(&self.folders);
        let lost = folders.entry(folder).or_default();
        let new: UidSet = uids.iter().filter(|uid| !lost.waited.contains(*uid)).collect();
        lost.last = Some((Instant::now(), new));
    }

    /// Takes out those of a folder, with the moment up to which they may be stored.
    pub(crate) fn take(&self, folder: i64) -> Option<(Instant, UidSet)> {
        let mut folders = lock(&self.folders);
        let lost = folders.get_mut(&folder)?;
        let (at, uids) = lost.last.take()?;
        lost.waited.extend(uids.iter());
        Some((at + LONGEST, uids))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_waited_for_once() {
        let unanswered = Unanswered::default();
        let take = || unanswered.take(1).map(|(_, uids)| uids.iter().collect::<Vec<_>>());
        unanswered.note(1, [3, 4].into_iter().collect());
        assert_eq!((take(), take()), (Some(vec![3, 4]), None));
        unanswered.note(1, [4, 5].into_iter().collect());
        assert_eq!(take(), Some(vec![5]));
    }
}
