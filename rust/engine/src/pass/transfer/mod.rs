//! Moves messages of one folder from FETCH to APPEND, and says what became of each.
//!
//! INVARIANT: a message counts as copied only by the target's own tagged OK, or when it was seen there after a refusal.

mod backlog;
pub(crate) mod copy;
pub(crate) mod denied;
pub(crate) mod fate;
pub(crate) mod manner;
pub(crate) mod outcome;
pub(crate) mod outgoing;
pub(crate) mod pump;
pub(crate) mod sink;
