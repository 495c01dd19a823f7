//! From what is stored to what is shown. Pure.

use jiff::Timestamp;
use model::contract::{BatchView, EndpointView, UserErrorView, UserStatisticsView, UserView};
use model::status::{Wish, batch_status, user_status};
use model::{Endpoint, Place, Progress, ReportEntry, SkippedItem, User};
use store::BatchSummary;

/// An endpoint, and how many users it is serving now: initial and incremental.
pub(super) fn endpoint(endpoint: Endpoint, active: (u32, u32)) -> EndpointView {
    let endpoint_type = endpoint.place.endpoint_type().to_owned();
    let (server, path) = match endpoint.place {
        Place::Imap(server) => (Some(server), None),
        Place::Maildir { path } => (None, Some(path)),
    };
    EndpointView {
        name: endpoint.name.to_string(),
        guid: endpoint.guid,
        endpoint_type,
        role: endpoint.role,
        port: server.as_ref().map(|s| s.port),
        security: server.as_ref().map(|s| s.security),
        accept_untrusted_certificates: server.as_ref().is_some_and(|s| s.accept_untrusted_certificates),
        remote_server: server.map(|s| s.remote_server),
        path,
        max_concurrent_migrations: endpoint.max_concurrent_migrations,
        max_concurrent_incremental_syncs: endpoint.max_concurrent_incremental_syncs,
        user_name: endpoint.credentials.map(|c| c.user_name),
        admin_login_format: endpoint.admin_login_format,
        login_separator: endpoint.login_separator,
        active_migration_count: active.0,
        active_incremental_sync_count: active.1,
        created_at: endpoint.created_at,
        modified_at: endpoint.modified_at,
    }
}

/// A batch with its users' sums.
pub(super) fn batch(
    summary: BatchSummary,
    report: Vec<ReportEntry>,
    message: Option<String>,
    now: Timestamp,
) -> BatchView {
    let BatchSummary { batch, counts, totals, score, initial_sync_at, last_synced_at, .. } = summary;
    BatchView {
        name: batch.name.to_string(),
        guid: batch.guid,
        status: batch_status(batch.facts(), counts, now),
        source_endpoint: batch.source_endpoint.to_string(),
        target_endpoint: batch.target_endpoint.map(|name| name.to_string()),
        counts,
        options: batch.options,
        submitted_by: batch.submitted_by,
        created_at: batch.created_at,
        started_at: batch.started_at,
        initial_sync_at,
        last_synced_at,
        data_consistency_score: score,
        source_items: totals.source_items,
        source_bytes: totals.source_bytes,
        synced_items: totals.synced_items,
        skipped_items: totals.skipped_items,
        transferred_bytes: totals.transferred_bytes,
        percentage_complete: percentage(totals.synced_items, totals.skipped_items, totals.source_items),
        message,
        report,
    }
}

/// A user of a batch of this wish.
pub(super) fn user(user: &User, wish: Wish) -> UserView {
    let status = user_status(wish, user.facts);
    UserView {
        identity: user.row.email_address.clone(),
        guid: user.guid,
        batch: user.batch.to_string(),
        status,
        status_summary: status.summary(),
        synced_item_count: user.progress.synced_items,
        skipped_item_count: user.progress.skipped_items,
        last_successful_sync_at: user.synced_at,
        error_summary: user.error.as_ref().map(ToString::to_string),
        data_consistency_score: user.score,
        csv_line: user.row.line,
    }
}

/// A user's statistics.
pub(super) fn statistics(
    of: User,
    wish: Wish,
    skipped_items: Vec<SkippedItem>,
    report: Vec<ReportEntry>,
) -> UserStatisticsView {
    let view = user(&of, wish);
    let User { progress, error, failed_at, seeded_at, updated_at, due_at, .. } = of;
    UserStatisticsView {
        user: view,
        percentage_complete: percentage(progress.synced_items, progress.skipped_items, progress.source_items),
        average_bytes_per_hour: bytes_per_hour(&progress),
        progress,
        initial_seeding_completed_at: seeded_at,
        last_updated_at: updated_at,
        next_sync_at: due_at,
        error: error.map(|error| UserErrorView { error, at: failed_at }),
        skipped_items,
        report,
    }
}

fn bytes_per_hour(progress: &Progress) -> u64 {
    progress.transferred_bytes.saturating_mul(3_600_000).checked_div(progress.in_progress_ms).unwrap_or(0)
}

/// What is done of what there is, never 100 before everything is.
pub(super) fn percentage(synced: u64, skipped: u64, total: u64) -> u8 {
    let done = synced.saturating_add(skipped);
    if total == 0 {
        return 0;
    }
    let percent = done.saturating_mul(100).checked_div(total).unwrap_or(0).min(100);
    u8::try_from(percent).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_100_only_when_everything_is_done() {
        assert_eq!(percentage(999, 0, 1000), 99);
        assert_eq!(percentage(999, 1, 1000), 100);
        assert_eq!(percentage(0, 0, 0), 0);
        assert_eq!(percentage(2000, 0, 1000), 100);
    }
}
