//! Batches: a named set of migration users with options.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Name;
use crate::status::{BatchFacts, Wish};

/// What may be changed in a message that the target has refused as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Repair {
    /// NUL characters are dropped (RFC 3501 §9 forbids them in a literal).
    NulCharacters,
    /// Line feeds and carriage returns that stand alone become CRLF, and the last line gets its end (RFC 5322 §2.3).
    BareLineFeeds,
    /// Lines that servers refuse for their length are broken.
    LongLines,
}

/// What the admin set on a batch (spec 1.6). Stored as it is; the folder and content filters are checked when set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BatchOptions {
    /// Not before then.
    pub start_after: Option<Timestamp>,
    /// Kept and shown; IMAP batches have no completion in Exchange.
    pub complete_after: Option<Timestamp>,
    /// Only these folders.
    pub include_folders: Vec<String>,
    /// Not these folders.
    pub exclude_folders: Vec<String>,
    /// Only messages that match: `Received -ge '2019/4/30'`.
    pub content_filter: Option<String>,
    /// How to repair messages that the target refuses.
    pub repair: Vec<Repair>,
    /// Who asked for reports by mail.
    pub notification_emails: Vec<String>,
    /// Seconds between two reports; 0 is never.
    pub report_interval_seconds: u64,
    /// No automatic reports.
    pub skip_reports: bool,
    /// The zone in which times were given.
    pub time_zone: Option<String>,
    /// Whether the batch stays in step after its initial sync.
    pub allow_incremental_syncs: bool,
    /// How often a user with transient errors is tried again before it counts as failed.
    pub auto_retry_count: u32,
    /// Count and measure only.
    pub analyze: bool,
}

impl Default for BatchOptions {
    fn default() -> Self {
        Self {
            start_after: None,
            complete_after: None,
            include_folders: Vec::new(),
            exclude_folders: Vec::new(),
            content_filter: None,
            repair: Vec::new(),
            notification_emails: Vec::new(),
            report_interval_seconds: 86_400,
            skip_reports: false,
            time_zone: None,
            allow_incremental_syncs: true,
            auto_retry_count: 5,
            analyze: false,
        }
    }
}

/// A batch as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Its identity for machines.
    pub guid: Uuid,
    /// Its identity for people.
    pub name: Name,
    /// What the admin wants of it.
    pub wish: Wish,
    /// The name of the source endpoint.
    pub source_endpoint: Name,
    /// The name of the target endpoint; none only in an analysis.
    pub target_endpoint: Option<Name>,
    /// What the admin set.
    pub options: BatchOptions,
    /// Who made it.
    pub submitted_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was first started.
    pub started_at: Option<Timestamp>,
}

impl Batch {
    /// Exchange syncs every 24 hours (spec 2.4).
    pub const SYNC_INTERVAL_SECONDS: i64 = 86_400;

    /// What its status depends on, beside its users.
    pub fn facts(&self) -> BatchFacts {
        BatchFacts {
            wish: self.wish,
            start_after: self.options.start_after,
            allow_incremental_syncs: self.options.allow_incremental_syncs,
        }
    }
}
