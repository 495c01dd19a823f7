//! Work that may block, on a thread that may.

use model::{Error, Result};
use tokio::runtime::{Handle, RuntimeFlavor};

/// Runs what may block on a thread that may. A runtime of one thread has none: there it runs at once, and so in the same
/// order every time.
pub(crate) async fn blocking<T: Send + 'static>(
    body: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    if Handle::current().runtime_flavor() == RuntimeFlavor::CurrentThread {
        return body();
    }
    tokio::task::spawn_blocking(body)
        .await
        .unwrap_or_else(|e| Err(Error::internal(format!("a task of the engine ended early: {e}"))))
}
