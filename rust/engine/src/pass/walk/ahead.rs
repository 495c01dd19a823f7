//! Lists the next folder while the target still stores the one before.

use model::content_filter::ContentFilter;
use model::{Error, Result};

use super::agenda::Agenda;
use crate::pass::folder::task::Task;
use crate::pass::side::source::{Source, SourceFolder};
use crate::pass::transfer::pump::Meanwhile;

/// The next folder to do, listed while the target still has work.
#[derive(Default)]
pub(crate) struct Ahead {
    filter: Option<ContentFilter>,
    agenda: Option<Agenda>,
    found: Option<(Task, Result<SourceFolder>)>,
}

impl Ahead {
    /// Lists only what the content filter wants.
    pub(crate) fn new(filter: Option<ContentFilter>, agenda: Agenda) -> Self {
        Self { filter, agenda: Some(agenda), found: None }
    }

    /// The next task.
    pub(crate) async fn take(&mut self, source: &mut Source) -> Option<(Task, Result<SourceFolder>)> {
        self.source_is_free(source).await;
        self.found.take()
    }

    /// Leaves a folder for later, which was refused for now.
    pub(crate) fn put_off(&self, task: Task, error: Error) {
        if let Some(agenda) = &self.agenda {
            agenda.put_off(task, error);
        }
    }
}

impl Meanwhile for Ahead {
    /// Takes the next task and lists its folder, if that is not done. What fails is told to who takes it.
    async fn source_is_free(&mut self, source: &mut Source) {
        if self.found.is_none()
            && let Some(task) = self.agenda.as_ref().and_then(Agenda::take)
        {
            let listed = source.list(task.order.clone(), self.filter.as_ref()).await;
            self.found = Some((task, listed));
        }
    }
}
