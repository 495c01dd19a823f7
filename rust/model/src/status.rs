//! Statuses, and how they follow from wishes and facts. Nothing here is ever stored.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What the admin wants of a batch. Cmdlets write it, workers make it true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// Not started yet.
    Hold,
    /// Copy, then keep in step.
    Run,
    /// Stop at the next safe point.
    Stop,
    /// Stop and forget.
    Remove,
}

/// Exchange's `MigrationBatchStatus`, in its order: scripts compare the numbers (spec 1.13, 2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "spec 2.1 has their meanings")]
pub enum BatchStatus {
    Created,
    Syncing,
    Stopping,
    Stopped,
    Completed,
    Failed,
    Removing,
    Synced,
    IncrementalSyncing,
    Completing,
    CompletedWithErrors,
    SyncedWithErrors,
    Corrupted,
    Waiting,
    Starting,
}

/// Exchange's `MigrationUserStatus`, in its order (spec 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "spec 2.2 has their meanings")]
pub enum UserStatus {
    Queued,
    Validating,
    Provisioning,
    ProvisionUpdating,
    Starting,
    Syncing,
    Synced,
    IncrementalSyncing,
    IncrementalSynced,
    IncrementalFailed,
    IncrementalStopped,
    Stopping,
    Stopped,
    Failed,
    Completing,
    CompletionSynced,
    CompletionFailed,
    Completed,
    CompletedWithWarnings,
    Removing,
    Corrupted,
}

/// Exchange's `MigrationUserStatusSummary`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "spec 2.2 has their meanings")]
pub enum StatusSummary {
    Active,
    Synced,
    Completed,
    Failed,
    Stopped,
}

impl UserStatus {
    /// The summary that a status belongs to (spec 2.2).
    pub fn summary(self) -> StatusSummary {
        match self {
            Self::Synced | Self::IncrementalSynced | Self::CompletionSynced => StatusSummary::Synced,
            Self::Completed | Self::CompletedWithWarnings => StatusSummary::Completed,
            Self::Failed | Self::IncrementalFailed | Self::CompletionFailed | Self::Corrupted => {
                StatusSummary::Failed
            }
            Self::Stopped | Self::IncrementalStopped => StatusSummary::Stopped,
            _ => StatusSummary::Active,
        }
    }
}

/// What a pass does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PassKind {
    /// Copies everything.
    Initial,
    /// Copies what came since, and flag changes.
    Incremental,
    /// Counts and measures, copies nothing (`-Analyze`).
    Analyze,
}

/// What is known of a user at a moment: the input of [`user_status`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UserFacts {
    /// A worker is at it.
    pub leased: bool,
    /// The initial pass has succeeded once.
    pub seeded: bool,
    /// The last pass failed, and no retry is planned.
    pub failed: bool,
    /// A pass was asked for (`-SyncNow`, or a retry by Start) and has not begun.
    pub sync_requested: bool,
    /// The batch only analyzes.
    pub analyze: bool,
}

/// The status of a user, from its batch's wish and its own facts.
pub fn user_status(wish: Wish, facts: UserFacts) -> UserStatus {
    match wish {
        Wish::Remove => return UserStatus::Removing,
        Wish::Stop if facts.leased => return UserStatus::Stopping,
        _ => {}
    }
    match (facts.leased, facts.failed, facts.seeded) {
        (true, _, false) => UserStatus::Syncing,
        (true, _, true) => UserStatus::IncrementalSyncing,
        (false, true, false) => UserStatus::Failed,
        (false, true, true) => UserStatus::IncrementalFailed,
        (false, false, true) if facts.analyze => UserStatus::Completed,
        (false, false, false) if wish == Wish::Stop => UserStatus::Stopped,
        (false, false, true) if wish == Wish::Stop => UserStatus::IncrementalStopped,
        (false, false, false) => UserStatus::Queued,
        (false, false, true) if facts.sync_requested => UserStatus::Queued,
        (false, false, true) => UserStatus::Synced,
    }
}

/// How many users of a batch are in which state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct UserCounts {
    /// All.
    pub total: u32,
    /// In their initial pass now.
    pub syncing: u32,
    /// In an incremental pass now.
    pub incremental_syncing: u32,
    /// Waiting for their initial pass.
    pub queued: u32,
    /// Seeded, and asked for another pass that has not begun.
    pub incremental_queued: u32,
    /// Seeded, last pass good: also while their batch is stopped.
    pub synced: u32,
    /// Finished for good.
    pub completed: u32,
    /// Failed in their initial pass.
    pub failed_initial: u32,
    /// Failed in an incremental pass.
    pub failed_incremental: u32,
    /// Stopped by the admin before their initial pass was through.
    pub stopped: u32,
}

