//! Decides what a pass over one folder does: which messages to copy, which flags to change, what to adopt.
//!
//! INVARIANT: takes listings and ledger rows, returns plans; no I/O, no clock. A deletion is never copied.

mod adopted;
mod flags;
mod folder;
mod reconcile;

pub use adopted::{Adopted, Found};
pub use flags::Flags;
pub use folder::{FlagChange, FolderPlan, LedgerRow, Mapping, UidValidity, plan_folder};
pub use reconcile::{Adoption, Candidate, Digest, Reconciliation, Tail, reconcile};
