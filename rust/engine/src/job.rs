//! A job: one request at work, and the queue of its events.
//!
//! The host pulls. Items and errors wait as long as it takes; progress is latest-wins and at most five a second.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use model::Error;
use model::contract::{Event, Item, Outcome, Progress};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::base::lock::lock;

/// The least time between two progress events.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(200);

/// What a pull brought.
#[derive(Debug, Clone, PartialEq)]
pub enum Pulled {
    /// An event.
    Event(Event),
    /// Nothing yet.
    TimedOut,
    /// `finished` has been delivered; nothing follows.
    End,
}

/// The host's end of a job.
#[derive(Debug, Clone)]
pub struct Job {
    shared: Arc<Shared>,
}

/// The engine's end: where a request puts its events. Finishes the job when it is dropped.
#[derive(Debug)]
pub struct Events {
    shared: Arc<Shared>,
    failed: bool,
    concluded: bool,
}

#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<Queue>,
    arrived: Condvar,
    heard: Notify,
    cancel: CancellationToken,
}

#[derive(Debug, Default)]
struct Queue {
    events: VecDeque<Event>,
    progress: Option<Progress>,
    last_progress: Option<Instant>,
    /// Whether the host has not come back yet since the last event was put here.
    unheard: bool,
    ended: bool,
}

impl Job {
    /// A new job and the end that fills it.
    pub fn new() -> (Self, Events) {
        let shared = Arc::new(Shared::default());
        (Self { shared: shared.clone() }, Events { shared, failed: false, concluded: false })
    }

    /// Waits up to `timeout` for the next event. Any thread. Who asks has taken all events before.
    pub fn next(&self, timeout: Duration) -> Pulled {
        let deadline = Instant::now().checked_add(timeout);
        let mut queue = self.shared.lock();
        if queue.events.is_empty() {
            queue.unheard = false;
            self.shared.heard.notify_waiters();
        }
        loop {
            if let Some(event) = queue.take() {
                return Pulled::Event(event);
            }
            if queue.ended {
                return Pulled::End;
            }
            let left = deadline.map_or(Duration::MAX, |at| at.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return Pulled::TimedOut;
            }
            queue = self.shared.wait(queue, left);
        }
    }

    /// Asks the job to end. Any thread, any number of times.
    pub fn cancel(&self) {
        self.shared.cancel.cancel();
    }
}

impl Events {
    /// A result.
    pub fn item(&self, item: Item) {
        self.push(Event::Item { item });
    }

    /// Something the admin should know.
    pub fn warning(&self, message: impl Into<String>) {
        self.push(Event::Warning { message: message.into() });
    }

    /// A person has to sign in.
    pub fn sign_in(&self, url: String, code: Option<String>, message: String) {
        self.push(Event::SignIn { url, code, message });
    }

    /// A failure; the job's outcome will be `failed`.
    pub fn error(&mut self, error: Error) {
        self.failed = true;
        self.push(Event::Error { error });
    }

    /// Returns when the host has taken every event so far and come back for more. One that takes a warning for an
    /// error never comes back: it frees the job, or cancels it.
    pub async fn heard(&self) {
        loop {
            let heard = self.shared.heard.notified();
            if !self.shared.lock().unheard {
                return;
            }
            heard.await;
        }
    }

    /// The job came to its end: the outcome is what it did, even if the host gave it up meanwhile.
    pub fn conclude(&mut self) {
        self.concluded = true;
    }

    /// How far the job is. Replaces what has not been pulled yet.
    pub fn progress(&self, progress: Progress) {
        self.shared.lock().progress = Some(progress);
        self.shared.arrived.notify_all();
    }

    /// Ends when the host cancels.
    pub fn cancelled(&self) -> CancellationToken {
        self.shared.cancel.clone()
    }

    fn push(&self, event: Event) {
        let mut queue = self.shared.lock();
        queue.events.push_back(event);
        queue.unheard = true;
        drop(queue);
        self.shared.arrived.notify_all();
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.error(
                Error::internal("the request met a defect of the engine")
                    .remedy("report it with the worker's log"),
            );
        }
        let outcome = if self.shared.cancel.is_cancelled() && !self.concluded {
            Outcome::Cancelled
        } else if self.failed {
            Outcome::Failed
        } else {
            Outcome::Completed
        };
        let mut queue = self.shared.lock();
        queue.progress = None;
        queue.events.push_back(Event::Finished { outcome });
        queue.ended = true;
        drop(queue);
        self.shared.arrived.notify_all();
    }
}

