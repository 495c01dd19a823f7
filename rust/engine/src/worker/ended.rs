//! What becomes of a pass that has ended: whether it is tried again, and when.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use model::status::DataConsistencyScore;
use model::{Error, Lease, Result, SkippedItem};
use store::{PassEnd, Store};
use tracing::{error, info, warn};
use wire::suggested_backoff;

use crate::pass::PassOutcome;
use crate::pass::memory::suspects::Suspects;
use crate::pass::report::meter::Meter;

/// The first pause before a transient failure is tried again; it doubles each time.
const FIRST_RETRY: Duration = Duration::from_secs(2);
/// The longest such pause.
const LONGEST_RETRY: Duration = Duration::from_secs(300);

/// Writes down how a pass ended, and when the user is due again.
pub(super) fn finish(
    store: &Store,
    suspects: &Suspects,
    lease: &Lease,
    meter: &Meter,
    outcome: PassOutcome,
    now: Timestamp,
) -> Result<()> {
    let user = lease.user.row.email_address.as_str();
    let (detail, end) = match outcome {
        PassOutcome::Done => ("Synced", PassEnd::Done),
        PassOutcome::Stopped => ("Stopped", PassEnd::Stopped),
        PassOutcome::Failed(error) => match retry_after(store, suspects, lease, meter, &error)? {
            Some(Retry { pause, counts }) => {
                warn!(user, %error, ?pause, "Pass failed and will be tried again");
                let at = now + SignedDuration::try_from(pause).unwrap_or(SignedDuration::ZERO);
                ("RetryingTransient", PassEnd::Retry { error, at, counts })
            }
            None => {
                error!(user, %error, "Pass failed");
                ("Failed", PassEnd::Failed { error })
            }
        },
    };
    info!(user, detail, "Pass ends");
    let score = score(store, lease, meter)?;
    store.save_progress(lease, &meter.finish(detail), Some(score), now)?;
    store.finish(lease, &end, now)?;
    Ok(())
}

/// How good the copy is, by what is left behind (spec 5).
fn score(store: &Store, lease: &Lease, meter: &Meter) -> Result<DataConsistencyScore> {
    let skipped = store.skipped_items(lease.user.id, None)?;
    let count = |wanted: fn(&SkippedItem) -> bool| {
        u64::try_from(skipped.iter().filter(|i| wanted(i)).count()).unwrap_or(0)
    };
    let benign = count(|item| !item.kind.leaves_behind());
    let messages = count(|item| item.kind.leaves_behind() && item.uid.is_some());
    let folders = count(|item| item.kind.leaves_behind() && item.uid.is_none());
    Ok(DataConsistencyScore::of(benign, messages, folders, meter.read().source_items))
}

/// How a failed pass is tried again.
struct Retry {
    pause: Duration,
    /// Whether it counts as an attempt in vain.
    counts: bool,
}

/// How to try again; none when trying again would not help. A pass that copied something, or came closer to the message
/// that breaks the connection, was not in vain; and a server that says how long to wait is believed as often as it does.
fn retry_after(
    store: &Store,
    suspects: &Suspects,
    lease: &Lease,
    meter: &Meter,
    error: &Error,
) -> Result<Option<Retry>> {
    let most = store.batch(lease.user.batch.as_str()).map_or(0, |batch| batch.options.auto_retry_count);
    if !error.retryable || most == 0 {
        return Ok(None);
    }
    if let Some(pause) = error.server.as_deref().and_then(suggested_backoff) {
        return Ok(Some(Retry { pause, counts: false }));
    }
    let folders = store.ledger_folders(lease.user.id)?.into_iter().map(|(id, _)| id);
    let learned = suspects.take_narrowed(folders);
    if learned || meter.read().transferred_items > lease.user.progress.transferred_items {
        return Ok(Some(Retry { pause: FIRST_RETRY, counts: false }));
    }
    Ok((lease.attempts < most).then(|| Retry { pause: pause(lease.attempts), counts: true }))
}

fn pause(attempts: u32) -> Duration {
    FIRST_RETRY.saturating_mul(2_u32.saturating_pow(attempts)).min(LONGEST_RETRY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_limit() {
        let seconds: Vec<u64> = [0, 1, 2, 30].map(|n| pause(n).as_secs()).into();
        assert_eq!(seconds, [2, 4, 8, 300]);
    }
}
