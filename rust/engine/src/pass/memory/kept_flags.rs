//! Flags that servers were seen to keep: each does so always or never.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use crate::base::lock::lock;

/// Flags that servers were seen to keep of what APPEND gave them, for as long as a worker lives. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct SeenFlags {
    /// By host.
    kept: Arc<Mutex<BTreeMap<String, BTreeSet<String>>>>,
}

impl SeenFlags {
    /// Whether this host keeps this flag.
    pub(crate) fn has(&self, host: &str, flag: &str) -> bool {
        lock(&self.kept).get(host).is_some_and(|kept| kept.contains(flag))
    }

    /// Forgets what it has of a host: its software may be another now.
    pub(crate) fn forget(&self, host: &str) {
        lock(&self.kept).remove(host);
    }

    /// Notes flags that this host keeps.
    pub(crate) fn add(&self, host: &str, flags: BTreeSet<String>) {
        lock(&self.kept).entry(host.to_owned()).or_default().extend(flags);
    }
}
