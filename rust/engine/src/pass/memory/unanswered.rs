//! Messages that were sent whole when a connection was lost: their server may store them yet.

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
    folders: Arc<Mutex<BTreeMap<i64, (Instant, UidSet)>>>,
}

impl Unanswered {
    /// Notes messages of a folder, by their UIDs on the source.
    pub(crate) fn note(&self, folder: i64, uids: UidSet) {
        if !uids.is_empty() {
            lock(&self.folders).insert(folder, (Instant::now(), uids));
        }
    }

    /// Takes out those of a folder, with the moment up to which they may be stored.
    pub(crate) fn take(&self, folder: i64) -> Option<(Instant, UidSet)> {
        let (lost, uids) = lock(&self.folders).remove(&folder)?;
        Some((lost + LONGEST, uids))
    }
}
