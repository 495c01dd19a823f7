//! Finds copies that a target has stored after their connection was lost, and after they had been sent again: nothing is deleted
//! on a target, so they are named.

use std::collections::BTreeSet;

use model::{ErrorKind, Numbers, Result, SkippedItem, SkippedKind};
use store::Store;
use wire::UidSet;

use crate::base::blocking::blocking;
use crate::pass::pair::{Pair, Receipt};
use crate::pass::report::words::is_of_folder;
use crate::target::Target;

/// What rows know of a folder's copies.
#[derive(Debug, Default)]
struct Known {
    /// Those that rows name.
    named: UidSet,
    /// Identity and date of those of this pass.
    sent: BTreeSet<([u8; 16], i64)>,
}

/// Opens the folder of a receipt as it is now; none where it is another one now, or cannot be opened.
pub(super) async fn open(pair: &mut Pair, receipt: &Receipt) -> Result<Option<Numbers>> {
    let Target::Imap(imap) = &mut pair.target else { return Ok(None) };
    let now = match imap.read_anew(&receipt.page.target_name).await {
        // Its owner has renamed or deleted it: the next pass looks where it is.
        Err(e) if is_of_folder(e.kind) || e.kind == ErrorKind::Throttled => return Ok(None),
        now => now?,
    };
    // What other numbers mean, the next pass finds out.
    Ok(Some(now).filter(|now| now.uid_validity == receipt.before.uid_validity))
}

/// Names what came while this pass was at the folder, is known by the same as one of its copies, and is named by no row. Mail
/// that arrives has another date.
pub(super) async fn look(pair: &mut Pair, receipt: &Receipt) -> Result<()> {
    let Some(first) = receipt.before.uid_next else { return Ok(()) };
    if open(pair, receipt).await?.is_none() {
        return Ok(());
    }
    pair.recorder.flush().await?;
    let known = known(pair.context.store.clone(), receipt).await?;
    let Target::Imap(imap) = &mut pair.target else { return Ok(()) };
    let is_named = |uid| known.named.contains(uid);
    let mut came = imap.came_since(&receipt.page.target_name, Some(first), is_named).await?;
    came.retain(|copy| copy.identity.zip(copy.received).is_some_and(|mark| known.sent.contains(&mark)));
    if !came.is_empty() {
        name(pair, receipt, &came.iter().map(|copy| copy.uid).collect()).await?;
    }
    pair.target.leave().await
}

async fn known(store: Store, receipt: &Receipt) -> Result<Known> {
    let (id, placed) = (receipt.ledger_id, receipt.placed.clone());
    blocking(move || {
        let mut known = Known::default();
        store.ledger_messages(id, |row| {
            let Some(uid) = row.target_uid else { return };
            known.named.insert(uid);
            known.sent.extend(row.identity.zip(row.received).filter(|_| placed.contains(uid)));
        })?;
        Ok(known)
    })
    .await
}

async fn name(pair: &mut Pair, receipt: &Receipt, doubled: &UidSet) -> Result<()> {
    let text = format!(
        "the target stored messages after their connection was lost, when they had been sent again: {} are there twice \
         (UID {doubled} there)",
        doubled.count()
    );
    pair.context.journal.note(format!("Folder {}: {text}.", receipt.shown)).await?;
    let item = SkippedItem::of_folder(SkippedKind::MessageDoubled, receipt.shown.clone(), text);
    pair.context.journal.skip(vec![item]).await
}
