//! One side of a pass at a time: what the source holds, and what the ledger is told.
//!
//! INVARIANT: nothing is moved here.

pub(crate) mod inventory;
pub(crate) mod recorder;
pub(crate) mod source;
