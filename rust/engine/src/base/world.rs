//! The world around the engine: what time it is for people, and how servers are reached.
//!
//! INVARIANT: pauses and time-outs never ask this clock. They are Tokio's, whose clock only goes forward.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use wire::Dialer;

/// What an engine lives in. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// The wall clock.
    pub clock: Clock,
    /// How a stream to a server is opened.
    pub dialer: Dialer,
}

/// A wall clock: it tells dates for people, and may step at any time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// A clock of one's own.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// What it says.
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

/// The machine's.
impl Default for Clock {
    fn default() -> Self {
        Self::new(Timestamp::now)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}
