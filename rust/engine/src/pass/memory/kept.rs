//! Flags, kinds of dates and bytes that servers were seen to keep: each does so always or never.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use crate::base::lock::lock;

/// What servers were seen to keep of what they were given, for as long as a worker lives. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept {
    /// By host.
    kept: Arc<Mutex<BTreeMap<String, BTreeSet<String>>>>,
}

impl Kept {
    /// Whether this host keeps this.
    pub(crate) fn has(&self, host: &str, what: &str) -> bool {
        lock(&self.kept).get(host).is_some_and(|kept| kept.contains(what))
    }

    /// Forgets what it has of a host: its software may be another now.
    pub(crate) fn forget(&self, host: &str) {
        lock(&self.kept).remove(host);
    }

    /// Notes what this host keeps.
    pub(crate) fn add(&self, host: &str, what: BTreeSet<String>) {
        lock(&self.kept).entry(host.to_owned()).or_default().extend(what);
    }
}