impl Queue {
    fn take(&mut self) -> Option<Event> {
        if let Some(event) = self.events.pop_front() {
            return Some(event);
        }
        if self.last_progress.is_some_and(|at| at.elapsed() < PROGRESS_INTERVAL) {
            return None;
        }
        let progress = self.progress.take()?;
        self.last_progress = Some(Instant::now());
        Some(Event::Progress { progress })
    }
}

impl Shared {
    /// Every change of the queue is one push.
    fn lock(&self) -> MutexGuard<'_, Queue> {
        lock(&self.queue)
    }

    fn wait<'a>(&self, queue: MutexGuard<'a, Queue>, left: Duration) -> MutexGuard<'a, Queue> {
        // Progress held back by its interval becomes due without a notification.
        let nap = if queue.progress.is_some() { left.min(PROGRESS_INTERVAL) } else { left };
        let nap = nap.min(Duration::from_secs(3600));
        self.arrived.wait_timeout(queue, nap).unwrap_or_else(PoisonError::into_inner).0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warning(text: &str) -> Pulled {
        Pulled::Event(Event::Warning { message: text.into() })
    }

    fn finished(outcome: Outcome) -> Pulled {
        Pulled::Event(Event::Finished { outcome })
    }

    #[test]
    fn events_come_in_order_and_finished_comes_last_and_once() {
        let (job, events) = Job::new();
        events.warning("one");
        events.warning("two");
        drop(events);
        let pulled: Vec<_> = (0..5).map(|_| job.next(Duration::ZERO)).collect();
        assert_eq!(
            pulled,
            [warning("one"), warning("two"), finished(Outcome::Completed), Pulled::End, Pulled::End]
        );
    }

    #[test]
    fn only_the_latest_progress_is_delivered_and_never_after_the_end() {
        let (job, events) = Job::new();
        for users_done in 1..=3 {
            events.progress(Progress { users_done, ..Progress::default() });
        }
        let Pulled::Event(Event::Progress { progress }) = job.next(Duration::ZERO) else {
            panic!("no progress")
        };
        assert_eq!(progress.users_done, 3);
        events.progress(Progress::default());
        drop(events);
        assert_eq!(job.next(Duration::ZERO), finished(Outcome::Completed));
    }

    #[test]
    fn an_error_makes_the_outcome_failed_and_a_cancel_makes_it_cancelled() {
        let (job, mut events) = Job::new();
        events.error(Error::internal("x"));
        drop(events);
        job.next(Duration::ZERO);
        assert_eq!(job.next(Duration::ZERO), finished(Outcome::Failed));

        let (job, events) = Job::new();
        job.cancel();
        job.cancel();
        drop(events);
        assert_eq!(job.next(Duration::ZERO), finished(Outcome::Cancelled));
    }

    #[test]
    fn a_cancel_that_comes_too_late_changes_nothing_of_the_outcome() {
        let (job, mut events) = Job::new();
        job.cancel();
        events.conclude();
        drop(events);
        assert_eq!(job.next(Duration::ZERO), finished(Outcome::Completed));
    }

    #[test]
    fn a_warning_is_heard_when_the_host_comes_back_for_more_and_not_when_it_has_only_pulled_it() {
        let (job, events) = Job::new();
        let is_heard = || {
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            std::pin::pin!(events.heard()).poll(&mut context).is_ready()
        };
        assert!(is_heard());
        events.warning("one");
        assert!(!is_heard());
        job.next(Duration::ZERO);
        assert!(!is_heard());
        assert_eq!(job.next(Duration::ZERO), Pulled::TimedOut);
        assert!(is_heard());
    }

    #[test]
    fn a_pull_wakes_when_an_event_arrives() {
        let (job, events) = Job::new();
        let puller = std::thread::spawn(move || job.next(Duration::from_secs(60)));
        events.warning("late");
        assert_eq!(puller.join().unwrap(), warning("late"));
    }
}
