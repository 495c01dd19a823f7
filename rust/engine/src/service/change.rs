//! A change: checked whole, warned of, and only then made.

use model::Result;
use model::contract::Item;

use super::context::{Context, Opening, Reply};
use super::ensure;
use crate::base::blocking::blocking;
use crate::job::Events;

/// What a request would change: what can be checked is checked, nothing is done yet. What the admin should know of it is known.
#[derive(Default)]
pub(super) struct Change {
    warnings: Vec<String>,
    needs_a_worker: bool,
    write: Option<Write>,
    answer: Option<Answer>,
}

/// Writes into the store, within one transaction: more than once where it is rehearsed. What it finds there it judges anew.
type Write = Box<dyn Fn(&Context) -> Result<()> + Send>;

/// Says what there is now, and waits for what is still to come. It has no way to warn of anything.
type Answer = Box<dyn FnOnce(&Context) -> Result<Vec<Item>> + Send>;

impl Change {
    pub(super) fn writing(write: impl Fn(&Context) -> Result<()> + Send + 'static) -> Self {
        Self { write: Some(Box::new(write)), ..Self::default() }
    }

    pub(super) fn warning_of(self, warnings: Vec<String>) -> Self {
        Self { warnings, ..self }
    }

    /// What is written is a wish that a worker makes true.
    pub(super) fn needing_a_worker(self, needs_a_worker: bool) -> Self {
        Self { needs_a_worker, ..self }
    }

    pub(super) fn answering(
        self,
        answer: impl FnOnce(&Context) -> Result<Vec<Item>> + Send + 'static,
    ) -> Self {
        Self { answer: Some(Box::new(answer)), ..self }
    }

    /// Whether it can be made, as far as that can be known without a network and without a process.
    fn rehearse(&self, context: &Context) -> Result<()> {
        if let Some(write) = &self.write {
            context.store.rehearse(|| write(context))?;
        }
        if self.needs_a_worker { ensure::worker_can_be(context) } else { Ok(()) }
    }

    /// No wish is written that no worker can make true, and no worker started for a wish that is refused. It is looked for
    /// again in the end: one may have gone for want of wishes meanwhile.
    fn make(self, context: &Context) -> Result<Vec<Item>> {
        if self.needs_a_worker && !context.store.worker_is_running()? {
            self.rehearse(context)?;
        }
        self.ensure_a_worker(context)?;
        if let Some(write) = &self.write {
            context.store.together(|| write(context))?;
            self.ensure_a_worker(context)?;
        }
        self.answer.map_or_else(|| Ok(Vec::new()), |answer| answer(context))
    }

    fn ensure_a_worker(&self, context: &Context) -> Result<()> {
        if self.needs_a_worker { ensure::worker(context) } else { Ok(()) }
    }
}

impl Opening {
    /// Checks a change, warns of it, and makes it: all of it, unless the host gave the request up before.
    pub(super) async fn change(
        self,
        events: &Events,
        check: impl FnOnce(&Context) -> Result<Change> + Send + 'static,
    ) -> Result<Reply> {
        let opened = move || {
            let context = self.open()?;
            check(&context).map(|change| (context, change))
        };
        let (context, mut change) = blocking(opened).await?;
        warn(events, std::mem::take(&mut change.warnings)).await;
        context.make(change).await
    }
}

impl Context {
    /// Makes what has been checked and warned of, where it may wait; in a dry run it only finds out whether it could.
    pub(super) async fn make(self, change: Change) -> Result<Reply> {
        if self.cancelled.is_cancelled() {
            // Nothing is done yet, and nothing follows: the request is dropped here.
            return std::future::pending().await;
        }
        if self.dry_run {
            return blocking(move || change.rehearse(&self)).await.map(|()| Reply::none());
        }
        self.underway.begin();
        blocking(move || change.make(&self)).await.map(Reply::items)
    }
}

/// Returns when the host has taken the warnings. One that stops at a warning, as PowerShell can, gives the request up.
pub(super) async fn warn(events: &Events, warnings: Vec<String>) {
    warnings.into_iter().for_each(|message| events.warning(message));
    events.heard().await;
}

/// Puts what was named in the place of what is there.
pub(super) fn replace<T: Clone>(slot: &mut T, named: Option<&T>) {
    if let Some(named) = named {
        slot.clone_from(named);
    }
}
