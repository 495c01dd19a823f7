//! Decides what a pass over one folder does: which messages to copy, which flags to change, what to adopt.
//!
//! INVARIANT: takes listings and ledger rows, returns plans; no I/O, no clock. A deletion is never copied.

mod adopted;
mod claim;
mod elsewhere;
mod flags;
mod folder;
mod frontier;
mod identity;
mod likeness;
mod reconcile;
mod renames;

pub use adopted::{Adopted, Found};
pub use claim::{Bytes, Claims, Present, Proof, Remembered, claim, follow, place, recognize};
pub use elsewhere::{Elsewhere, Mark, Place, Whereabouts};
pub use flags::Flags;
pub use folder::{FlagChange, FolderPlan, LedgerRow, plan_folder};
pub use frontier::Frontier;
pub use identity::Identity;
pub use likeness::{Likeness, Share};
pub use reconcile::{Adoption, Candidate, Digest, Reconciliation, Tail, reconcile};
pub use renames::{Look, Renames, Trace};
