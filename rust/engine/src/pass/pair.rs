//! A pair of connections, and what folder steps do over it.

use std::sync::Arc;

use super::context::Context;
use super::side::recorder::Recorder;
use super::side::source::Source;
use crate::target::Target;

/// Both sides of a pass over one connection to each.
pub(crate) struct Pair {
    pub(crate) context: Arc<Context>,
    pub(crate) source: Source,
    pub(crate) target: Target,
    /// Where the ledger is written.
    pub(crate) recorder: Recorder,
}
