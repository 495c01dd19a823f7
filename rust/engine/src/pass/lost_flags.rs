//! Sets flags that the target took with a message and did not keep (peers O11, A4): some servers ignore all that
//! APPEND says of flags, or `\Flagged` alone, and yet take them by STORE.
//!
//! One copy for each flag is looked at, until the server was seen to keep it: it does so always or never.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use model::Result;
use model::plan::Flags;
use store::Store;
use wire::{Connection, Flag, StoreAction, SummaryItems, UidSet};

use super::inventory::plan_flags;
use super::lane::Lane;
use crate::lock::lock;
use crate::service::blocking;
use crate::target::{OpenFolder, Target};

/// The first copy with each flag, by its UID on the target.
pub(super) type Samples = BTreeMap<String, u32>;

/// Flags that servers were seen to keep of what APPEND gave them, for as long as a worker lives. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct SeenFlags {
    /// By host.
    kept: Arc<Mutex<BTreeMap<String, BTreeSet<String>>>>,
}

impl SeenFlags {
    /// Whether this host keeps this flag.
    fn has(&self, host: &str, flag: &str) -> bool {
        lock(&self.kept).get(host).is_some_and(|kept| kept.contains(flag))
    }

    fn add(&self, host: &str, flags: BTreeSet<String>) {
        lock(&self.kept).entry(host.to_owned()).or_default().extend(flags);
    }
}

/// Sets what the copies of this pass lack in a folder. Returns the flags that the target does not take so, either.
pub(super) async fn restore(
    lane: &mut Lane,
    folder: &OpenFolder,
    ledger_id: i64,
    mut samples: Samples,
) -> Result<Vec<String>> {
    let walk = lane.walk.clone();
    samples.retain(|flag, _| !walk.kept_flags.has(&walk.target_host, flag));
    let Target::Imap(imap) = &mut lane.target else { return Ok(Vec::new()) };
    // Without a UIDNEXT, copies of this pass cannot be told from those that their owner may have changed since.
    if samples.is_empty() || folder.uid_next == 0 {
        return Ok(Vec::new());
    }
    let target = imap.select(&folder.name).await?;
    let (kept, lost) = look(target, samples).await?;
    walk.kept_flags.add(&walk.target_host, kept);
    if lost.is_empty() {
        return Ok(Vec::new());
    }
    lane.recorder.flush().await?;
    let copies = copies(walk.store.clone(), ledger_id, folder.uid_next, lost).await?;
    let mut refused = Vec::new();
    for (flag, uids) in copies {
        let flags = std::iter::once(Flag::new(&flag)).collect();
        match target.uid_store(&uids, StoreAction::Add, &flags).await {
            Err(e) if e.refusal().is_some() => refused.push(flag),
            other => other?,
        }
    }
    Ok(refused)
}

/// Looks at the samples in the selected folder. Says which flags are there, and which are not.
async fn look(target: &mut Connection, samples: Samples) -> Result<(BTreeSet<String>, BTreeSet<String>)> {
    let uids: UidSet = samples.values().copied().collect();
    let mut found: BTreeMap<u32, Flags> = BTreeMap::new();
    let items = SummaryItems { flags: true, ..SummaryItems::default() };
    target
        .uid_fetch_summaries(&uids, items, |summary| {
            found.extend(summary.flags.map(|flags| (summary.uid, plan_flags(&flags))));
        })
        .await?;
    let (mut kept, mut lost) = (BTreeSet::new(), BTreeSet::new());
    for (flag, uid) in samples {
        match found.get(&uid) {
            Some(flags) if flags.contains(&flag) => _ = kept.insert(flag),
            Some(_) => _ = lost.insert(flag),
            // Somebody has deleted it already: the next folder will tell.
            None => {}
        }
    }
    Ok((kept, lost))
}

/// The copies that should have each of these flags, from a UID of the target on.
async fn copies(
    store: Store,
    ledger_id: i64,
    first: u32,
    flags: BTreeSet<String>,
) -> Result<BTreeMap<String, UidSet>> {
    blocking(move || {
        let mut copies: BTreeMap<String, UidSet> = BTreeMap::new();
        store.ledger_messages(ledger_id, |row| {
            let Some(uid) = row.target_uid.filter(|uid| *uid >= first) else { return };
            for flag in Flags::parse(&row.flags).iter().filter(|flag| flags.contains(*flag)) {
                copies.entry(flag.to_owned()).or_default().insert(uid);
            }
        })?;
        Ok(copies)
    })
    .await
}
