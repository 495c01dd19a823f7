//! A change: checked whole, warned of, and only then made.

use model::Result;
use model::contract::Item;

use super::context::{Context, Reply};
use crate::base::blocking::blocking;
use crate::job::Events;

/// What a request would change: all is checked, nothing is done yet. What the admin should know of it is known.
pub(super) struct Change {
    warnings: Vec<String>,
    act: Act,
}

/// Makes the change and says what there is now. It has no way to warn of anything.
type Act = Box<dyn FnOnce(&Context) -> Result<Vec<Item>> + Send>;

impl Change {
    pub(super) fn new(act: impl FnOnce(&Context) -> Result<Vec<Item>> + Send + 'static) -> Self {
        Self { warnings: Vec::new(), act: Box::new(act) }
    }

    pub(super) fn warning_of(self, warnings: Vec<String>) -> Self {
        Self { warnings, ..self }
    }
}

impl Context {
    /// Checks a change, warns of it, and makes it: all of it, unless the host gave the request up before.
    pub(super) async fn change(
        self,
        events: &Events,
        check: impl FnOnce(&Self) -> Result<Change> + Send + 'static,
    ) -> Result<Reply> {
        let (context, change) = blocking(move || check(&self).map(|change| (self, change))).await?;
        warn(events, change.warnings).await;
        context.make(change.act).await
    }

    /// Makes what has been checked and warned of, where it may wait.
    pub(super) async fn make(
        self,
        act: impl FnOnce(&Self) -> Result<Vec<Item>> + Send + 'static,
    ) -> Result<Reply> {
        if self.cancelled.is_cancelled() {
            // Nothing is done yet, and nothing follows: the request is dropped here.
            return std::future::pending().await;
        }
        self.underway.begin();
        blocking(move || act(&self)).await.map(Reply::items)
    }
}

/// Returns when the host has taken the warnings. One that stops at a warning, as PowerShell can, gives the request up.
pub(super) async fn warn(events: &Events, warnings: Vec<String>) {
    warnings.into_iter().for_each(|message| events.warning(message));
    events.heard().await;
}
