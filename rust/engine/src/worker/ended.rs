//! What becomes of a pass that has ended: whether it is tried again, and when.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use model::status::{DataConsistencyScore, PassKind};
use model::{Error, ErrorKind, Lease, Result, Side, SkippedItem};
use store::{Attempts, LastWords, PassEnd, Store};
use tracing::{error, info, warn};
use wire::suggested_backoff;

use super::telling;
use crate::pass::PassOutcome;
use crate::pass::memory::Memory;
use crate::pass::report::meter::Meter;

/// The first pause before a transient failure is tried again; it doubles each time.
const FIRST_RETRY: Duration = Duration::from_secs(2);
/// The longest such pause.
const LONGEST_RETRY: Duration = Duration::from_secs(300);

/// A pass that has ended, and of which that is not written down yet.
pub(super) struct EndedPass {
    pub(super) lease: Lease,
    pub(super) meter: Meter,
    pub(super) outcome: PassOutcome,
}

/// Writes down how a pass ended. Where that cannot be written however long one waits, the user has failed, and the others
/// go on.
pub(super) fn record(store: &Store, memory: &Memory, ended: &EndedPass, now: Timestamp) -> Result<()> {
    match finish(store, memory, ended, now) {
        Err(error) if !passes(&error) => {
            error!(user = ended.lease.user.row.email_address, %error, "The end of a pass cannot be written down");
            match store.finish(&ended.lease, &PassEnd::Failed { error }, now) {
                Err(error) if passes(&error) => Err(error),
                // Its lease stays with this worker: nobody else is kept from anything.
                _ => Ok(()),
            }
        }
        written => written,
    }
}

/// What a status says of a user whose pass is tried again then. A server that says for how long to leave the mailbox alone is
/// named by its side.
fn detail_until(error: &Error, at: Timestamp) -> String {
    if error.server.as_deref().and_then(suggested_backoff).is_none() {
        return "RetryingTransient".to_owned();
    }
    let side = if error.side == Some(Side::Source) { "Source" } else { "Target" };
    format!("StalledDueTo{side}_Throttled until {} UTC", at.strftime("%F %T"))
}

/// Whether an error of the store is one that passes.
fn passes(error: &Error) -> bool {
    use ErrorKind::{DiskFull, StoreLocked, StoreUnavailable};
    matches!(error.kind, DiskFull | StoreLocked | StoreUnavailable)
}

/// Writes down how a pass ended, and when the user is due again.
///
/// It may be called again when the store failed: what was written then is written once more.
fn finish(store: &Store, memory: &Memory, ended: &EndedPass, now: Timestamp) -> Result<()> {
    let EndedPass { lease, meter, outcome } = ended;
    let user = lease.user.row.email_address.as_str();
    let (detail, end) = match outcome {
        PassOutcome::Done => ("Synced".to_owned(), PassEnd::Done),
        PassOutcome::Stopped => ("Stopped".to_owned(), PassEnd::Stopped),
        PassOutcome::Failed(error) => match retry_after(store, memory, ended, error)? {
            Some(Retry { pause, attempts }) => {
                warn!(user, %error, ?pause, "Pass failed and will be tried again");
                let at = now + SignedDuration::try_from(pause).unwrap_or(SignedDuration::ZERO);
                (detail_until(error, at), PassEnd::Retry { error: error.clone(), at, attempts })
            }
            None => {
                error!(user, %error, "Pass failed");
                ("Failed".to_owned(), PassEnd::Failed { error: error.clone() })
            }
        },
    };
    info!(user, detail, "Pass ends");
    let score = match end {
        PassEnd::Done if lease.pass != PassKind::Analyze => Some(score(store, lease, meter)?),
        _ => None,
    };
    let progress = meter.finish(&detail);
    let (lines, is_news) = telling::ended(lease, &progress, &end, now);
    let written = store.finish_with(lease, &end, &LastWords { progress, score, lines }, now)?;
    if written && is_news { telling::settled(store, lease, now) } else { Ok(()) }
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
    attempts: Attempts,
}

/// How to try again; none when trying again would not help. A pass that copied something, or came closer to the message
/// that breaks the connection, was not in vain; and a server that says how long to wait is believed as often as it does.
fn retry_after(store: &Store, memory: &Memory, ended: &EndedPass, error: &Error) -> Result<Option<Retry>> {
    let EndedPass { lease, meter, .. } = ended;
    if store.is_to_blame_for(error) {
        // The worker has met what passes, too, and waits: whoever is due again waits with it.
        let pause = if passes(error) { FIRST_RETRY } else { LONGEST_RETRY };
        return Ok(Some(Retry { pause, attempts: Attempts::Keep }));
    }
    let most = most_attempts(store, lease)?;
    let most = if error.retryable { most } else { most.min(most_logins(store, lease, error)?) };
    if most == 0 {
        return Ok(None);
    }
    if let Some(pause) = error.server.as_deref().and_then(suggested_backoff) {
        return Ok(Some(Retry { pause, attempts: Attempts::Forgive }));
    }
    let folders = store.ledger_folders(lease.user.id)?.into_iter().map(|(id, _)| id);
    let learned = memory.suspects.take_narrowed(folders) | memory.folder_suspects.take_learned(lease.user.id);
    if learned || meter.read().transferred_items > lease.user.progress.transferred_items {
        return Ok(Some(Retry { pause: FIRST_RETRY, attempts: Attempts::Forgive }));
    }
    let attempts = Attempts::Count;
    Ok((lease.attempts < most).then(|| Retry { pause: pause(lease.attempts), attempts }))
}

/// How often a user of the batch is tried again; never if the batch is gone.
fn most_attempts(store: &Store, lease: &Lease) -> Result<u32> {
    match store.batch(lease.user.batch.as_str()) {
        Ok(batch) => Ok(batch.options.auto_retry_count),
        Err(error) if error.kind == ErrorKind::BatchNotFound => Ok(0),
        Err(error) => Err(error),
    }
}

/// How often a login that was refused is tried again: twice where it worked when a pass last succeeded and its endpoint is as
/// it was then. Servers refuse good passwords while what they ask is away, and lock accounts that are refused more often.
fn most_logins(store: &Store, lease: &Lease, error: &Error) -> Result<u32> {
    const MOST_LOGINS: u32 = 2;
    let is_login = matches!(error.kind, ErrorKind::AuthenticationFailed | ErrorKind::OauthMailboxUnavailable);
    let Some(worked) = lease.user.synced_at.filter(|_| is_login) else {
        return Ok(0);
    };
    let batch = match store.batch(lease.user.batch.as_str()) {
        Err(error) if error.kind == ErrorKind::BatchNotFound => return Ok(0),
        batch => batch?,
    };
    for endpoint in [Some(&batch.source_endpoint), batch.target_endpoint.as_ref()].into_iter().flatten() {
        if store.endpoint(endpoint.as_str())?.modified_at > worked {
            return Ok(0);
        }
    }
    Ok(MOST_LOGINS)
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
