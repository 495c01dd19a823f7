//! How fast a batch goes, and how long it will take: measured by whoever waits, from what is saved each second.

use std::collections::VecDeque;
use std::time::Duration;

use store::Totals;
use tokio::time::Instant;

/// Over how long the rate is measured.
const WINDOW: Duration = Duration::from_secs(5);
/// A rate over less than that is chance.
const ENOUGH: Duration = Duration::from_millis(500);
/// What must be done while somebody waits before it says how long the rest takes: so many thousandths of the whole,
const MEANS_SOMETHING: u64 = 100;
/// in so much time at least.
const LONG_ENOUGH: Duration = Duration::from_secs(10);

/// What was seen of a batch so far.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// When it was first seen, and how far it was.
    first: Option<(Instant, u64)>,
    samples: VecDeque<(Instant, u64)>,
}

impl Pace {
    /// Takes note of how far a batch is. Gives bytes a second: what ended passes copied counts as well as what runs, whose
    /// rates, `running`, also have the messages that are under way.
    pub(super) fn rate(&mut self, totals: Totals, running: u64) -> u64 {
        let now = Instant::now();
        self.first.get_or_insert((now, totals.thousandths));
        self.samples.push_back((now, totals.transferred_bytes));
        while self.samples.len() > 2 && self.samples.front().is_some_and(|(at, _)| now - *at > WINDOW) {
            self.samples.pop_front();
        }
        let measured = self.samples.front().filter(|(at, _)| now - *at >= ENOUGH).map_or(0, |(at, then)| {
            let ms = u64::try_from((now - *at).as_millis()).unwrap_or(u64::MAX);
            let bytes = totals.transferred_bytes.saturating_sub(*then);
            bytes.saturating_mul(1000).checked_div(ms).unwrap_or(0)
        });
        measured.max(running)
    }

    /// Seconds that the rest will take. None before that means something: all mailboxes have been looked into, or a tenth
    /// of the whole was done meanwhile, in ten seconds at least.
    pub(super) fn remaining(&self, totals: Totals, users: u32, all_known: bool, rate: u64) -> Option<u64> {
        let (since, before) = self.first?;
        let whole = u64::from(users).saturating_mul(1000);
        let left = whole.checked_sub(totals.thousandths).filter(|left| *left > 0)?;
        let done = totals.thousandths.saturating_sub(before);
        let waited = since.elapsed();
        if done.saturating_mul(1000) >= whole.saturating_mul(MEANS_SOMETHING) && waited >= LONG_ENOUGH {
            let ms = u64::try_from(waited.as_millis()).unwrap_or(u64::MAX);
            return left.saturating_mul(ms).checked_div(done.saturating_mul(1000));
        }
        let bytes = totals.source_bytes.saturating_sub(totals.transferred_bytes);
        if all_known && bytes > 0 { bytes.checked_div(rate) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    fn totals(thousandths: u64, transferred_bytes: u64) -> Totals {
        Totals { thousandths, transferred_bytes, source_bytes: 100_000, ..Totals::default() }
    }

    #[tokio::test(start_paused = true)]
    async fn passes_that_have_ended_count_in_the_rate() {
        let mut pace = Pace::default();
        assert_eq!((pace.rate(totals(0, 0), 0), pace.rate(totals(0, 0), 7)), (0, 7));
        advance(Duration::from_secs(2)).await;
        assert_eq!(pace.rate(totals(500, 50_000), 7), 25_000);
        advance(Duration::from_secs(4)).await;
        pace.rate(totals(500, 50_000), 0);
        advance(Duration::from_secs(4)).await;
        assert_eq!(pace.rate(totals(500, 50_000), 0), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn how_long_it_takes_is_said_only_when_that_means_something() {
        let mut pace = Pace::default();
        pace.rate(totals(0, 0), 0);
        advance(Duration::from_secs(8)).await;
        let early = totals(800, 40_000);
        assert_eq!(pace.remaining(early, 4, false, 5_000), None, "only eight seconds");
        assert_eq!(pace.remaining(early, 4, true, 5_000), Some(12), "all is known");
        assert_eq!(pace.remaining(early, 4, true, 0), None, "nothing moves");
        advance(Duration::from_secs(12)).await;
        assert_eq!(pace.remaining(totals(300, 40_000), 4, false, 5_000), None, "less than a tenth");
        assert_eq!(pace.remaining(totals(1_000, 40_000), 4, false, 5_000), Some(60));
        assert_eq!(pace.remaining(totals(4_000, 100_000), 4, true, 5_000), None, "nothing is left");
    }
}
