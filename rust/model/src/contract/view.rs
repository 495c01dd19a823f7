//! Views: the objects that cmdlets show, with the facts that Exchange shows (spec 1.3 to 1.11) and ours.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Error;
use crate::batch::BatchOptions;
use crate::endpoint::{AdminLoginFormat, Limit, Role, Security};
use crate::oauth::{Claims, Cloud};
use crate::status::{BatchStatus, DataConsistencyScore, StatusSummary, UserCounts, UserStatus};
use crate::user::{Progress, ReportEntry, SkippedItem};

/// The open store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoreView {
    /// Its folder.
    pub path: String,
    /// Whether this call made it.
    pub created: bool,
    /// The version of its tables.
    pub schema_version: u32,
    /// How many endpoints it holds.
    pub endpoints: u64,
    /// How many batches it holds.
    pub batches: u64,
    /// How many users it holds.
    pub users: u64,
}

/// An endpoint (spec 1.3). Passwords are never shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "spec 1.3 and model::Endpoint")]
pub struct EndpointView {
    pub name: String,
    pub guid: Uuid,
    /// `IMAP` or `Maildir`.
    pub endpoint_type: String,
    pub role: Role,
    pub remote_server: Option<String>,
    pub port: Option<u16>,
    pub security: Option<Security>,
    pub accept_untrusted_certificates: bool,
    /// The folder of a Maildir endpoint.
    pub path: Option<String>,
    pub max_concurrent_migrations: Limit,
    pub max_concurrent_incremental_syncs: Limit,
    /// The administrator's logon name.
    pub user_name: Option<String>,
    pub admin_login_format: AdminLoginFormat,
    pub login_separator: String,
    /// How tokens are had, where they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth: Option<OAuthView>,
    /// Users in their initial pass now.
    pub active_migration_count: u32,
    /// Users in an incremental pass now.
    pub active_incremental_sync_count: u32,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
}

/// How tokens are had. No secret is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OAuthView {
    /// `Office365`, `Google` or `Other`.
    pub provider: String,
    /// On what grounds: `ClientSecret`, `Certificate`, `Interactive`, `DeviceCode`, `ServiceAccount` or `Command`.
    pub grant: String,
    /// Which of Microsoft's clouds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloud: Option<Cloud>,
    /// The tenant, as the admin gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// The application, or the service account's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_id: Option<String>,
    /// Where tokens are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// What for.
    pub scope: String,
    /// The application's certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<CertificateView>,
    /// What the last token that was tested said of itself; none where it is opaque, or none was tested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims: Option<Claims>,
}

/// What a connection test found (spec 1.5). Filled as far as the test came.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConnectionTestView {
    /// Whether everything asked for worked.
    pub success: bool,
    /// One sentence.
    pub message: String,
    /// What failed.
    pub error: Option<Error>,
    /// The endpoint's name, if one was tested.
    pub endpoint: Option<String>,
    /// The host.
    pub remote_server: Option<String>,
    /// The port.
    pub port: Option<u16>,
    /// How the connection was protected.
    pub security: Option<Security>,
    /// The folder, of a Maildir endpoint.
    pub path: Option<String>,
    /// The addresses that the host name stands for.
    pub addresses: Vec<String>,
    /// Milliseconds to open the TCP connection.
    pub latency_ms: Option<f64>,
    /// `TLSv1.3`.
    pub tls_version: Option<String>,
    /// The cipher suite's name.
    pub cipher_suite: Option<String>,
    /// The server's certificate.
    pub certificate: Option<CertificateView>,
    /// The server's first line.
    pub greeting: Option<String>,
    /// The last capabilities that the server told.
    pub capabilities: Vec<String>,
    /// Of these, the ways to log in.
    pub auth_mechanisms: Vec<String>,
    /// What the server says it is (RFC 2971).
    pub server_software: Option<String>,
    /// The prefix of personal folders, after a login (RFC 2342).
    pub namespace_prefix: Option<String>,
    /// What separates folder levels, after a login.
    pub delimiter: Option<String>,
    /// Whether a login was tried and worked.
    pub logged_in: bool,
    /// What the token says of itself, where one was asked for and is not opaque.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims: Option<Claims>,
}

/// A server's certificate.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CertificateView {
    /// Whom it names.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// Valid from.
    pub not_before: Option<Timestamp>,
    /// Valid until.
    pub not_after: Option<Timestamp>,
    /// SHA-256 of the certificate, upper-case hex.
    pub thumbprint: String,
}

