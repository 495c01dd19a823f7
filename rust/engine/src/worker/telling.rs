//! Tells in the reports what becomes of passes: of a user everything, of a batch what its admin asks for first.
//!
//! A batch's report is short: of incremental passes it names those that failed or copied something.

use std::collections::BTreeSet;

use jiff::Timestamp;
use model::status::{PassKind, Wish, batch_status};
use model::{ErrorKind, Lease, Progress, ReportEntry, Result};
use store::{PassEnd, ReportOf, Store};

use crate::pass::report::sentences;

/// The batches whose first user has been told of. Those whose passes were stopped begin anew.
#[derive(Debug, Default)]
pub(super) struct Begun(BTreeSet<String>);

impl Begun {
    /// The line of each batch of which these are the first users.
    pub(super) fn lines(&mut self, leases: &[Lease], at: Timestamp) -> Vec<(ReportOf, ReportEntry)> {
        let line = |lease: &Lease| {
            let first = self.0.insert(lease.user.batch.to_string());
            let text = format!(
                "{} of the first user begins: {}.",
                sentences::name(lease.pass),
                lease.user.row.email_address
            );
            first.then_some((ReportOf::BatchOf(lease.user.id), ReportEntry { at, text }))
        };
        leases.iter().filter_map(line).collect()
    }

    /// Whatever begins in this batch next is a beginning again.
    pub(super) fn forget(&mut self, batch: &str) {
        self.0.remove(batch);
    }
}

/// How a user's pass ends, and whether that is news of its batch.
pub(super) fn ended(
    lease: &Lease,
    progress: &Progress,
    end: &PassEnd,
    now: Timestamp,
) -> (Vec<(ReportOf, ReportEntry)>, bool) {
    let text = sentence(lease.pass, progress, end);
    let entry = |text| ReportEntry { at: now, text };
    let mut lines = vec![(ReportOf::User(lease.user.id), entry(text.clone()))];
    let is_news = is_news(lease, progress, end);
    if is_news {
        let address = &lease.user.row.email_address;
        lines.push((ReportOf::BatchOf(lease.user.id), entry(format!("{address}: {text}"))));
    }
    (lines, is_news)
}

fn sentence(pass: PassKind, progress: &Progress, end: &PassEnd) -> String {
    let (name, counts) = (sentences::name(pass), sentences::counts(progress));
    match end {
        PassEnd::Done if pass == PassKind::Analyze => format!("{name} has completed."),
        PassEnd::Done => format!("{name} has completed. {counts}"),
        PassEnd::Stopped => format!("{name} was stopped. {counts}"),
        PassEnd::Retry { error, at, .. } => sentences::transient(error, *at),
        PassEnd::Failed { error } => sentences::fatal(error),
    }
}

fn is_news(lease: &Lease, progress: &Progress, end: &PassEnd) -> bool {
    let before = &lease.user.progress;
    match end {
        PassEnd::Failed { .. } => true,
        PassEnd::Done => {
            lease.pass != PassKind::Incremental
                || lease.user.error.is_some()
                || progress.transferred_items > before.transferred_items
        }
        PassEnd::Stopped | PassEnd::Retry { .. } => false,
    }
}

/// Tells how the batch stands where nothing is left to do for now. It may be gone meanwhile.
pub(super) fn settled(store: &Store, lease: &Lease, now: Timestamp) -> Result<()> {
    let summary = match store.batch_summary(lease.user.batch.as_str(), now) {
        Err(e) if e.kind == ErrorKind::BatchNotFound => return Ok(()),
        summary => summary?,
    };
    if summary.batch.wish != Wish::Run || summary.counts.active() > 0 {
        return Ok(());
    }
    let (counts, totals) = (summary.counts, summary.totals);
    let progress = Progress {
        source_items: totals.source_items,
        source_bytes: totals.source_bytes,
        synced_items: totals.synced_items,
        transferred_bytes: totals.transferred_bytes,
        skipped_items: totals.skipped_items,
        ..Progress::default()
    };
    let text = format!(
        "The batch is {:?}: {} of {} users synced, {} failed. {}",
        batch_status(summary.batch.facts(), counts, now),
        counts.synced + counts.completed,
        counts.total,
        counts.failed(),
        sentences::counts(&progress)
    );
    store.add_report(ReportOf::Batch(summary.batch.guid), &[ReportEntry { at: now, text }])
}

/// Tells that a worker died at work. Its users are still leased.
pub(super) fn predecessor_gone(store: &Store, now: Timestamp) -> Result<()> {
    let lines: Vec<_> = store
        .batches_at_work()?
        .into_iter()
        .map(|(batch, users)| {
            let text = format!("The worker is gone that was at work on {users} users. Another one goes on.");
            (ReportOf::Batch(batch), ReportEntry { at: now, text })
        })
        .collect();
    if lines.is_empty() { Ok(()) } else { store.add_reports(&lines) }
}
