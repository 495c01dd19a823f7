//! From what is stored to what is shown. Pure.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use model::contract::{BatchView, EndpointView, OAuthView, UserErrorView, UserStatisticsView, UserView};
use model::oauth::{Claims, Grant, OAuth, Provider};
use model::status::{BatchFacts, UserCounts, Wish, batch_status, user_status};
use model::{Endpoint, Place, Progress, ReportEntry, SkippedItem, User};
use store::{BatchSummary, Totals};
use wire::Certificate;

use super::probed::certificate;

/// An endpoint, and how many users it is serving now: initial and incremental.
pub(super) fn endpoint(endpoint: Endpoint, active: (u32, u32)) -> EndpointView {
    let oauth = endpoint.oauth.as_ref().map(|oauth| tokens(oauth, endpoint.claims));
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
        oauth,
        active_migration_count: active.0,
        active_incremental_sync_count: active.1,
        created_at: endpoint.created_at,
        modified_at: endpoint.modified_at,
    }
}

/// How tokens are had, without what is secret of it.
fn tokens(oauth: &OAuth, claims: Option<Claims>) -> OAuthView {
    let (provider, cloud, tenant) = match &oauth.provider {
        Provider::Office365 { cloud, tenant } => ("Office365", Some(*cloud), Some(tenant.clone())),
        Provider::Google => ("Google", None, None),
        Provider::Other => ("Other", None, None),
    };
    let (application_id, der) = match &oauth.grant {
        Grant::ServiceAccount { client_email, .. } => (Some(client_email.clone()), None),
        Grant::Certificate { certificate, .. } => {
            (oauth.application_id.clone(), BASE64_STANDARD.decode(certificate).ok())
        }
        _ => (oauth.application_id.clone(), None),
    };
    let authority = oauth.authority.clone().or_else(|| cloud.map(|cloud| cloud.authority().to_owned()));
    OAuthView {
        provider: provider.to_owned(),
        grant: oauth.grant.word().to_owned(),
        cloud,
        tenant,
        application_id,
        authority,
        scope: oauth.scope(),
        certificate: der.map(|der| certificate(Certificate::read(&der))),
        claims,
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
    // Users that it took over were synced before it began, which was not its doing.
    let began = batch.started_at;
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
        initial_sync_at: initial_sync_at.zip(began).map(|(at, began)| at.max(began)),
        last_synced_at: last_synced_at.filter(|at| began.is_some_and(|began| *at >= began)),
        data_consistency_score: score,
        totals_known: totals_known(counts, totals),
        source_items: totals.source_items,
        source_bytes: totals.source_bytes,
        synced_items: totals.synced_items,
        skipped_items: totals.skipped_items,
        transferred_bytes: totals.transferred_bytes,
        percentage_complete: percent(totals.thousandths, counts.total),
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
    batch: BatchFacts,
    skipped_items: Vec<SkippedItem>,
    report: Vec<ReportEntry>,
) -> UserStatisticsView {
    let view = user(&of, batch.wish);
    let next_sync_at = next_sync_at(&of, batch);
    let User { progress, thousandths, error, failed_at, seeded_at, updated_at, .. } = of;
    UserStatisticsView {
        user: view,
        percentage_complete: percent(thousandths.into(), 1),
        average_bytes_per_hour: bytes_per_hour(&progress),
        progress,
        initial_seeding_completed_at: seeded_at,
        last_updated_at: updated_at,
        next_sync_at,
        error: error.map(|error| UserErrorView { error, at: failed_at }),
        skipped_items,
        report,
    }
}

/// None while a pass runs, nor where nobody would begin one.
fn next_sync_at(user: &User, batch: BatchFacts) -> Option<Timestamp> {
    let comes = batch.wish == Wish::Run && !user.facts.leased;
    user.due_at.filter(|_| comes).map(|due| batch.start_after.map_or(due, |start| due.max(start)))
}

fn bytes_per_hour(progress: &Progress) -> u64 {
    progress.transferred_bytes.saturating_mul(3_600_000).checked_div(progress.in_progress_ms).unwrap_or(0)
}

/// How far users are on the average, from their thousandths added up: 100 only when all of them are through.
pub(super) fn percent(thousandths: u64, users: u32) -> u8 {
    let percent = thousandths.checked_div(u64::from(users).saturating_mul(10)).unwrap_or(0);
    u8::try_from(percent.min(100)).unwrap_or(100)
}

/// Whether it is known how much there is.
pub(super) fn totals_known(counts: UserCounts, totals: Totals) -> bool {
    totals.opened_users >= counts.total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_100_only_when_every_user_is_through() {
        assert_eq!(percent(31_000, 60), 51);
        assert_eq!(percent(59_999, 60), 99);
        assert_eq!(percent(60_000, 60), 100);
        assert_eq!(percent(0, 0), 0);
    }
}
