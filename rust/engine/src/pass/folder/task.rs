//! A folder that is to be brought in step.

use model::Numbers;
use model::folder::MappedFolder;
use store::LedgerFolder;

use crate::pass::side::source::ListOrder;

/// A folder to be brought in step.
pub(crate) struct Task {
    pub(crate) mapped: MappedFolder,
    pub(crate) ledger_id: i64,
    pub(crate) ledger: LedgerFolder,
    /// The numbers of the target folder, where this pass has made it: nothing is in it.
    pub(crate) as_made: Option<Numbers>,
    /// Whether the ledger has no messages of it.
    pub(crate) is_new: bool,
    /// How many messages the source counts in it, where it tells.
    pub(crate) counted: Option<u64>,
    /// How many octets they are, where it tells.
    pub(crate) octets: Option<u64>,
    /// How many messages there seem to be to copy.
    pub(crate) messages: u64,
    pub(crate) order: ListOrder,
}
