//! Requests: what a cmdlet asks for.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{CsvText, Environment};
use crate::endpoint::{AdminLoginFormat, Credentials, ImapServer, Limit, Place, Role};
use crate::oauth::{Cloud, Grant, OAuth};
use crate::status::{BatchStatus, StatusSummary, UserStatus};

/// One request, as it crosses the ABI.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// The store's folder or URL; without it the process's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<String>,
    /// The worker executable, for requests that may start one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<String>,
    /// What counts of the host's environment.
    #[serde(default, skip_serializing_if = "Environment::is_own")]
    pub environment: Environment,
    /// Check all that a change would, and make none: it fails where the change would. Answer: none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// What to do.
    #[serde(flatten)]
    pub operation: Operation,
}

/// What can be asked. In JSON: `{"op": "get_batches", "args": {…}}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "op", content = "args", rename_all = "snake_case")]
pub enum Operation {
    /// Opens the store, making it if need be. Answer: a store.
    OpenStore {},
    /// Makes an endpoint. Answer: the endpoint.
    NewEndpoint(Box<NewEndpoint>),
    /// Answer: endpoints.
    GetEndpoints(EndpointQuery),
    /// Changes an endpoint. Answer: none.
    SetEndpoint(Box<EndpointChanges>),
    /// Removes an endpoint that no batch uses. Answer: none.
    RemoveEndpoint(EndpointIdentity),
    /// Tests a server or an endpoint. Answer: a connection test, whatever its result.
    TestConnection(ConnectionTest),
    /// Checks a CSV. Answer: a CSV check, whatever its result.
    TestCsv(CsvTest),
    /// Makes a batch from a CSV. Answer: the batch.
    NewBatch(Box<NewBatch>),
    /// Answer: batches.
    GetBatches(BatchQuery),
    /// Changes a batch. Answer: none.
    SetBatch(Box<SetBatch>),
    /// Starts or resumes a batch, and a worker if none serves the store. Answer: none.
    StartBatch(BatchIdentity),
    /// Stops a batch. Answer: none.
    StopBatch(BatchIdentity),
    /// Removes a batch and all that belongs to it. Answer: none.
    RemoveBatch(BatchIdentity),
    /// Waits until a batch has nothing left to do now, with progress. Answer: the batch.
    WaitBatch(WaitBatch),
    /// Answer: users.
    GetUsers(UserQuery),
    /// Answer: the statistics of each user of that identity.
    GetUserStatistics(StatisticsQuery),
    /// Reads both sides of a user and compares them. Answer: a folder verification for each folder.
    VerifyUser(UserIdentity),
    /// Answer: the worker.
    GetWorker {},
    /// Starts a worker if none serves the store. Answer: the worker.
    StartWorker {},
    /// Asks the worker to end after checkpoints, and waits for it. Answer: the worker.
    StopWorker(WorkerStop),
}

/// A new endpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewEndpoint {
    /// Its name.
    pub name: String,
    /// Which side it serves.
    #[serde(default)]
    pub role: Role,
    /// Where the mail lies.
    pub location: Place,
    /// Default 20.
    pub max_concurrent_migrations: Option<Limit>,
    /// Default 10.
    pub max_concurrent_incremental_syncs: Option<Limit>,
    /// The administrator who logs in for everybody.
    pub credentials: Option<Credentials>,
    /// How the administrator logs in.
    #[serde(default)]
    pub admin_login_format: AdminLoginFormat,
    /// For the Dovecot format; default `*`.
    pub login_separator: Option<String>,
    /// How tokens are had, in place of passwords.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth: Option<OAuth>,
    /// With `oauth`: a mailbox to log in to as part of the test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_mailbox: Option<String>,
    /// Do not test the connection first.
    #[serde(default)]
    pub skip_verification: bool,
}

/// Which endpoints.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EndpointQuery {
    /// Name or guid; without it all.
    pub identity: Option<String>,
    /// `IMAP` or `Maildir`.
    pub endpoint_type: Option<String>,
}

/// One endpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndpointIdentity {
    /// Name or guid.
    pub identity: String,
}

/// Changes of an endpoint; name, role and type cannot change.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "as in NewEndpoint")]
pub struct EndpointChanges {
    pub identity: String,
    pub remote_server: Option<String>,
    pub port: Option<u16>,
    pub security: Option<crate::endpoint::Security>,
    pub accept_untrusted_certificates: Option<bool>,
    pub path: Option<String>,
    pub max_concurrent_migrations: Option<Limit>,
    pub max_concurrent_incremental_syncs: Option<Limit>,
    pub credentials: Option<Credentials>,
    pub admin_login_format: Option<AdminLoginFormat>,
    pub login_separator: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oauth: Option<OAuthChanges>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test_mailbox: Option<String>,
    pub skip_verification: bool,
}

/// Changes of how tokens are had; whose authorization server it is cannot change.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "as in model::oauth::OAuth")]
pub struct OAuthChanges {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloud: Option<Cloud>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Another grant, whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant: Option<Grant>,
}

