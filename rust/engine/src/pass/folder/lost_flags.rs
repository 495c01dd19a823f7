//! Sets flags that the target took with a message and did not keep (peers O11, A4): some servers ignore all that
//! APPEND says of flags, or `\Flagged` alone, and yet take them by STORE.
//!
//! One copy for each flag is looked at, until the server was seen to keep it: it does so always or never.

use std::collections::{BTreeMap, BTreeSet};

use model::Result;
use model::plan::Flags;
use store::Store;
use wire::{Connection, Flag, StoreAction, UidSet};

use super::flags::flags_of;
use crate::base::blocking::blocking;
use crate::pass::pair::Pair;
use crate::pass::transfer::outcome::Samples;
use crate::target::{OpenFolder, Target};

/// Sets what the copies of this pass lack in a folder. Returns the flags that the target does not take so, either.
pub(crate) async fn restore(
    pair: &mut Pair,
    folder: &OpenFolder,
    ledger_id: i64,
    mut samples: Samples,
    placed: &UidSet,
) -> Result<Vec<String>> {
    let context = pair.context.clone();
    samples.retain(|flag, _| !context.memory.kept_flags.has(&context.target_host, flag));
    let Target::Imap(imap) = &mut pair.target else { return Ok(Vec::new()) };
    if samples.is_empty() {
        return Ok(Vec::new());
    }
    let target = imap.write(&folder.name).await?;
    let (kept, lost) = look(target, samples).await?;
    context.memory.kept_flags.add(&context.target_host, kept);
    if lost.is_empty() {
        return Ok(Vec::new());
    }
    pair.recorder.flush().await?;
    let copies =
        copies(context.store.clone(), ledger_id, placed.clone(), lost.keys().cloned().collect()).await?;
    let mut refused = Vec::new();
    for (flag, uids) in copies {
        let flags = std::iter::once(Flag::new(&flag)).collect();
        match target.uid_store(&uids, StoreAction::Add, &flags).await {
            Err(e) if e.refusal().is_some() => refused.push(flag),
            other => other?,
        }
    }
    // Some say OK to that, too, and ignore it.
    let (_, ignored) = look(target, lost).await?;
    refused.extend(ignored.into_keys());
    Ok(refused)
}

/// Looks at the samples in the selected folder. Says which flags are there, and which are not.
async fn look(target: &mut Connection, samples: Samples) -> Result<(BTreeSet<String>, Samples)> {
    let uids: UidSet = samples.values().copied().collect();
    let found = flags_of(target, &uids).await?;
    let (mut kept, mut lost) = (BTreeSet::new(), Samples::new());
    for (flag, uid) in samples {
        match found.get(&uid) {
            Some(flags) if flags.contains(&flag) => _ = kept.insert(flag),
            Some(_) => _ = lost.insert(flag, uid),
            // Somebody has deleted it already: the next folder will tell.
            None => {}
        }
    }
    Ok((kept, lost))
}

/// The copies of this pass that should have each of these flags.
async fn copies(
    store: Store,
    ledger_id: i64,
    placed: UidSet,
    flags: BTreeSet<String>,
) -> Result<BTreeMap<String, UidSet>> {
    blocking(move || {
        let mut copies: BTreeMap<String, UidSet> = BTreeMap::new();
        store.ledger_messages(ledger_id, |row| {
            let Some(uid) = row.target_uid.filter(|uid| placed.contains(*uid)) else { return };
            for flag in Flags::parse(&row.flags).iter().filter(|flag| flags.contains(*flag)) {
                copies.entry(flag.to_owned()).or_default().insert(uid);
            }
        })?;
        Ok(copies)
    })
    .await
}