impl UserCounts {
    /// Counts `n` users with these facts.
    pub fn add(&mut self, wish: Wish, facts: UserFacts, n: u32) {
        self.total += n;
        let slot = match user_status(wish, facts) {
            UserStatus::Synced | UserStatus::IncrementalStopped => &mut self.synced,
            UserStatus::Completed => &mut self.completed,
            UserStatus::Failed => &mut self.failed_initial,
            UserStatus::IncrementalFailed => &mut self.failed_incremental,
            UserStatus::Stopped => &mut self.stopped,
            _ if facts.leased && facts.seeded => &mut self.incremental_syncing,
            _ if facts.leased => &mut self.syncing,
            _ if facts.seeded => &mut self.incremental_queued,
            _ => &mut self.queued,
        };
        *slot += n;
    }

    /// Failed in any pass.
    pub fn failed(self) -> u32 {
        self.failed_initial + self.failed_incremental
    }

    /// Being worked on.
    pub fn running(self) -> u32 {
        self.syncing + self.incremental_syncing
    }

    /// Running or waiting for a pass: Exchange's `ActiveCount`.
    pub fn active(self) -> u32 {
        self.running() + self.queued + self.incremental_queued
    }
}

/// When a batch may run, beside its wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchFacts {
    /// What the admin wants.
    pub wish: Wish,
    /// `-StartAfter`.
    pub start_after: Option<Timestamp>,
    /// `-AllowIncrementalSyncs`: without it a batch is `Stopped` after its initial sync.
    pub allow_incremental_syncs: bool,
}

/// The status of a batch, from its wish and its users.
pub fn batch_status(batch: BatchFacts, users: UserCounts, now: Timestamp) -> BatchStatus {
    match batch.wish {
        Wish::Remove => return BatchStatus::Removing,
        Wish::Hold => return BatchStatus::Created,
        Wish::Stop if users.running() > 0 => return BatchStatus::Stopping,
        Wish::Stop => return BatchStatus::Stopped,
        Wish::Run => {}
    }
    let finished = users.synced + users.completed + users.failed();
    if users.total == 0 {
        // Another batch has taken over all of them.
        return BatchStatus::Completed;
    }
    if batch.start_after.is_some_and(|at| at > now) {
        BatchStatus::Waiting
    } else if users.queued > 0 && users.queued == users.total {
        BatchStatus::Starting
    } else if users.syncing + users.queued > 0 {
        BatchStatus::Syncing
    } else if users.incremental_syncing + users.incremental_queued > 0 {
        BatchStatus::IncrementalSyncing
    } else if users.failed() > 0 && users.failed() == finished {
        BatchStatus::Failed
    } else if users.completed > 0 {
        if users.failed() > 0 { BatchStatus::CompletedWithErrors } else { BatchStatus::Completed }
    } else if !batch.allow_incremental_syncs {
        BatchStatus::Stopped
    } else if users.failed() > 0 {
        BatchStatus::SyncedWithErrors
    } else {
        BatchStatus::Synced
    }
}

/// Exchange's data consistency score, with our published thresholds (spec 5). It says what was checked: who was not
/// checked has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum DataConsistencyScore {
    /// Nothing was left behind.
    Perfect,
    /// Only harmless things: a keyword, a repaired header.
    Good,
    /// At most 10 messages, or 0.1 %, were left behind.
    Investigate,
    /// More, or a whole folder.
    Poor,
}

impl DataConsistencyScore {
    /// The score of a user: `benign` losses, messages left behind, folders left behind, messages in all.
    pub fn of(benign: u64, messages: u64, folders: u64, total: u64) -> Self {
        if folders > 0 || messages > (total / 1000).max(10) {
            Self::Poor
        } else if messages > 0 {
            Self::Investigate
        } else if benign > 0 {
            Self::Good
        } else {
            Self::Perfect
        }
    }