/// What to test: a server, or an endpoint by name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectionTest {
    /// A server.
    pub server: Option<ImapServer>,
    /// Or an endpoint's name or guid.
    pub endpoint: Option<String>,
    /// Log in, too.
    pub credentials: Option<Credentials>,
    /// With an endpoint that has OAuth: the mailbox to log in to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_mailbox: Option<String>,
}

/// A CSV to test on its own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CsvTest {
    /// The CSV.
    pub csv: CsvCheck,
    /// The source endpoint that it is for: where an administrator logs in, rows need no password.
    pub source_endpoint: Option<String>,
}

/// A CSV to check.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CsvCheck {
    /// The file's bytes, base64.
    pub csv: CsvText,
    /// Pass over columns that we do not know.
    pub allow_unknown_columns: bool,
    /// The column separator, where it is not a comma.
    pub delimiter: Option<char>,
    /// Take translated headers, other delimiters and ANSI bytes for what they mean.
    pub lenient: bool,
}

/// A new batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewBatch {
    /// Its name.
    pub name: String,
    /// Name or guid.
    pub source_endpoint: String,
    /// Name or guid; needed unless the batch only analyzes.
    pub target_endpoint: Option<String>,
    /// The users; or `user_ids`.
    pub csv: Option<CsvCheck>,
    /// Users of other batches to migrate again: addresses or guids.
    #[serde(default)]
    pub user_ids: Vec<String>,
    /// Stop the original of each of `user_ids`.
    #[serde(default)]
    pub disable_on_copy: bool,
    /// Addresses of other live batches are taken over.
    #[serde(default)]
    pub adopt_preexisting: bool,
    /// What the admin set.
    #[serde(default)]
    pub options: crate::batch::BatchOptions,
    /// Start at once.
    #[serde(default)]
    pub auto_start: bool,
    /// Who asks: a display name.
    #[serde(default)]
    pub submitted_by: String,
}

/// Which batches.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BatchQuery {
    /// Name or guid; without it all.
    pub identity: Option<String>,
    /// Only batches whose name begins so.
    pub prefix: Option<String>,
    /// Only batches that use this endpoint.
    pub endpoint: Option<String>,
    /// Only batches of this status.
    pub status: Option<BatchStatus>,
    /// Fill the report.
    pub include_report: bool,
    /// At most that many; default 1000.
    pub result_size: Option<Limit>,
}

/// Changes of a batch.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "as in BatchOptions")]
pub struct SetBatch {
    pub identity: String,
    /// With `add_users`: more users.
    pub csv: Option<CsvCheck>,
    pub add_users: bool,
    /// An incremental sync now for users that are Synced.
    pub sync_now: bool,
    /// The same, and copies that are missing on the target are copied again.
    pub restore_missing: bool,
    /// Read endpoint, batch and users again before the next pass: what workers do anyway.
    pub update: bool,
    pub source_endpoint: Option<String>,
    pub target_endpoint: Option<String>,
    pub start_after: Option<Timestamp>,
    pub complete_after: Option<Timestamp>,
    pub include_folders: Option<Vec<String>>,
    pub exclude_folders: Option<Vec<String>>,
    pub content_filter: Option<String>,
    pub repair: Option<Vec<crate::Repair>>,
    pub notification_emails: Option<Vec<String>>,
    pub report_interval_seconds: Option<u64>,
    pub skip_reports: Option<bool>,
    pub allow_incremental_syncs: Option<bool>,
    pub auto_retry_count: Option<u32>,
}

/// One batch.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BatchIdentity {
    /// Name or guid; without it the only batch there is.
    pub identity: Option<String>,
}

/// A batch to wait for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WaitBatch {
    /// Name or guid.
    pub identity: String,
    /// Give up after that many seconds; without it never.
    pub timeout_seconds: Option<u64>,
}

/// Which users.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "the parameters of Get-MigrationUser, spec 1.10")]
pub struct UserQuery {
    /// Address or guid; without it all.
    pub identity: Option<String>,
    /// Only users whose address begins so, by address: what completes one.
    pub prefix: Option<String>,
    pub batch: Option<String>,
    pub status: Option<UserStatus>,
    pub status_summary: Option<StatusSummary>,
    pub email_address: Option<String>,
    pub mailbox_guid: Option<String>,
    /// At most that many; default 1000.
    pub result_size: Option<Limit>,
}

/// One user.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UserIdentity {
    /// Address, `batch\address` or guid.
    pub identity: String,
}

/// Whose statistics, and how much of them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StatisticsQuery {
    /// Address, `batch\address` or guid.
    pub identity: String,
    /// Fill the report.
    pub include_report: bool,
    /// At most that many skipped items.
    pub limit_skipped_items_to: Option<u32>,
}

/// How to stop the worker.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WorkerStop {
    /// Give up waiting after that many seconds; default 30.
    pub timeout_seconds: Option<u64>,
}
