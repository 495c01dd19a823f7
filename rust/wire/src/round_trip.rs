//! Measures how far away the server is: the shortest time from sending to its answer.

use std::time::Duration;

use tokio::time::Instant;

use crate::response::Response;

/// The shortest exchange so far. Whatever else an answer waited for, it cannot have come sooner than its round trip.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RoundTrip {
    /// When that was sent which has no answer yet.
    started: Option<Instant>,
    shortest: Option<Duration>,
}

impl RoundTrip {
    /// Something is sent.
    pub(crate) fn start(&mut self) {
        self.started = Some(Instant::now());
    }

    /// Takes note of a response. An untagged one may have come unasked, so it answers nothing.
    pub(crate) fn note(&mut self, response: &Response<'_>) {
        if !matches!(response, Response::Continue(_) | Response::Done { .. }) {
            return;
        }
        let took = self.started.take().map(|started| started.elapsed());
        self.shortest = self.shortest.into_iter().chain(took).min();
    }

    /// The shortest time that an answer took; nothing where none came.
    pub(crate) fn shortest(&self) -> Duration {
        self.shortest.unwrap_or_default()
    }
}
