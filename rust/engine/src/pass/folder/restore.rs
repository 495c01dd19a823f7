//! Copies again what is missing on the target, where an admin asked for it: never what lies elsewhere in the mailbox,
//! where its user has moved it.
//!
//! INVARIANT: this is a pass's second turn. By then every folder has been reconciled, so what no row names is nobody's copy.

use model::plan::Whereabouts;
use model::{Result, UidValidity};
use store::LedgerMessage;
use wire::{SummaryItems, UidSet};

use super::search::{mark, missing};
use super::work::{Row, Work};
use crate::base::lock::lock;
use crate::pass::transfer::outcome::CopyReport;
use crate::target::{OpenPlace, Target};

/// What becomes of the missing copies of a folder.
#[derive(Debug, Default)]
pub(crate) struct Restoring {
    missing: u64,
    /// Those that were found in the folder itself,
    here: u64,
    /// in another one,
    elsewhere: u64,
    /// and nowhere: their source UIDs.
    again: UidSet,
}

impl Restoring {
    /// Source UIDs of what is to be copied, unless it is on the target after all.
    pub(crate) fn again(&self) -> impl Iterator<Item = u32> {
        self.again.iter()
    }

    /// Notes which of them are left to be copied.
    pub(crate) fn leave(&mut self, append: &UidSet) {
        let (again, found): (Vec<u32>, Vec<u32>) = self.again.iter().partition(|uid| append.contains(*uid));
        self.again = again.into_iter().collect();
        self.here += u64::try_from(found.len()).unwrap_or(0);
    }

    /// The line of the report.
    fn words(&self, copied: u64) -> String {
        let left = self.again.count().saturating_sub(copied);
        let parts = [
            Some(format!("{copied} {} copied again", were(copied))),
            (self.elsewhere > 0)
                .then(|| format!("{} {} found in another folder", self.elsewhere, were(self.elsewhere))),
            (self.here > 0).then(|| format!("{} {} found in the folder itself", self.here, were(self.here))),
            (left > 0).then(|| format!("{left} {} still missing", if left == 1 { "is" } else { "are" })),
        ];
        let (parts, copies) = (parts.into_iter().flatten().collect::<Vec<_>>(), copies(self.missing));
        format!("{copies} missing on the target; {}.", parts.join(", "))
    }
}

fn were(count: u64) -> &'static str {
    if count == 1 { "was" } else { "were" }
}

fn copies(count: u64) -> String {
    if count == 1 { "1 copy was".to_owned() } else { format!("{count} copies were") }
}

impl Work<'_> {
    /// The numbers of the copies that the target folder has.
    pub(crate) async fn copies_there(&mut self, rows: &[Row]) -> Result<UidSet> {
        let imap = match (&mut self.pair.target, &self.to.place) {
            (Target::Imap(imap), _) => imap,
            (Target::Maildir(_), OpenPlace::Maildir(folder)) => {
                return Ok(files_there(rows, &folder.names()?, self.from.numbers.uid_validity));
            }
            (Target::Maildir(_), OpenPlace::Imap(_)) => return Ok(UidSet::all()),
        };
        let mut there = UidSet::new();
        if self.to.numbers.messages != Some(0) {
            let connection = imap.read(&self.to.name).await?;
            let items = SummaryItems::default();
            connection
                .uid_fetch_summaries(&UidSet::all(), items, |summary| there.insert(summary.uid))
                .await?;
        }
        Ok(there)
    }

    /// In a pass's second turn: adds to what is copied the messages whose copies are gone, and lie nowhere else.
    pub(crate) async fn restore(&mut self, copy: &mut Vec<u32>) -> Result<Restoring> {
        let context = self.pair.context.clone();
        let mut restoring = Restoring::default();
        let Some(elsewhere) = &context.elsewhere else { return Ok(restoring) };
        let validity = self.from.numbers.uid_validity;
        let is_maildir = matches!(self.pair.target, Target::Maildir(_));
        self.pair.recorder.flush().await?;
        for row in missing(&context.store, self.ledger_id).await? {
            let uid = row.source_uid;
            // What the batch leaves out, or is no longer on the source, is not copied.
            if self.from.listed.binary_search_by_key(&uid, |listed| listed.uid).is_err() {
                continue;
            }
            restoring.missing += 1;
            let place = lock(elsewhere).take(mark(&row, validity, is_maildir), row.digest, self.ledger_id);
            match place {
                None => restoring.again.insert(uid),
                Some(Whereabouts::Elsewhere { .. }) => restoring.elsewhere += 1,
                Some(Whereabouts::Here(place)) => {
                    restoring.here += 1;
                    self.pair.recorder.row(LedgerMessage { target_uid: Some(place), ..row }).await?;
                }
            }
        }
        copy.extend(restoring.again.iter());
        copy.sort_unstable();
        copy.dedup();
        Ok(restoring)
    }

    /// Says what became of the missing copies.
    pub(crate) async fn tell_restored(&mut self, restoring: &Restoring, report: &CopyReport) -> Result<()> {
        if restoring.missing == 0 {
            return Ok(());
        }
        let copied = restoring.again.iter().filter(|uid| report.done.contains(*uid)).count();
        self.note(&restoring.words(u64::try_from(copied).unwrap_or(0))).await
    }
}

/// The numbers of rows whose files are there. A file keeps the name that it got, whatever became of the source's numbers.
fn files_there(rows: &[Row], names: &[(u32, Option<UidValidity>)], validity: Option<UidValidity>) -> UidSet {
    let (now, before): (Vec<_>, Vec<_>) = names.iter().partition(|(_, of)| *of == validity);
    let set = |names: Vec<&(u32, _)>| names.into_iter().map(|(uid, _)| *uid).collect::<UidSet>();
    let (now, before) = (set(now), set(before));
    let numbers = rows.iter().filter_map(|row| Some((row.uid, row.target_uid?.get())));
    let is_there = |(uid, file): &(u32, u32)| now.contains(*uid) || before.contains(*file);
    numbers.filter(is_there).map(|(_, file)| file).collect()
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use model::plan::Flags;

    use super::*;
    use crate::pass::side::inventory::FlagSets;

    #[test]
    fn the_line_says_what_was_done_and_what_was_not() {
        let again: UidSet = [4, 5].into_iter().collect();
        let restoring = Restoring { missing: 3, elsewhere: 1, again, ..Restoring::default() };
        assert_eq!(
            restoring.words(2),
            "3 copies were missing on the target; 2 were copied again, 1 was found in another folder."
        );
        let mut restoring = Restoring { missing: 3, elsewhere: 0, ..restoring };
        restoring.leave(&UidSet::one(5));
        assert_eq!(
            Restoring { missing: 2, ..restoring }.words(0),
            "2 copies were missing on the target; 0 were copied again, 1 was found in the folder itself, \
             1 is still missing."
        );
    }

    #[test]
    fn a_file_is_there_by_the_name_that_it_got() {
        let flags = FlagSets::default().intern(Flags::default());
        let row = |uid, file| Row { uid, target_uid: NonZeroU32::new(file), flags };
        let (now, before) = (UidValidity::new(7), UidValidity::new(6));
        let rows = [row(1, 1), row(2, 9), row(3, 3)];
        let there = files_there(&rows, &[(1, now), (9, before), (4, now)], now);
        assert_eq!(there.iter().collect::<Vec<_>>(), [1, 9]);
    }
}