/// What a check of a CSV found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CsvCheckView {
    /// Whether a batch can be made from it.
    pub valid: bool,
    /// Rows after the header.
    pub row_count: u64,
    /// The columns of the header.
    pub columns: Vec<String>,
    /// `UTF-8`, `UTF-16LE`, `windows-1252`, …
    pub encoding: String,
    /// The column separator.
    pub delimiter: String,
    /// Everything that stands in the way, in the order of the file.
    pub errors: Vec<CsvFault>,
    /// What does not stand in the way.
    pub warnings: Vec<CsvFault>,
}

/// One thing wrong with a CSV, with its place and its remedy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CsvFault {
    /// The line of the file, the header being line 1; none where the whole file is meant.
    pub line: Option<u32>,
    /// The column's name or number.
    pub column: Option<String>,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub remedy: String,
}

/// A batch (spec 1.8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "spec 1.8 and model::Batch")]
pub struct BatchView {
    pub name: String,
    pub guid: Uuid,
    pub status: BatchStatus,
    pub source_endpoint: String,
    pub target_endpoint: Option<String>,
    pub counts: UserCounts,
    pub options: BatchOptions,
    pub submitted_by: String,
    pub created_at: Timestamp,
    pub started_at: Option<Timestamp>,
    /// When the last user's initial pass succeeded; none while one is missing, and its start where all had theirs before.
    pub initial_sync_at: Option<Timestamp>,
    /// When a pass of any user last succeeded, since it was started.
    pub last_synced_at: Option<Timestamp>,
    /// The worst of the users' scores. As long as a user has none, only one that is worse than Good.
    pub data_consistency_score: Option<DataConsistencyScore>,
    /// Whether every mailbox has been looked into: else there is at least as much on the sources as the totals say.
    pub totals_known: bool,
    /// The users' progress, added up.
    pub source_items: u64,
    pub source_bytes: u64,
    pub synced_items: u64,
    pub skipped_items: u64,
    pub transferred_bytes: u64,
    /// By users, each as far as its initial pass is: 100 when all of them have succeeded.
    pub percentage_complete: u8,
    /// What keeps all of it waiting now, if anything does. One sentence.
    pub message: Option<String>,
    /// The batch's report, if asked for.
    pub report: Vec<ReportEntry>,
}

/// A migration user (spec 1.10).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "spec 1.10 and model::User")]
pub struct UserView {
    /// The address.
    pub identity: String,
    pub guid: Uuid,
    pub batch: String,
    pub status: UserStatus,
    pub status_summary: StatusSummary,
    pub synced_item_count: u64,
    pub skipped_item_count: u64,
    pub last_successful_sync_at: Option<Timestamp>,
    /// One sentence.
    pub error_summary: Option<String>,
    /// None where nothing was checked: no pass has gone through all of the mailbox, or the last one failed.
    pub data_consistency_score: Option<DataConsistencyScore>,
    /// The line of the CSV.
    pub csv_line: u32,
}

/// A user's statistics (spec 1.11): the user, and what its passes did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "spec 1.11 and model::user::Progress")]
pub struct UserStatisticsView {
    pub user: UserView,
    pub progress: Progress,
    pub percentage_complete: u8,
    pub average_bytes_per_hour: u64,
    pub initial_seeding_completed_at: Option<Timestamp>,
    pub last_updated_at: Timestamp,
    /// From when on the next pass may begin; none while one runs, or the batch does not.
    pub next_sync_at: Option<Timestamp>,
    pub error: Option<UserErrorView>,
    pub skipped_items: Vec<SkippedItem>,
    /// The user's report, if asked for.
    pub report: Vec<ReportEntry>,
}

/// Why a user's last pass failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UserErrorView {
    /// The error.
    pub error: Error,
    /// When.
    pub at: Option<Timestamp>,
}

/// Whether a folder is the same on both sides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FolderVerificationView {
    /// The user.
    pub identity: String,
    /// The folder on the source, as a person reads it.
    pub source_folder: String,
    /// The folder on the target.
    pub target_folder: String,
    /// Messages on the source.
    pub source_items: u64,
    /// Messages on the target.
    pub target_items: u64,
    /// Bytes on the source.
    pub source_bytes: u64,
    /// Whether all that both sides count was read, and every source message is on the target once, with the same bytes,
    /// date and flags, in the same order.
    pub identical: bool,
    /// What differs, a line each; the first twenty.
    pub differences: Vec<String>,
}

/// The worker of a store.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WorkerView {
    /// Whether one is running.
    pub running: bool,
    /// Its process.
    pub process_id: Option<u32>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it last showed a sign of life.
    pub last_seen_at: Option<Timestamp>,
    /// Users it is working on.
    pub active_users: u32,
    /// Its version.
    pub version: Option<String>,
    /// Its log file.
    pub log_path: Option<String>,
    /// The store it serves.
    pub store: String,
    /// What keeps it from its work now, if anything does. One sentence.
    pub message: Option<String>,
}
