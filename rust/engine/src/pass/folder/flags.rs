//! Brings flag changes of the source over to the copies. What somebody set on the target stays.

use std::collections::{BTreeMap, BTreeSet};

use model::plan::{FlagChange, Flags};
use model::{ErrorKind, Result, UidValidity};
use wire::{Connection, StoreAction, UidSet};

use crate::base::flags::wire_flags;
use crate::target::{KeptFlags, MaildirFolder, OpenFolder, OpenPlace, Target};

/// Applies changes, equal ones together, and returns the flags that the target refuses. `now` tells the flags that a source
/// message has.
pub(crate) async fn apply(
    target: &mut Target,
    folder: &mut OpenFolder,
    changes: &[FlagChange],
    source_uid_validity: Option<UidValidity>,
    now: impl Fn(u32) -> Flags,
) -> Result<BTreeSet<String>> {
    let mut refused = BTreeSet::new();
    match (target, &mut folder.place) {
        (Target::Imap(imap), _) => {
            let add = grouped(changes, |change| &change.add, &folder.keeps);
            let remove = grouped(changes, |change| &change.remove, &folder.keeps);
            let steps = [(StoreAction::Add, add), (StoreAction::Remove, remove)];
            for (action, groups) in steps {
                for (flags, uids) in groups {
                    let connection = imap.write(&folder.name).await?;
                    refused.extend(store(connection, &uids, action, &Flags::parse(&flags)).await?);
                }
            }
        }
        (Target::Maildir(_), OpenPlace::Maildir(maildir)) => {
            rename(maildir, changes, source_uid_validity, now)?;
        }
        (Target::Maildir(_), OpenPlace::Imap(_)) => {}
    }
    Ok(refused)
}

/// Changes flags together, or one by one where a server refuses one of them (peers Z4). Returns those that it refuses.
async fn store(
    connection: &mut Connection,
    uids: &UidSet,
    action: StoreAction,
    flags: &Flags,
) -> Result<Vec<String>> {
    if !is_refused(connection.uid_store(uids, action, &wire_flags(flags)).await)? {
        return Ok(Vec::new());
    }
    let mut refused = Vec::new();
    for flag in flags.iter() {
        let alone = wire_flags(&Flags::parse(flag));
        if is_refused(connection.uid_store(uids, action, &alone).await)? {
            refused.push(flag.to_owned());
        }
    }
    Ok(refused)
}

/// Whether a server refused flags for what they are.
fn is_refused(stored: wire::Result<()>) -> Result<bool> {
    match stored {
        Err(error) if error.kind() == ErrorKind::ServerRefused => Ok(true),
        Err(error) => Err(error.into()),
        Ok(()) => Ok(false),
    }
}

/// The copies of each set of flags, less what the folder does not keep. A copy without a known UID is passed over.
fn grouped(
    changes: &[FlagChange],
    pick: impl Fn(&FlagChange) -> &Flags,
    keeps: &KeptFlags,
) -> BTreeMap<String, UidSet> {
    let mut groups: BTreeMap<String, UidSet> = BTreeMap::new();
    for change in changes.iter().filter(|change| change.target_uid != 0) {
        let (kept, _) = keeps.split(pick(change));
        if !kept.is_empty() {
            groups.entry(kept.to_string()).or_default().insert(change.target_uid);
        }
    }
    groups
}

fn rename(
    folder: &mut MaildirFolder,
    changes: &[FlagChange],
    source_uid_validity: Option<UidValidity>,
    now: impl Fn(u32) -> Flags,
) -> Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let delivered = folder.delivered(source_uid_validity)?;
    for change in changes {
        // A file that its owner has deleted or moved stays away.
        if let Some(message) = delivered.get(&change.uid) {
            folder.set_flags(message, now(change.uid).iter())?;
        }
    }
    Ok(())
}
