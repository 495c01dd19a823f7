//! Brings flag changes of the source over to the copies. What somebody set on the target stays.
//!
//! Some targets say OK to a change and ignore it. One copy for each flag is looked at afterwards, until the server was seen to
//! heed it: it does so always or never.

use std::collections::{BTreeMap, BTreeSet};

use model::plan::{FlagChange, Flags};
use model::{ErrorKind, Result, UidValidity};
use wire::{Connection, StoreAction, SummaryItems, UidSet};

use crate::base::flags::{plan_flags, wire_flags};
use crate::pass::memory::kept::Kept;
use crate::target::{KeptFlags, MaildirFolder, OpenFolder, OpenPlace, Target};

/// Flags that a target refuses to change, or does not change though it said OK.
#[derive(Debug, Default)]
pub(crate) struct Unchanged {
    /// They are not set,
    pub(crate) unset: BTreeSet<String>,
    /// or not taken away.
    pub(crate) left: BTreeSet<String>,
}

impl Unchanged {
    fn of(&mut self, action: StoreAction) -> &mut BTreeSet<String> {
        if action == StoreAction::Remove { &mut self.left } else { &mut self.unset }
    }
}

/// What a host was seen to heed.
pub(crate) struct Heeded<'m> {
    pub(crate) host: &'m str,
    pub(crate) kept: &'m Kept,
}

/// Applies changes, equal ones together. `now` tells the flags that a source message has.
pub(crate) async fn apply(
    target: &mut Target,
    folder: &mut OpenFolder,
    changes: &[FlagChange],
    source_uid_validity: Option<UidValidity>,
    heeded: Heeded<'_>,
    now: impl Fn(u32) -> Flags,
) -> Result<Unchanged> {
    let mut unchanged = Unchanged::default();
    match (target, &mut folder.place) {
        (Target::Imap(imap), _) => {
            let add = grouped(changes, |change| &change.add, &folder.keeps);
            let remove = grouped(changes, |change| &change.remove, &folder.keeps);
            let steps = [(StoreAction::Add, add), (StoreAction::Remove, remove)];
            let mut tries = Vec::new();
            for (action, groups) in steps {
                for (flags, uids) in groups {
                    let (connection, flags) = (imap.write(&folder.name).await?, Flags::parse(&flags));
                    unchanged.of(action).extend(store(connection, &uids, action, &flags).await?);
                    let uid = uids.iter().next();
                    tries.extend(uid.map(|uid| Try { action, flags, uid }));
                }
            }
            if heeded.forget_known(&mut tries) {
                look(imap.write(&folder.name).await?, &heeded, &tries, &mut unchanged).await?;
            }
        }
        (Target::Maildir(_), OpenPlace::Maildir(maildir)) => {
            rename(maildir, changes, source_uid_validity, now)?;
        }
        (Target::Maildir(_), OpenPlace::Imap(_)) => {}
    }
    Ok(unchanged)
}

/// A change of a copy.
struct Try {
    action: StoreAction,
    flags: Flags,
    uid: u32,
}

impl Heeded<'_> {
    /// What a change of a flag is remembered as.
    fn key(action: StoreAction, flag: &str) -> String {
        if action == StoreAction::Remove { format!("-{flag}") } else { flag.to_owned() }
    }

    /// Leaves those of which it is not known that the host heeds them. Says whether there are any.
    fn forget_known(&self, tries: &mut Vec<Try>) -> bool {
        let is_known = |action, flag: &str| self.kept.has(self.host, &Self::key(action, flag));
        tries.retain(|one| !one.flags.iter().all(|flag| is_known(one.action, flag)));
        !tries.is_empty()
    }
}

/// Looks whether the copies have the flags that they were to get, and no others. What somebody has deleted says nothing.
async fn look(
    connection: &mut Connection,
    heeded: &Heeded<'_>,
    tries: &[Try],
    unchanged: &mut Unchanged,
) -> Result<()> {
    let there = flags_of(connection, &tries.iter().map(|one| one.uid).collect()).await?;
    let mut seen = BTreeSet::new();
    for one in tries {
        let Some(there) = there.get(&one.uid) else { continue };
        for flag in one.flags.iter() {
            if there.contains(flag) == (one.action == StoreAction::Remove) {
                unchanged.of(one.action).insert(flag.to_owned());
            } else {
                seen.insert(Heeded::key(one.action, flag));
            }
        }
    }
    heeded.kept.add(heeded.host, seen);
    Ok(())
}

/// The flags that messages of the selected folder have.
pub(crate) async fn flags_of(connection: &mut Connection, uids: &UidSet) -> Result<BTreeMap<u32, Flags>> {
    let mut found = BTreeMap::new();
    let items = SummaryItems { flags: true, ..SummaryItems::default() };
    connection
        .uid_fetch_summaries(uids, items, |summary| {
            found.extend(summary.flags.map(|flags| (summary.uid, plan_flags(&flags))));
        })
        .await?;
    Ok(found)
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
