//! Compares a source folder with the ledger.

use super::Flags;
use crate::{Error, Result};

/// A message of the ledger: what was copied, and how it looked then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    /// The message's UID on the source.
    pub uid: u32,
    /// The copy's UID on the target.
    pub target_uid: u32,
    /// The flags when they were last brought over.
    pub flags: Flags,
}

/// A folder's UIDVALIDITY, as it is and as the ledger knows it (RFC 3501 §2.3.1.1). Zero means unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UidValidity {
    /// What the server says now.
    pub now: u64,
    /// What the ledger says; none at first contact.
    pub recorded: Option<u64>,
}

impl UidValidity {
    /// Whether the ledger's UIDs still mean what they meant. An unknown value proves nothing.
    pub fn holds(self) -> bool {
        self.now != 0 && self.recorded == Some(self.now)
    }
}

/// Whether the ledger's numbers can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mapping {
    /// They can. Only what lies at or above the target's recorded UIDNEXT needs a reconciliation.
    Kept,
    /// They cannot: first contact, or a UIDVALIDITY changed. Everything must be reconciled by content.
    FromContent,
}

/// Flags to change on one copy. What somebody else set on the target stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlagChange {
    /// The message's UID on the source.
    pub uid: u32,
    /// The copy's UID on the target.
    pub target_uid: u32,
    /// Set since the last pass.
    pub add: Flags,
    /// Taken away since the last pass.
    pub remove: Flags,
}

/// What to do in one folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderPlan {
    /// How far the ledger is trusted.
    pub mapping: Mapping,
    /// Source UIDs that the ledger does not have, ascending: to be reconciled with the target, then copied.
    pub copy: Vec<u32>,
    /// Flags that changed on the source.
    pub flag_changes: Vec<FlagChange>,
}

/// Plans a folder. Both listings must ascend by UID: a listing that does not is an error, because a message passed
/// over here would be lost, and one counted twice would be doubled. What the ledger has and the source does not list
/// is left alone: it is gone, or unchanged where the source lists changes only.
pub fn plan_folder(
    source: impl IntoIterator<Item = (u32, Flags)>,
    ledger: impl IntoIterator<Item = LedgerRow>,
    source_validity: UidValidity,
    target_validity: UidValidity,
) -> Result<FolderPlan> {
    let kept = source_validity.holds() && target_validity.holds();
    let mapping = if kept { Mapping::Kept } else { Mapping::FromContent };
    let mut plan = FolderPlan { mapping, copy: Vec::new(), flag_changes: Vec::new() };
    let mut ledger = ledger.into_iter().filter(|_| kept).peekable();
    let (mut last_uid, mut last_row) = (0, 0);
    for (uid, flags) in source {
        last_uid = ascends(last_uid, uid, "the source's listing")?;
        let mut copied = false;
        while let Some(row) = ledger.next_if(|row| row.uid <= uid) {
            last_row = ascends(last_row, row.uid, "the ledger")?;
            if row.uid == uid {
                copied = true;
                plan.flag_changes.extend(flag_change(&row, &flags));
            }
        }
        if !copied {
            plan.copy.push(uid);
        }
    }
    for row in ledger {
        last_row = ascends(last_row, row.uid, "the ledger")?;
    }
    Ok(plan)
}

fn ascends(last: u32, uid: u32, what: &str) -> Result<u32> {
    if uid > last {
        return Ok(uid);
    }
    Err(Error::internal(format!("{what} has UID {uid} after {last}, it must ascend")))
}

fn flag_change(row: &LedgerRow, flags: &Flags) -> Option<FlagChange> {
    if *flags == row.flags {
        return None;
    }
    let (add, remove) = (flags.without(&row.flags), row.flags.without(flags));
    Some(FlagChange { uid: row.uid, target_uid: row.target_uid, add, remove })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAME: UidValidity = UidValidity { now: 7, recorded: Some(7) };

    fn listing(messages: &[(u32, &str)]) -> Vec<(u32, Flags)> {
        messages.iter().map(|(uid, flags)| (*uid, Flags::parse(flags))).collect()
    }

    fn ledger(rows: &[(u32, u32, &str)]) -> Vec<LedgerRow> {
        let row = |(uid, target_uid, flags): &(u32, u32, &str)| LedgerRow {
            uid: *uid,
            target_uid: *target_uid,
            flags: Flags::parse(flags),
        };
        rows.iter().map(row).collect()
    }

    #[test]
    fn new_messages_are_copied_and_gone_ones_left_alone() {
        let source = listing(&[(2, ""), (5, ""), (9, "")]);
        let plan =
            plan_folder(source, ledger(&[(1, 11, ""), (5, 15, ""), (8, 18, ""), (12, 22, "")]), SAME, SAME);
        let plan = plan.unwrap();
        assert_eq!((plan.copy, plan.mapping), (vec![2, 9], Mapping::Kept));
        assert_eq!(plan.flag_changes, []);
    }

    #[test]
    fn only_what_changed_on_the_source_changes_on_the_target() {
        let source = listing(&[(1, "\\Seen $Work"), (2, "\\seen \\Recent")]);
        let plan = plan_folder(source, ledger(&[(1, 11, "\\Flagged \\Seen"), (2, 12, "\\Seen")]), SAME, SAME);
        let change = FlagChange {
            uid: 1,
            target_uid: 11,
            add: Flags::parse("$Work"),
            remove: Flags::parse("\\Flagged"),
        };
        assert_eq!(plan.unwrap().flag_changes, [change]);
    }

    /// A15, peers 2.3-5, peers 2.4
    #[test]
    fn a_new_or_unknown_uidvalidity_on_either_side_makes_everything_a_candidate() {
        let changed = UidValidity { now: 8, ..SAME };
        let first = UidValidity { now: 7, recorded: None };
        let unknown = UidValidity { now: 0, recorded: Some(0) };
        for (source, target) in
            [(changed, SAME), (SAME, changed), (first, first), (unknown, SAME), (SAME, unknown)]
        {
            let plan =
                plan_folder(listing(&[(1, "\\Seen")]), ledger(&[(1, 11, ""), (2, 12, "")]), source, target);
            let plan = plan.unwrap();
            assert_eq!((plan.mapping, plan.copy), (Mapping::FromContent, vec![1]));
            assert!(plan.flag_changes.is_empty());
        }
    }

    #[test]
    fn a_listing_out_of_order_is_an_error() {
        for uids in [[2, 1], [1, 1], [0, 1]] {
            let source = uids.map(|uid| (uid, Flags::default()));
            assert!(plan_folder(source, [], SAME, SAME).is_err(), "{uids:?}");
        }
        let rows = ledger(&[(2, 12, ""), (1, 11, "")]);
        assert!(plan_folder(listing(&[(5, "")]), rows.clone(), SAME, SAME).is_err());
        assert!(plan_folder([], rows, SAME, SAME).is_err());
    }
}
