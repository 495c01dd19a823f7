//! What lies in a source folder: UID and flags of each message, in eight bytes.

use std::collections::HashMap;

use model::Result;
use model::content_filter::ContentFilter;
use model::plan::Flags;
use wire::{Connection, InternalDate, SummaryItems, UidSet, Unnameable};

use crate::base::flags::plan_flags;

/// A set of flags, interned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FlagsId(u32);

/// The sets of flags that a folder uses: few, however many messages it has.
#[derive(Debug, Default)]
pub(crate) struct FlagSets {
    sets: Vec<Flags>,
    ids: HashMap<String, FlagsId>,
}

impl FlagSets {
    /// The number of a set.
    pub(crate) fn intern(&mut self, flags: Flags) -> FlagsId {
        let key = flags.to_string();
        if let Some(id) = self.ids.get(&key) {
            return *id;
        }
        let id = FlagsId(u32::try_from(self.sets.len()).unwrap_or(u32::MAX));
        self.sets.push(flags);
        self.ids.insert(key, id);
        id
    }

    /// All sets.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Flags> {
        self.sets.iter()
    }

    /// A set by its number.
    pub(crate) fn get(&self, id: FlagsId) -> Flags {
        usize::try_from(id.0).ok().and_then(|index| self.sets.get(index)).cloned().unwrap_or_default()
    }
}

/// A message as the source lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Its UID.
    pub(crate) uid: u32,
    /// Its flags.
    pub(crate) flags: FlagsId,
}

/// What a listing came to.
#[derive(Debug, Default)]
pub(crate) struct Inventory {
    /// The messages that are wanted, in the order of their UIDs, each once.
    pub(crate) wanted: Vec<Listed>,
    /// All that were listed.
    pub(crate) all: UidSet,
    /// Those whose UIDs no command can name.
    pub(crate) unnameable: Unnameable,
}

/// Lists the selected folder; only what changed since a change count, and only what
/// the content filter wants. Sizes are not asked for: servers estimate them, or read every message to tell.
pub(crate) async fn list(
    connection: &mut Connection,
    exists: u64,
    changed_since: Option<u64>,
    filter: Option<&ContentFilter>,
    sets: &mut FlagSets,
) -> Result<Inventory> {
    let mut found = Inventory::default();
    if exists == 0 {
        return Ok(found);
    }
    let items = SummaryItems {
        flags: true,
        internal_date: filter.is_some(),
        changed_since,
        ..SummaryItems::default()
    };
    // A message without a date cannot be filtered by it: better copied than lost.
    let wanted = |date: Option<i64>| filter.is_none_or(|filter| date.is_none_or(|date| filter.matches(date)));
    let unnameable = connection
        .uid_fetch_summaries(&UidSet::all(), items, |summary| {
            found.all.insert(summary.uid);
            if !wanted(summary.internal_date.as_ref().and_then(InternalDate::to_epoch_seconds)) {
                return;
            }
            let flags = summary.flags.as_ref().map(plan_flags).unwrap_or_default();
            let flags = sets.intern(flags);
            found.wanted.push(Listed { uid: summary.uid, flags });
        })
        .await?;
    found.unnameable = unnameable;
    found.wanted.sort_unstable_by_key(|listed| listed.uid);
    found.wanted.dedup_by_key(|listed| listed.uid);
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_flags_has_one_number_and_recent_is_no_part_of_it() {
        let mut sets = FlagSets::default();
        let from_wire: wire::Flags =
            ["\\Seen", "\\Recent", "$Forwarded"].into_iter().map(wire::Flag::new).collect();
        let id = sets.intern(plan_flags(&from_wire));
        let again = sets.get(id);
        assert_eq!(again, Flags::parse("\\Seen $Forwarded"));
        assert_eq!(sets.intern(again), id);
    }
}
