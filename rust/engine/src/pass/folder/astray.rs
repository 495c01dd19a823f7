//! Finds what the target said OK to and does not have where it was sent: a rule of its own, or somebody, may have put it into
//! another folder, and who did wants no second.
//!
//! INVARIANT: all folders are in step by then, so what no row names is nobody's copy.

use std::collections::{BTreeMap, BTreeSet};

use model::Result;
use model::plan::{Elsewhere, Whereabouts};
use store::{FolderRecord, LedgerMessage};

use super::search::{Page, mark, missing, search, sought};
use super::work::Work;
use crate::base::blocking::blocking;
use crate::base::lock::lock;
use crate::pass::context::{Astray, Context};
use crate::pass::transfer::fate::row;
use crate::pass::transfer::outcome::Sent;
use crate::target::Target;

impl Work<'_> {
    /// Keeps what has no copy, to be looked for. What somebody took away has a row from now on, so that it is not sent again.
    pub(crate) async fn keep_astray(&mut self, not_stored: Vec<Sent>, taken_away: Vec<Sent>) -> Result<()> {
        let not_stored = not_stored.into_iter().map(|sent| (sent, false));
        for (sent, is_known) in not_stored.chain(taken_away.into_iter().map(|sent| (sent, true))) {
            let row = LedgerMessage { target_uid: None, ..row(&sent, 0) };
            if is_known {
                self.pair.recorder.row(row.clone()).await?;
            }
            let astray = Astray { folder: self.ledger_id, shown: self.shown.clone(), row, is_known };
            lock(&self.pair.context.astray).push(astray);
        }
        Ok(())
    }
}

/// What became of the astray messages of a folder.
#[derive(Debug, Default)]
struct Found {
    /// Rows to be written.
    rows: Vec<LedgerMessage>,
    /// Source UIDs of what is on the target.
    there: Vec<u32>,
    /// How many of them lie in which other folder, by its name.
    elsewhere: BTreeMap<String, u64>,
    /// How many were said OK to twice and are nowhere.
    given_up: u64,
}

/// Looks for these messages in the whole target. What is found is not sent again; what is nowhere once more, unless it was so
/// before.
pub(crate) async fn find(
    context: &Context,
    target: &mut Target,
    pages: &[Page],
    mut astray: Vec<Astray>,
) -> Result<()> {
    let folders: BTreeSet<i64> = astray.iter().map(|astray| astray.folder).collect();
    let mut elsewhere = sought(&context.store, pages, &folders, false).await?;
    let unknown = astray.iter().filter(|astray| !astray.is_known);
    unknown.for_each(|Astray { row, .. }| elsewhere.seek(mark(row, None, false), row.digest));
    let searched = search(target, &context.store, pages, &mut elsewhere).await?;
    take_others(context, &folders, &astray, &mut elsewhere).await?;
    // What is certain to have been there comes first.
    astray.sort_by_key(|astray| !astray.is_known);
    let mut found: BTreeMap<(i64, String), Found> = BTreeMap::new();
    for astray in astray {
        let place = elsewhere.take(mark(&astray.row, None, false), astray.row.digest, astray.folder);
        let was_lost_before = context.lost_before.contains(&(astray.shown.clone(), astray.row.source_uid));
        let found = found.entry((astray.folder, astray.shown.clone())).or_default();
        found.note(astray, place, &searched.names, was_lost_before);
    }
    for ((folder, shown), found) in found {
        found.record(context, folder, &shown).await?;
    }
    Ok(())
}

/// Copies that were missing before come first, whatever lies elsewhere: else one of theirs would stand for another message.
async fn take_others(
    context: &Context,
    folders: &BTreeSet<i64>,
    astray: &[Astray],
    elsewhere: &mut Elsewhere,
) -> Result<()> {
    let own: BTreeSet<(i64, u32)> = astray.iter().map(|a| (a.folder, a.row.source_uid)).collect();
    for folder in folders {
        let rows = missing(&context.store, *folder).await?;
        for row in rows.iter().filter(|row| !own.contains(&(*folder, row.source_uid))) {
            let _theirs = elsewhere.take(mark(row, None, false), row.digest, *folder);
        }
    }
    Ok(())
}

impl Found {
    fn note(&mut self, astray: Astray, place: Option<Whereabouts>, names: &[String], was_lost_before: bool) {
        let Astray { row, is_known, .. } = astray;
        let uid = row.source_uid;
        match place {
            Some(Whereabouts::Here(place)) => {
                self.rows.push(LedgerMessage { target_uid: Some(place), ..row });
                self.there.push(uid);
            }
            Some(Whereabouts::Elsewhere { at }) => {
                self.rows.extend(Some(row).filter(|_| !is_known));
                self.there.push(uid);
                *self.elsewhere.entry(names.get(at).cloned().unwrap_or_default()).or_default() += 1;
            }
            None if !is_known && was_lost_before => {
                self.rows.push(row);
                self.given_up += 1;
            }
            None => {}
        }
    }

    async fn record(self, context: &Context, folder: i64, shown: &str) -> Result<()> {
        for line in self.words() {
            context.journal.note(format!("Folder {shown}: {line}")).await?;
        }
        let (store, lease) = (context.store.clone(), context.lease.clone());
        let record = FolderRecord { folder, messages: self.rows, ..FolderRecord::default() };
        blocking(move || store.record(&lease, &[record])).await?;
        context.tally.synced(u64::try_from(self.there.len()).unwrap_or(u64::MAX));
        context.journal.unskip(shown, self.there).await
    }

    /// The lines of the report.
    fn words(&self) -> Vec<String> {
        let places = self.elsewhere.iter().map(|(name, count)| format!("{count} in {name}"));
        let elsewhere = (!self.elsewhere.is_empty()).then(|| {
            let places = places.collect::<Vec<_>>().join(", ");
            format!("messages that the target said OK to lie in other folders of it, and are not sent again: {places}.")
        });
        let given_up = (self.given_up > 0).then(|| {
            format!(
                "the target said OK to {} messages twice and has them nowhere: they are not sent again, but by -RestoreMissing.",
                self.given_up
            )
        });
        elsewhere.into_iter().chain(given_up).collect()
    }
}
