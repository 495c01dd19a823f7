//! The database behind everything: endpoints, batches, users, wishes, ledger, secrets at rest.
//!
//! A store is a folder that any number of processes open at once. Cmdlets write wishes into it and read what is there;
//! workers lease users, make the wishes come true and write what they did.
//!
//! INVARIANT: no method asks what time it is; times are passed in.

mod batches;
mod changes;
mod column;
mod copies;
mod disk;
mod endpoints;
mod enlist;
mod fault;
mod in_place;
mod leases;
mod ledger;
mod location;
mod mailboxes;
mod open;
mod orphans;
mod pass_ends;
mod private;
mod purge;
mod queue;
mod reports;
mod schema;
mod secrets;
mod summaries;
mod trouble;
mod twins;
mod users;
mod wishes;
mod worker;

pub use batches::Adopt;
pub use changes::Changes;
pub use disk::fill_disk;
pub use leases::PassProgress;
pub use ledger::{FolderRecord, LedgerFolder, LedgerMessage};
pub use open::{Store, wait_at_most};
pub use orphans::Orphan;
pub use pass_ends::{Attempts, LastWords, PassEnd};
pub use purge::Purged;
pub use reports::ReportOf;
pub use summaries::{BatchSummary, Totals};
pub use trouble::Trouble;
pub use worker::{Heartbeat, WorkerLock, WorkerRow};
