//! The steps of one folder: adopt what is there, copy what is missing, bring flags over, account for the rest.
//!
//! INVARIANT: nothing is appended that was not looked for before.

pub(crate) mod account;
pub(crate) mod adopt;
pub(crate) mod astray;
pub(crate) mod changes;
pub(crate) mod content;
pub(crate) mod dates;
pub(crate) mod delivered;
mod doubled;
pub(crate) mod find;
pub(crate) mod flags;
pub(crate) mod late;
pub(crate) mod lost_flags;
pub(crate) mod place;
pub(crate) mod plainer;
pub(crate) mod receipts;
mod remarks;
pub(crate) mod renumber;
pub(crate) mod repair;
pub(crate) mod restore;
pub(crate) mod search;
pub(crate) mod sizes;
pub(crate) mod sync;
pub(crate) mod task;
pub(crate) mod work;
