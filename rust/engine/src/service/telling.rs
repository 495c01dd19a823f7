//! What a batch's report says of the admin's wishes.

use model::status::Wish;
use model::{Batch, Endpoint, ReportEntry, Result};
use store::{BatchSummary, ReportOf};

use super::context::Context;

/// A batch that was started, again or for the first time.
pub(super) const STARTED: &str = "The batch was started.";

/// What becomes of who gets another mailbox.
const ANEW: &str = "the record of what was copied is dropped, and copying begins anew; what lies on the target is compared \
    and not doubled";

/// Adds a line to a batch's report.
pub(super) fn tell(context: &Context, batch: &Batch, text: impl Into<String>) -> Result<()> {
    let entry = ReportEntry { at: context.now, text: text.into() };
    context.store.add_report(ReportOf::Batch(batch.guid), &[entry])
}

/// Who made a batch, and of what.
pub(super) fn created(batch: &Batch, users: usize) -> String {
    let by = Some(&batch.submitted_by).filter(|by| !by.is_empty()).map(|by| format!(" by {by}"));
    let target = batch.target_endpoint.as_ref().map(|target| format!(" to {target}"));
    format!(
        "The batch was created{}: {users} users, from {}{}.",
        by.unwrap_or_default(),
        batch.source_endpoint,
        target.unwrap_or_default()
    )
}

/// Whom a sync that was asked for does not reach, and what does: users that have failed (spec 1.7), and who is not wished to run.
pub(super) fn not_synced(summary: &BatchSummary) -> Vec<String> {
    let (name, failed) = (&summary.batch.name, summary.counts.failed());
    let waits = (summary.batch.wish != Wish::Run).then(|| {
        format!("the batch `{name}` is not running, so the sync begins when Start-MigrationBatch resumes it")
    });
    let (users, are) = if failed == 1 { ("user that has", "is") } else { ("users that have", "are") };
    let left_alone = (failed > 0).then(|| {
        format!(
            "{failed} {users} failed in the batch `{name}` {are} not synced by this; Start-MigrationBatch tries again"
        )
    });
    waits.into_iter().chain(left_alone).collect()
}

/// Users whose record a new batch would drop, as it has other mailboxes for them.
pub(super) fn other_mailboxes(addresses: &[String]) -> Option<String> {
    const NAMED: usize = 5;
    let (first, count) = (addresses.first()?, addresses.len());
    let named = match count {
        1 => format!("`{first}` has another source or target mailbox"),
        2..=NAMED => format!("`{}` have other source or target mailboxes", addresses.join("`, `")),
        _ => format!("`{first}` and {} more have other source or target mailboxes", count.saturating_sub(1)),
    };
    Some(format!("{named} than before: {ANEW}"))
}

/// A batch whose endpoints lead elsewhere from now on, and how many of its users have a record.
pub(super) fn other_places(batch: &Batch, users: u64) -> Option<String> {
    let are = if users == 1 { "user has" } else { "users have" };
    (users > 0).then(|| {
        format!(
            "the batch `{}` leads to another server or folder, and {users} {are} a record: {ANEW}",
            batch.name
        )
    })
}

/// An endpoint that leads elsewhere, and the batches that keep their records all the same.
pub(super) fn moved_endpoint(endpoint: &Endpoint) -> String {
    format!(
        "endpoint `{}` leads to another server or folder now, and its batches keep their record of what was copied: if \
         other mail lies there, none of what they recorded is copied again; give them a new endpoint with \
         Set-MigrationBatch instead",
        endpoint.name
    )
}

/// What is not as it was, by the names of Set-MigrationBatch's parameters.
pub(super) fn changes(before: &Batch, now: &Batch) -> Vec<&'static str> {
    let (old, new) = (&before.options, &now.options);
    let changed = [
        ("SourceEndpoint", before.source_endpoint != now.source_endpoint),
        ("TargetEndpoint", before.target_endpoint != now.target_endpoint),
        ("StartAfter", old.start_after != new.start_after),
        ("CompleteAfter", old.complete_after != new.complete_after),
        ("IncludeFolders", old.include_folders != new.include_folders),
        ("ExcludeFolders", old.exclude_folders != new.exclude_folders),
        ("ContentFilter", old.content_filter != new.content_filter),
        ("Repair", old.repair != new.repair),
        ("NotificationEmails", old.notification_emails != new.notification_emails),
        ("ReportInterval", old.report_interval_seconds != new.report_interval_seconds),
        ("SkipReports", old.skip_reports != new.skip_reports),
        ("AllowIncrementalSyncs", old.allow_incremental_syncs != new.allow_incremental_syncs),
        ("AutoRetryCount", old.auto_retry_count != new.auto_retry_count),
    ];
    changed.into_iter().filter_map(|(name, changed)| changed.then_some(name)).collect()
}
