//! How large the messages are that servers were seen to keep whole.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use crate::base::lock::lock;

/// The largest message that each host was seen to keep whole, for as long as a worker lives. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Whole {
    /// Octets by host.
    sizes: Arc<Mutex<BTreeMap<String, u64>>>,
}

impl Whole {
    /// Up to which size nothing was cut short; one that cuts, cuts what is larger than so much.
    pub(crate) fn up_to(&self, host: &str) -> u64 {
        lock(&self.sizes).get(host).copied().unwrap_or(0)
    }

    /// Notes a message that is whole, or of which nobody can tell.
    pub(crate) fn note(&self, host: &str, size: u64) {
        let mut sizes = lock(&self.sizes);
        let known = sizes.entry(host.to_owned()).or_default();
        *known = size.max(*known);
    }

    /// Forgets what it has of a host: its software may be another now.
    pub(crate) fn forget(&self, host: &str) {
        lock(&self.sizes).remove(host);
    }
}
