//! A folder at work: both sides of it, its page of the ledger, and how that is written.

use model::Result;
use model::plan::{Flags, Remembered};
use store::{LedgerFolder, LedgerMessage, Orphan};
use wire::UidSet;

use super::adopt::Reader;
use super::task::Task;
use crate::base::blocking::blocking;
use crate::pass::pair::{Pair, Receipt};
use crate::pass::side::inventory::{FlagSets, FlagsId};
use crate::pass::side::source::SourceFolder;
use crate::target::{OpenFolder, Target};

/// A folder that is brought in step.
pub(crate) struct Work<'p> {
    pub(crate) pair: &'p mut Pair,
    /// The folder as a person reads it.
    pub(crate) shown: String,
    pub(crate) from: SourceFolder,
    pub(crate) to: OpenFolder,
    /// The ledger's key of it.
    pub(crate) ledger_id: i64,
    /// What the ledger says of it, as far as it is known by now; its frontier is the recorder's.
    pub(crate) page: LedgerFolder,
    /// What the ledger said at first.
    first_page: LedgerFolder,
    /// Whether the ledger has no messages of it.
    pub(crate) is_new: bool,
    /// How many messages the source counted in it before it was opened.
    pub(crate) counted: Option<u64>,
    /// How many octets they are, where it told.
    pub(crate) octets: Option<u64>,
}

/// A ledger row, its flags interned.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) uid: u32,
    /// None where the copy is gone.
    pub(crate) target_uid: Option<std::num::NonZeroU32>,
    pub(crate) flags: FlagsId,
}

impl<'p> Work<'p> {
    pub(crate) fn new(pair: &'p mut Pair, task: Task, from: SourceFolder, to: OpenFolder) -> Self {
        let Task { mapped, ledger_id, ledger, is_new, counted, octets, .. } = task;
        pair.recorder.turn_to(ledger_id, ledger.frontier);
        let (shown, page, first_page) = (mapped.source_shown(), ledger.clone(), ledger);
        Self { pair, shown, from, to, ledger_id, page, first_page, is_new, counted, octets }
    }

    /// Adds a line about this folder to the report.
    pub(crate) async fn note(&mut self, text: &str) -> Result<()> {
        self.pair.context.journal.note(format!("Folder {}: {text}", self.shown)).await
    }

    /// The source, its folder open.
    pub(crate) async fn source(&mut self) -> Result<Reader<'_>> {
        let connection = self.pair.source.select(&self.from).await?;
        let suspects = &self.pair.context.memory.suspects;
        Ok(Reader { connection, suspects, ledger_id: self.ledger_id })
    }

    /// The rows of the ledger, whatever their numbers mean.
    pub(crate) async fn rows(&mut self) -> Result<Vec<Row>> {
        let (store, id) = (self.pair.context.store.clone(), self.ledger_id);
        let mut sets: FlagSets = std::mem::take(&mut self.from.sets);
        let (rows, sets) = blocking(move || {
            let mut rows = Vec::new();
            store.ledger_messages(id, |message| {
                let flags = sets.intern(Flags::parse(&message.flags));
                let target_uid = message.target_uid.and_then(std::num::NonZeroU32::new);
                rows.push(Row { uid: message.source_uid, target_uid, flags });
            })?;
            Ok((rows, sets))
        })
        .await?;
        self.from.sets = sets;
        Ok(rows)
    }

    /// All that the ledger knows of the messages.
    pub(crate) async fn whole_rows(&mut self) -> Result<Vec<LedgerMessage>> {
        let (store, id) = (self.pair.context.store.clone(), self.ledger_id);
        blocking(move || {
            let mut rows = Vec::new();
            store.ledger_messages(id, |message| rows.push(message))?;
            Ok(rows)
        })
        .await
    }

    /// The copies whose source messages are gone.
    pub(crate) async fn orphans(&mut self) -> Result<Vec<Orphan>> {
        let (store, id) = (self.pair.context.store.clone(), self.ledger_id);
        blocking(move || store.orphans(id)).await
    }

    /// Puts on the disk what must be known before the first message is sent: where the target began. Once it is there, a
    /// later word that is lost costs a look, and no more.
    pub(crate) async fn save_before_sending(&mut self) -> Result<()> {
        let known = self.first_page.frontier.is_some()
            && self.first_page.target_uid_validity == self.page.target_uid_validity
            && self.first_page.source_uid_validity == self.page.source_uid_validity;
        if !known && self.pair.recorder.first_unknown().is_some() {
            return self.pair.recorder.numbers_durably(self.page.clone()).await;
        }
        // Of a folder with rows it must be known that this pass sends, should it be cut off.
        if self.is_new { Ok(()) } else { self.pair.recorder.flush().await }
    }

    /// Whether the last pass that sent something here did not come to its end.
    pub(crate) fn was_cut_off(&self) -> bool {
        self.first_page.target_messages.is_none()
    }

    /// Writes what is now known of the folder. A folder of which nothing was left behind is in step.
    pub(crate) async fn save(&mut self, in_step: bool) -> Result<()> {
        self.page.in_step_at = Some(self.from.numbers).filter(|_| in_step);
        self.pair.recorder.numbers(self.page.clone()).await
    }

    /// Keeps what the target said OK to, to be compared with what it counts when all folders are done.
    pub(crate) fn keep_receipt(&mut self, copied: u64, placed: UidSet) {
        if copied == 0 || matches!(self.pair.target, Target::Maildir(_)) {
            return;
        }
        let page = LedgerFolder { frontier: self.pair.recorder.first_unknown(), ..self.page.clone() };
        let (from, before, ledger_id) = (self.from.bare(), self.to.numbers, self.ledger_id);
        self.pair.receipts.push(Receipt {
            shown: self.shown.clone(),
            from,
            ledger_id,
            page,
            before,
            copied,
            placed,
            after_loss: self.was_cut_off(),
        });
    }
}

/// The UIDs of copies that rows name.
pub(crate) fn named(rows: &[Row], orphans: &[Orphan]) -> UidSet {
    let rows = rows.iter().filter_map(|row| row.target_uid).map(u32::from);
    rows.chain(orphans.iter().filter_map(|orphan| orphan.message.target_uid)).collect()
}

/// A row as it is remembered, under a key.
pub(crate) fn remembered(key: u32, row: &LedgerMessage) -> Remembered {
    let LedgerMessage { identity, received, size, digest, .. } = *row;
    Remembered { key, identity, received, size: Some(size).filter(|size| *size != 0), digest }
}
