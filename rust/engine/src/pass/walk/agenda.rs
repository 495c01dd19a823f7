//! What a pass has to do, folder by folder, for one connection or several.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use model::Error;
use tokio_util::sync::CancellationToken;

use crate::base::lock::lock;
use crate::net::governor::ExtraSeats;
use crate::pass::folder::task::Task;

/// One lane's way to the tasks that nobody has taken.
#[derive(Clone)]
pub(crate) struct Agenda {
    left: Arc<Mutex<VecDeque<Task>>>,
    /// Those that a server refused to open for now, and why.
    put_off: Arc<Mutex<Vec<(Task, Error)>>>,
    all_taken: CancellationToken,
    /// What an extra lane works by.
    extra: Option<Arc<ExtraSeats>>,
}

impl Agenda {
    /// The first lane does them in this order.
    pub(crate) fn new(tasks: Vec<Task>) -> Self {
        Self {
            left: Arc::new(Mutex::new(tasks.into())),
            put_off: Arc::default(),
            all_taken: CancellationToken::new(),
            extra: None,
        }
    }

    /// Leaves a folder for later, so that the others do not wait for it.
    pub(crate) fn put_off(&self, task: Task, error: Error) {
        lock(&self.put_off).push((task, error));
    }

    /// The folders that were left for later.
    pub(crate) fn take_put_off(&self) -> Vec<(Task, Error)> {
        std::mem::take(&mut *lock(&self.put_off))
    }

    /// Puts the largest first.
    pub(crate) fn sort(&self) {
        lock(&self.left).make_contiguous().sort_by_key(|task| std::cmp::Reverse(task.messages));
    }

    /// The same tasks from the other end, for as long as there is room for another connection: while the first lane
    /// does a large folder, the small ones do not wait for it.
    pub(crate) fn for_extra_lane(&self, seats: Arc<ExtraSeats>) -> Self {
        Self { extra: Some(seats), ..self.clone() }
    }

    /// Takes the next.
    pub(crate) fn take(&self) -> Option<Task> {
        let task = match &self.extra {
            None => lock(&self.left).pop_front(),
            Some(seats) if seats.are_wanted_by_others() => return None,
            Some(_) => lock(&self.left).pop_back(),
        };
        if task.is_none() {
            self.all_taken.cancel();
        }
        task
    }

    /// When there are none left.
    pub(crate) async fn all_taken(&self) {
        self.all_taken.cancelled().await;
    }

    /// How many folders there are, and how many messages to copy in them.
    pub(crate) fn size(&self) -> (usize, u64) {
        let left = lock(&self.left);
        (left.iter().filter(|task| task.messages > 0).count(), left.iter().map(|task| task.messages).sum())
    }
}
