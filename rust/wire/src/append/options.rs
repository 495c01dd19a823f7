//! How much is under way at once, how much shares a command, and what need not be asked for.

use crate::literals::Literals;

/// How much is under way at once, how much shares a command, and what need not be asked for.
#[derive(Debug, Clone)]
pub struct AppendOptions {
    /// Messages without an outcome.
    pub messages_in_flight: usize,
    /// Bytes of messages without an outcome. One message of any size always may.
    pub bytes_in_flight: u64,
    /// Messages in one command, where the server has MULTIAPPEND and non-synchronizing literals. All of them are
    /// stored, or none.
    pub messages_per_batch: usize,
    /// Bytes in one command of several messages.
    pub bytes_per_batch: u64,
    /// What the server was seen to take.
    pub literals: Literals,
    /// Whether nothing is sent while a command of several messages has no outcome: what it refuses can then be sent
    /// again in its place.
    pub in_turn: bool,
}

impl Default for AppendOptions {
    fn default() -> Self {
        Self {
            messages_in_flight: 2048,
            bytes_in_flight: 32 * 1024 * 1024,
            messages_per_batch: 512,
            bytes_per_batch: 8 * 1024 * 1024,
            literals: Literals::default(),
            in_turn: false,
        }
    }
}
