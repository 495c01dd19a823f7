//! Events: what a job answers with.

use serde::{Deserialize, Serialize};

use super::view::{
    BatchView, ConnectionTestView, CsvCheckView, EndpointView, FolderVerificationView, StoreView,
    UserStatisticsView, UserView, WorkerView,
};
use crate::Error;

/// One event. Items and errors are never dropped; progress is latest-wins; `finished` comes last and once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A result. In JSON the item stands under its own type's key: `{"event":"item","batch":{…}}`.
    Item {
        /// The result.
        #[serde(flatten)]
        item: Item,
    },
    /// How far a wait is.
    Progress {
        /// Where it stands now.
        progress: Progress,
    },
    /// Something the admin should know.
    Warning {
        /// One sentence.
        message: String,
    },
    /// A person has to sign in, in a browser.
    SignIn {
        /// Where: the host opens it if there is no code, and shows it in any case.
        url: String,
        /// What to type there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        /// One sentence that says what to do.
        message: String,
    },
    /// Something failed. The job may go on with other objects.
    Error {
        /// What.
        error: Error,
    },
    /// Nothing follows.
    Finished {
        /// How it ended.
        outcome: Outcome,
    },
}

/// How a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything that was asked for.
    Completed,
    /// At least one error.
    Failed,
    /// The caller cancelled.
    Cancelled,
}

/// A result of any type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each is documented at its type")]
pub enum Item {
    Store(StoreView),
    Endpoint(Box<EndpointView>),
    ConnectionTest(Box<ConnectionTestView>),
    CsvCheck(CsvCheckView),
    Batch(Box<BatchView>),
    User(Box<UserView>),
    UserStatistics(Box<UserStatisticsView>),
    FolderVerification(Box<FolderVerificationView>),
    Worker(WorkerView),
}

/// Where a wait stands.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The batch's name.
    pub activity: String,
    /// Its status.
    pub status: String,
    /// Users whose pass is over.
    pub users_done: u64,
    /// Users in all.
    pub users_total: u64,
    /// Whether every mailbox has been looked into: else there is at least as much as the totals say.
    pub totals_known: bool,
    /// Messages that are on the target.
    pub items_done: u64,
    /// Messages found on the source so far.
    pub items_total: u64,
    /// Bytes copied.
    pub bytes_done: u64,
    /// Bytes found on the source so far.
    pub bytes_total: u64,
    /// Bytes a second in the last seconds.
    pub bytes_per_second: u64,
    /// A user whose pass is running.
    pub current_user: Option<String>,
    /// Its folder.
    pub current_folder: Option<String>,
    /// 0 to 100: by users, each as far as its initial pass is.
    pub percent: u8,
    /// How long it will take, in seconds; none as long as nobody can know.
    pub seconds_remaining: Option<u64>,
}
