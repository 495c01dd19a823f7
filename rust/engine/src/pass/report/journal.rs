//! A user's report and list of skipped items, written as things happen: never computed on demand.

use model::{ReportEntry, Result, SkippedItem};
use store::{ReportOf, Store};

use crate::base::blocking::blocking;
use crate::base::world::Clock;

/// Writes for one user.
#[derive(Debug, Clone)]
pub(crate) struct Journal {
    store: Store,
    clock: Clock,
    user: i64,
}

impl Journal {
    pub(crate) fn new(store: Store, clock: Clock, user: i64) -> Self {
        Self { store, clock, user }
    }

    /// Whose it is.
    pub(crate) fn user(&self) -> i64 {
        self.user
    }

    /// Adds a line to the report.
    pub(crate) async fn note(&self, text: impl Into<String>) -> Result<()> {
        let entry = ReportEntry { at: self.clock.now(), text: text.into() };
        tracing::debug!(text = entry.text, "Report entry");
        let Self { store, user, .. } = self.clone();
        blocking(move || store.add_report(ReportOf::User(user), &[entry])).await
    }

    /// Records what is left behind, with its cause.
    pub(crate) async fn skip(&self, items: Vec<SkippedItem>) -> Result<()> {
        if items.is_empty() {
            return Ok(());
        }
        let Self { store, user, .. } = self.clone();
        blocking(move || store.add_skipped(user, &items)).await
    }

    /// Strikes what an earlier pass left behind and this one copied.
    pub(crate) async fn unskip(&self, folder: &str, uids: Vec<u32>) -> Result<()> {
        let (Self { store, user, .. }, folder) = (self.clone(), folder.to_owned());
        blocking(move || uids.into_iter().try_for_each(|uid| store.clear_skipped(user, &folder, Some(uid))))
            .await
    }

    /// Strikes that a folder as a whole was left out, or not all listed: that holds no longer.
    pub(crate) async fn unskip_folder(&self, folder: &str) -> Result<()> {
        let (Self { store, user, .. }, folder) = (self.clone(), folder.to_owned());
        blocking(move || store.clear_left_out(user, &folder)).await
    }

    /// Keeps what was left behind of a folder under its new name.
    pub(crate) async fn rename_skipped(&self, before: &str, now: &str) -> Result<()> {
        let Self { store, user, .. } = self.clone();
        let (before, now) = (before.to_owned(), now.to_owned());
        blocking(move || store.rename_skipped(user, &before, &now)).await
    }

    /// What is left behind so far.
    pub(crate) async fn skipped(&self) -> Result<Vec<SkippedItem>> {
        let Self { store, user, .. } = self.clone();
        blocking(move || store.skipped_items(user, None)).await
    }
}
