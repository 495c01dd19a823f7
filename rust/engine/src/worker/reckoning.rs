//! The worker's time: the wall clock's, carried on by the monotonic clock. A step of the wall clock is seen here, and
//! moves what was put off by as much; it starts, doubles and ends nothing.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use model::Result;
use store::Store;
use tokio::time::Instant;

/// A smaller difference is drift, which time servers even out.
const STEP: SignedDuration = SignedDuration::from_secs(1);

/// A moment by both clocks, from which the others are reckoned.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reckoning {
    wall: Timestamp,
    steady: Instant,
}

/// A step of the wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    /// What time it was at that moment by the old reckoning.
    pub(super) was: Timestamp,
    /// How far the clock stepped.
    pub(super) by: SignedDuration,
}

impl Reckoning {
    /// Reckons from this moment on.
    pub(super) fn new(wall: Timestamp, steady: Instant) -> Self {
        Self { wall, steady }
    }

    /// What time it is at a moment of the monotonic clock. A step that was not seen yet is not in it.
    pub(super) fn at(&self, steady: Instant) -> Timestamp {
        self.wall.checked_add(signed(steady - self.steady)).unwrap_or(Timestamp::MAX)
    }

    /// The step that the wall clock has made, if it has. It is over when the moment is the one to reckon from.
    pub(super) fn step(&self, wall: Timestamp, steady: Instant) -> Option<Step> {
        let was = self.at(steady);
        let by = wall.duration_since(was);
        (by.abs() > STEP).then_some(Step { was, by })
    }
}

/// A predecessor that was seen later than now lived before the clock was set back, by as much at least: what it put off moves
/// along. A step forward looks like time in which nobody served, and ends pauses.
pub(super) fn heed_a_step_back(store: &Store, now: Timestamp) -> Result<()> {
    match store.worker_row()?.last_seen_at.filter(|seen| *seen > now) {
        Some(seen) => store.shift_due(now, now.duration_since(seen)),
        None => Ok(()),
    }
}

fn signed(time: Duration) -> SignedDuration {
    SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_either_way_is_told_from_time_that_passes_and_from_drift() {
        let (wall, steady) = (Timestamp::from_second(1_800_000_000).unwrap(), Instant::now());
        let reckoning = Reckoning::new(wall, steady);
        let later = Duration::from_secs(60);
        let at =
            |ms: i64| reckoning.step(wall + signed(later) + SignedDuration::from_millis(ms), steady + later);
        assert_eq!(reckoning.at(steady + later), wall + signed(later));
        assert_eq!([at(0), at(999), at(-999)], [None; 3]);
        for ms in [120_000, -86_400_000] {
            let step = Step { was: wall + signed(later), by: SignedDuration::from_millis(ms) };
            assert_eq!(at(ms), Some(step));
        }
    }
}
