//! Failures on request, each of which happens once.

use std::sync::Mutex;

use super::lock;

/// Something that goes wrong at the n-th message that is appended, 1 being the next, from the time that it is injected.
/// Messages of one MULTIAPPEND count one by one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The command that brings the n-th message is refused with this answer, from the status on.
    Refuse {
        /// Which message.
        nth: usize,
        /// For example `NO [OVERQUOTA] Quota exceeded`.
        response: String,
    },
    /// The n-th message is stored and the connection closed.
    Close {
        /// Which message.
        nth: usize,
        /// Whether the client still gets its OK.
        moment: Moment,
    },
    /// The command that brings the n-th message is read, and the connection closed; what it brings is stored later.
    StoreLate {
        /// Which message.
        nth: usize,
        /// When it is stored.
        until: Until,
    },
    /// The connection is closed after half of the n-th message was read. Nothing is stored.
    CloseInLiteral {
        /// Which message.
        nth: usize,
    },
    /// The session ends as if the time of its token were over, after half of the n-th message was read. Nothing is stored.
    ExpireInLiteral {
        /// Which message.
        nth: usize,
    },
}

/// When a message is stored whose connection was closed before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// When its folder is opened for the n-th time from then on.
    Opened(usize),
    /// When something else was appended to its folder.
    Appended,
}

/// When a connection is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The message is stored, and nobody is told: the lost OK.
    BeforeOk,
    /// The OK is the last that the client sees.
    AfterOk,
}

impl Fault {
    fn nth(&self) -> usize {
        match self {
            Self::Refuse { nth, .. }
            | Self::Close { nth, .. }
            | Self::StoreLate { nth, .. }
            | Self::CloseInLiteral { nth }
            | Self::ExpireInLiteral { nth } => *nth,
        }
    }
}

/// The faults that wait for their message.
#[derive(Debug, Default)]
pub(super) struct Faults(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// How many literals of APPEND were announced so far.
    seen: usize,
    /// Each with the number of the literal that sets it off.
    waiting: Vec<(usize, Fault)>,
}

impl Faults {
    pub(super) fn add(&self, fault: Fault) {
        let mut state = lock(&self.0);
        let due = state.seen + fault.nth();
        state.waiting.push((due, fault));
    }

    /// Counts one message and takes the fault that it sets off.
    pub(super) fn next(&self) -> Option<Fault> {
        let mut state = lock(&self.0);
        state.seen += 1;
        let seen = state.seen;
        let index = state.waiting.iter().position(|(due, _)| *due == seen)?;
        Some(state.waiting.swap_remove(index).1)
    }
}
