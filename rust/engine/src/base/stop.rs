//! How a step ends that may be told to stop.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// How long what is told to stop may take to record what it has in flight.
const GRACE: Duration = Duration::from_secs(5);

/// Whether a step came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It did.
    Complete,
    /// It was told to stop before.
    Stopped,
}

/// When what was told to stop has had its time.
pub(crate) async fn out_of_patience(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(GRACE).await;
}
