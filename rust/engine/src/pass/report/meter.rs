//! Counts what a pass does while it does it; the worker reads it once in a while.
//!
//! INVARIANT: what was seen of the messages on the target never falls, in a pass or from one to the next: each pass counts
//! for itself, and what earlier ones had counted is the least that is shown.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use model::Progress;
use tokio::time::Instant;

use crate::base::lock::lock;

/// Over how long the rate is measured.
const RATE_WINDOW: Duration = Duration::from_secs(5);

/// A user's progress, shared by a pass that counts and a worker that saves. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Meter {
    inner: Arc<Mutex<Inner>>,
    /// Bytes on their way to the target, whole messages or not.
    flowed: Arc<AtomicU64>,
}

#[derive(Debug)]
struct Inner {
    progress: Progress,
    began: Instant,
    in_progress_before: u64,
    synced_before: u64,
    samples: VecDeque<(Instant, u64)>,
}

impl Meter {
    /// Goes on from what earlier passes did.
    pub(crate) fn resume(progress: Progress) -> Self {
        let began = Instant::now();
        let inner = Inner {
            in_progress_before: progress.in_progress_ms,
            synced_before: progress.synced_items,
            progress: Progress { synced_items: 0, ..progress },
            began,
            samples: VecDeque::from([(began, 0)]),
        };
        Self { inner: Arc::new(Mutex::new(inner)), flowed: Arc::default() }
    }

    /// Goes on from what was done so far, as another pass would.
    pub(crate) fn begin_again(&self) {
        let mut inner = lock(&self.inner);
        inner.synced_before = inner.synced_before.max(inner.progress.synced_items);
        inner.progress.synced_items = 0;
    }

    /// Counts bytes that are sent to the target, as they are: a large message shows before it is whole.
    pub(crate) fn flow(&self, bytes: usize) {
        self.flowed.fetch_add(u64::try_from(bytes).unwrap_or(0), Ordering::Relaxed);
    }

    /// Changes the counts.
    pub(crate) fn update(&self, change: impl FnOnce(&mut Progress)) {
        change(&mut lock(&self.inner).progress);
    }

    /// Says what the pass is at (spec 2.3's vocabulary), and in which folder.
    pub(crate) fn stage(&self, detail: &str, folder: Option<&str>) {
        self.update(|p| {
            detail.clone_into(&mut p.status_detail);
            p.current_folder = folder.map(str::to_owned);
        });
    }

    /// Adds time spent waiting for a server.
    pub(crate) fn stalled(&self, time: Duration) {
        self.update(|p| p.stalled_ms += u64::try_from(time.as_millis()).unwrap_or(0));
    }

    /// The counts now, with the rate of the last seconds.
    pub(crate) fn read(&self) -> Progress {
        let mut inner = lock(&self.inner);
        let now = Instant::now();
        let bytes = self.flowed.load(Ordering::Relaxed);
        inner.samples.push_back((now, bytes));
        while inner.samples.len() > 2 && inner.samples.front().is_some_and(|(at, _)| now - *at > RATE_WINDOW)
        {
            inner.samples.pop_front();
        }
        let rate = inner.samples.front().map_or(0, |(at, then)| rate(bytes.saturating_sub(*then), now - *at));
        inner.progress.bytes_per_second = rate;
        inner.progress.in_progress_ms = inner
            .in_progress_before
            .saturating_add(u64::try_from(inner.began.elapsed().as_millis()).unwrap_or(0));
        let synced_items = inner.progress.synced_items.max(inner.synced_before);
        Progress { synced_items, ..inner.progress.clone() }
    }

    /// The counts at the end of a pass: nothing runs any more.
    pub(crate) fn finish(&self, detail: &str) -> Progress {
        self.stage(detail, None);
        let progress = self.read();
        Progress { bytes_per_second: 0, ..progress }
    }
}

fn rate(bytes: u64, time: Duration) -> u64 {
    let ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    bytes.saturating_mul(1000).checked_div(ms).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_go_on_from_earlier_passes_and_the_rate_ends_with_the_pass() {
        let meter =
            Meter::resume(Progress { transferred_bytes: 100, in_progress_ms: 7, ..Progress::default() });
        meter.stage("CopyingMessages", Some("INBOX"));
        meter.update(|p| p.transferred_bytes += 50);
        let running = meter.read();
        assert_eq!((running.transferred_bytes, running.current_folder.as_deref()), (150, Some("INBOX")));
        let done = meter.finish("Synced");
        assert_eq!(
            (done.bytes_per_second, done.current_folder, done.status_detail.as_str()),
            (0, None, "Synced")
        );
        assert!(done.in_progress_ms >= 7);
    }

    #[test]
    fn a_pass_counts_for_itself_and_shows_no_less_than_was_seen_before() {
        let meter = Meter::resume(Progress { synced_items: 100, ..Progress::default() });
        meter.update(|p| p.synced_items += 40);
        assert_eq!(meter.read().synced_items, 100);
        meter.update(|p| p.synced_items += 70);
        assert_eq!(meter.read().synced_items, 110);
        meter.begin_again();
        meter.update(|p| p.synced_items += 111);
        assert_eq!(meter.read().synced_items, 111);
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_look_has_a_rate_and_a_message_counts_before_it_is_whole() {
        let meter = Meter::resume(Progress { transferred_bytes: 7_000, ..Progress::default() });
        meter.flow(3_000);
        tokio::time::advance(Duration::from_millis(500)).await;
        assert_eq!(meter.read().bytes_per_second, 6_000);
        tokio::time::advance(RATE_WINDOW * 2).await;
        assert_eq!(meter.read().bytes_per_second, 0);
    }

    #[test]
    fn the_rate_is_bytes_a_second_and_never_divides_by_zero() {
        assert_eq!(rate(500, Duration::from_millis(250)), 2000);
        assert_eq!(rate(500, Duration::ZERO), 0);
    }
}
