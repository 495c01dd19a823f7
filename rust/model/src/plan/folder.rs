//! Compares a source folder with the ledger.

use super::Flags;
use crate::{Error, Result};

/// A message of the ledger: what was copied, and how it looked then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    /// The message's UID on the source.
    pub uid: u32,
    /// The copy's UID on the target; none where it is not known, or the copy is gone.
    pub target_uid: Option<u32>,
    /// The flags when they were last brought over.
    pub flags: Flags,
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
    /// Source UIDs that the ledger does not have, ascending: to be reconciled with the target, then copied.
    pub copy: Vec<u32>,
    /// Flags that changed on the source.
    pub flag_changes: Vec<FlagChange>,
}

/// Plans a folder of which the ledger's numbers hold on both sides. Both listings must ascend by UID: one that does not is
/// an error, because a message passed over here would be lost, and one counted twice would be doubled. What the ledger
/// has and the source does not list is left alone: it is gone, or unchanged where the source lists changes only.
pub fn plan_folder(
    source: impl IntoIterator<Item = (u32, Flags)>,
    ledger: impl IntoIterator<Item = LedgerRow>,
) -> Result<FolderPlan> {
    let mut plan = FolderPlan { copy: Vec::new(), flag_changes: Vec::new() };
    let mut ledger = ledger.into_iter().peekable();
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
    let target_uid = row.target_uid?;
    if *flags == row.flags {
        return None;
    }
    let (add, remove) = (flags.without(&row.flags), row.flags.without(flags));
    Some(FlagChange { uid: row.uid, target_uid, add, remove })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(messages: &[(u32, &str)]) -> Vec<(u32, Flags)> {
        messages.iter().map(|(uid, flags)| (*uid, Flags::parse(flags))).collect()
    }

    fn ledger(rows: &[(u32, u32, &str)]) -> Vec<LedgerRow> {
        let row = |(uid, target_uid, flags): &(u32, u32, &str)| LedgerRow {
            uid: *uid,
            target_uid: Some(*target_uid),
            flags: Flags::parse(flags),
        };
        rows.iter().map(row).collect()
    }

    #[test]
    fn new_messages_are_copied_and_gone_ones_left_alone() {
        let source = listing(&[(2, ""), (5, ""), (9, "")]);
        let plan = plan_folder(source, ledger(&[(1, 11, ""), (5, 15, ""), (8, 18, ""), (12, 22, "")]));
        let plan = plan.unwrap();
        assert_eq!(plan.copy, vec![2, 9]);
        assert_eq!(plan.flag_changes, []);
    }

    #[test]
    fn only_what_changed_on_the_source_changes_on_the_target() {
        let source = listing(&[(1, "\\Seen $Work"), (2, "\\seen \\Recent")]);
        let plan = plan_folder(source, ledger(&[(1, 11, "\\Flagged \\Seen"), (2, 12, "\\Seen")]));
        let change = FlagChange {
            uid: 1,
            target_uid: 11,
            add: Flags::parse("$Work"),
            remove: Flags::parse("\\Flagged"),
        };
        assert_eq!(plan.unwrap().flag_changes, [change]);
    }

    #[test]
    fn a_listing_out_of_order_is_an_error() {
        for uids in [[2, 1], [1, 1], [0, 1]] {
            let source = uids.map(|uid| (uid, Flags::default()));
            assert!(plan_folder(source, []).is_err(), "{uids:?}");
        }
        let rows = ledger(&[(2, 12, ""), (1, 11, "")]);
        assert!(plan_folder(listing(&[(5, "")]), rows.clone()).is_err());
        assert!(plan_folder([], rows).is_err());
    }
}
