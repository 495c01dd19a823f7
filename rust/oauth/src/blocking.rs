//! Work that may block, on a thread that may.

use model::{Error, Result};
use tokio::runtime::{Handle, RuntimeFlavor};

/// Runs what may block on a thread that may. A runtime of one thread has none: there it runs at once.
pub(crate) async fn blocking<T: Send + 'static>(
    body: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    if Handle::current().runtime_flavor() == RuntimeFlavor::CurrentThread {
        return body();
    }
    let ended = tokio::task::spawn_blocking(body).await;
    ended.unwrap_or_else(|error| Err(Error::internal(format!("what was to be kept was not: {error}"))))
}
