//! Finds the folder that makes a server hang up: a target when it is made, a source when it is opened.
//!
//! Those that were under way when a connection broke are tried one by one from then on, after the others; one that breaks it
//! by itself, again and again, is given up.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use crate::base::lock::lock;

/// How often a folder must break the connection by itself to be given up.
const MOST_BREAKS: u32 = 3;

/// What is done with a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Act {
    /// It is made on the target; it goes by its name there.
    Make,
    /// It is opened and listed on the source; it goes by its name there.
    List,
}

/// How often folders broke connections, for as long as a worker lives. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct FolderSuspects {
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug, Default)]
struct Shared {
    /// By user: how often each folder broke the connection by itself.
    breaks: BTreeMap<i64, BTreeMap<(Act, Vec<u8>), u32>>,
    /// Users of whose folders more is known than before.
    learned: BTreeSet<i64>,
}

impl FolderSuspects {
    /// The connection broke while these folders were under way.
    pub(crate) fn broke(&self, user: i64, act: Act, folders: &[&[u8]]) {
        let mut shared = lock(&self.shared);
        let breaks = shared.breaks.entry(user).or_default();
        let by_itself = u32::from(folders.len() == 1);
        let mut learned = false;
        for folder in folders {
            let count = breaks.entry((act, folder.to_vec())).or_default();
            learned |= *count < MOST_BREAKS;
            *count += by_itself;
        }
        if learned {
            shared.learned.insert(user);
        }
    }

    /// A folder did not break the connection.
    pub(crate) fn passed(&self, user: i64, act: Act, folder: &[u8]) {
        if let Some(breaks) = lock(&self.shared).breaks.get_mut(&user) {
            breaks.remove(&(act, folder.to_vec()));
        }
    }

    /// Whether a folder is under suspicion.
    pub(crate) fn suspects(&self, user: i64, act: Act, folder: &[u8]) -> bool {
        self.count(user, act, folder).is_some()
    }

    /// Whether a folder is given up.
    pub(crate) fn has_given_up(&self, user: i64, act: Act, folder: &[u8]) -> bool {
        self.count(user, act, folder).is_some_and(|count| count >= MOST_BREAKS)
    }

    /// Whether the last losses told something: then it is worth to go on at once.
    pub(crate) fn take_learned(&self, user: i64) -> bool {
        lock(&self.shared).learned.remove(&user)
    }

    /// Forgets what it has of a user: it is worth a new try.
    pub(crate) fn forget(&self, user: i64) {
        let mut shared = lock(&self.shared);
        shared.breaks.remove(&user);
        shared.learned.remove(&user);
    }

    fn count(&self, user: i64, act: Act, folder: &[u8]) -> Option<u32> {
        lock(&self.shared).breaks.get(&user)?.get(&(act, folder.to_vec())).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_that_were_under_way_together_are_suspects_and_only_one_by_itself_is_given_up() {
        let (suspects, user) = (FolderSuspects::default(), 7);
        suspects.broke(user, Act::Make, &[b"a", b"b"]);
        assert!(suspects.suspects(user, Act::Make, b"a") && !suspects.suspects(user, Act::List, b"a"));
        suspects.passed(user, Act::Make, b"a");
        assert!(!suspects.suspects(user, Act::Make, b"a"));
        for _ in 0..MOST_BREAKS {
            assert!(!suspects.has_given_up(user, Act::Make, b"b"));
            suspects.broke(user, Act::Make, &[b"b"]);
            assert!(suspects.take_learned(user) && !suspects.take_learned(user));
        }
        assert!(suspects.has_given_up(user, Act::Make, b"b") && !suspects.has_given_up(8, Act::Make, b"b"));
        suspects.broke(user, Act::Make, &[b"b"]);
        assert!(!suspects.take_learned(user), "nothing new");
        suspects.forget(user);
        assert!(!suspects.suspects(user, Act::Make, b"b"));
    }
}
