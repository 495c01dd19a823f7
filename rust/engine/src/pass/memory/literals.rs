//! What target servers were seen to take of literals, and messages at which they may have lost track.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use wire::{Literals, UidSet};

use crate::base::lock::lock;

/// What is known of literals, for as long as a worker lives. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct LiteralMemory {
    /// By host.
    hosts: Arc<Mutex<BTreeMap<String, Literals>>>,
    /// Messages that wait for a `+`, by the ledger's key of the folder.
    wary: Arc<Mutex<BTreeMap<i64, UidSet>>>,
}

impl LiteralMemory {
    /// What this host has taken.
    pub(crate) fn of(&self, host: &str) -> Literals {
        lock(&self.hosts).entry(host.to_owned()).or_default().clone()
    }

    /// The messages of a folder that wait for a `+`.
    pub(crate) fn wary(&self, folder: i64) -> UidSet {
        lock(&self.wary).get(&folder).cloned().unwrap_or_default()
    }

    /// A server may have lost track at one of these messages, or complained of it.
    pub(crate) fn be_wary(&self, folder: i64, uids: UidSet) {
        lock(&self.wary).entry(folder).or_default().extend(uids.iter());
    }

    /// Forgets what it has of these folders, and of a host: its software may be another now.
    pub(crate) fn forget(&self, folders: impl Iterator<Item = i64>, host: &str) {
        let mut wary = lock(&self.wary);
        folders.for_each(|folder| _ = wary.remove(&folder));
        lock(&self.hosts).remove(host);
    }
}
