//! What a pass tells: its report and skipped items, its counts, the words for refusals.
//!
//! INVARIANT: says what happened, and decides nothing but what a refusal means.

pub(crate) mod journal;
pub(crate) mod meter;
pub(crate) mod sentences;
pub(crate) mod tally;
pub(crate) mod words;