    /// The score of a batch from those of its users: the worst. Perfect and Good promise that no message was left behind,
    /// which nobody knows as long as a user has none; the others are findings, and the least that is so.
    pub fn of_batch(users: impl IntoIterator<Item = Option<Self>>) -> Option<Self> {
        let (mut worst, mut all_checked) = (None, true);
        for score in users {
            worst = worst.max(score);
            all_checked &= score.is_some();
        }
        worst.filter(|score| all_checked || *score >= Self::Investigate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: BatchFacts = BatchFacts { wish: Wish::Run, start_after: None, allow_incremental_syncs: true };

    fn status(wish: Wish, users: &[UserFacts]) -> BatchStatus {
        let mut counts = UserCounts::default();
        for facts in users {
            counts.add(wish, *facts, 1);
        }
        batch_status(BatchFacts { wish, ..RUN }, counts, Timestamp::UNIX_EPOCH)
    }

    const QUEUED: UserFacts =
        UserFacts { leased: false, seeded: false, failed: false, sync_requested: false, analyze: false };
    const SYNCING: UserFacts = UserFacts { leased: true, ..QUEUED };
    const SYNCED: UserFacts = UserFacts { seeded: true, ..QUEUED };
    const FAILED: UserFacts = UserFacts { failed: true, ..QUEUED };

    #[test]
    fn a_batch_goes_from_created_to_synced() {
        assert_eq!(status(Wish::Hold, &[QUEUED]), BatchStatus::Created);
        assert_eq!(status(Wish::Run, &[QUEUED, QUEUED]), BatchStatus::Starting);
        assert_eq!(status(Wish::Run, &[SYNCING, QUEUED]), BatchStatus::Syncing);
        assert_eq!(status(Wish::Run, &[SYNCED, QUEUED]), BatchStatus::Syncing);
        assert_eq!(status(Wish::Run, &[SYNCED, SYNCED]), BatchStatus::Synced);
    }

    #[test]
    fn a_batch_whose_users_another_one_has_taken_over_is_done() {
        assert_eq!(status(Wish::Run, &[]), BatchStatus::Completed);
        assert_eq!(status(Wish::Stop, &[]), BatchStatus::Stopped);
        assert_eq!(status(Wish::Hold, &[]), BatchStatus::Created);
    }

    #[test]
    fn a_requested_sync_shows_before_a_worker_takes_it() {
        let requested = UserFacts { sync_requested: true, ..SYNCED };
        assert_eq!(user_status(Wish::Run, requested), UserStatus::Queued);
        assert_eq!(status(Wish::Run, &[requested, SYNCED]), BatchStatus::IncrementalSyncing);
    }

    #[test]
    fn failures_show_only_when_nothing_is_left_to_do() {
        assert_eq!(status(Wish::Run, &[FAILED, QUEUED]), BatchStatus::Syncing);
        assert_eq!(status(Wish::Run, &[FAILED, SYNCED]), BatchStatus::SyncedWithErrors);
        assert_eq!(status(Wish::Run, &[FAILED, FAILED]), BatchStatus::Failed);
    }

    #[test]
    fn stopping_waits_for_the_last_pass() {
        assert_eq!(status(Wish::Stop, &[SYNCING, SYNCED]), BatchStatus::Stopping);
        assert_eq!(status(Wish::Stop, &[QUEUED, SYNCED]), BatchStatus::Stopped);
    }

    #[test]
    fn users_whose_mail_is_copied_stay_synced_when_their_batch_is_stopped() {
        let mut counts = UserCounts::default();
        counts.add(Wish::Stop, SYNCED, 3);
        counts.add(Wish::Stop, QUEUED, 2);
        assert_eq!((counts.synced, counts.stopped, counts.total), (3, 2, 5));
    }

    #[test]
    fn a_batch_waits_for_its_start_time() {
        let later = Timestamp::from_second(10).unwrap();
        let counts = UserCounts { total: 1, queued: 1, ..UserCounts::default() };
        let waiting = BatchFacts { start_after: Some(later), ..RUN };
        assert_eq!(batch_status(waiting, counts, Timestamp::UNIX_EPOCH), BatchStatus::Waiting);
        assert_eq!(batch_status(waiting, counts, later), BatchStatus::Starting);
    }

    #[test]
    fn an_analysis_ends_completed() {
        let analyzed = UserFacts { analyze: true, ..SYNCED };
        assert_eq!(user_status(Wish::Run, analyzed), UserStatus::Completed);
        assert_eq!(status(Wish::Run, &[analyzed]), BatchStatus::Completed);
    }

    #[test]
    fn without_incremental_syncs_a_batch_is_stopped_after_the_initial_one() {
        let counts = UserCounts { total: 1, synced: 1, ..UserCounts::default() };
        let once = BatchFacts { allow_incremental_syncs: false, ..RUN };
        assert_eq!(batch_status(once, counts, Timestamp::UNIX_EPOCH), BatchStatus::Stopped);
    }

    #[test]
    fn the_score_tells_harmless_from_lost() {
        use DataConsistencyScore::*;
        let scores = [(0, 0, 0), (3, 0, 0), (0, 10, 0), (0, 11, 0), (0, 0, 1)]
            .map(|(b, m, f)| DataConsistencyScore::of(b, m, f, 500));
        assert_eq!(scores, [Perfect, Good, Investigate, Poor, Poor]);
    }

    #[test]
    fn a_batch_is_perfect_or_good_only_when_all_users_were_checked_and_has_the_worst_finding_at_once() {
        use DataConsistencyScore::*;
        let of =
            |users: &[Option<DataConsistencyScore>]| DataConsistencyScore::of_batch(users.iter().copied());
        assert_eq!((of(&[]), of(&[None])), (None, None));
        for score in [Perfect, Good, Investigate, Poor] {
            assert_eq!(of(&[Some(Perfect), Some(score)]), Some(score));
            assert_eq!(of(&[None, Some(score)]), Some(score).filter(|score| *score >= Investigate));
        }
    }
}
