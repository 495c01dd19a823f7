//! Migration users: one row of a batch's CSV, one mailbox to move.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::name::name_key;
use crate::status::{DataConsistencyScore, PassKind, UserFacts};
use crate::{Error, Name, Secret};

/// One row of the CSV (spec 3.1), with our optional columns for the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRow {
    /// The line of the file, the header being line 1.
    pub line: u32,
    /// The address of the target mailbox: the user's identity.
    pub email_address: String,
    /// The logon name on the source.
    pub user_name: String,
    /// Its password; empty when the endpoint's administrator logs in.
    pub password: Secret,
    /// Where the mail lies below virtual shared folders.
    pub user_root: Option<String>,
    /// The logon name on the target, if it is not the address.
    pub target_user_name: Option<String>,
    /// The password on the target.
    pub target_password: Secret,
}

impl UserRow {
    /// Whose mailbox it is on the target: TargetUserName, or else the address.
    pub fn user_on_target(&self) -> &str {
        self.target_user_name.as_deref().unwrap_or(&self.email_address)
    }

    /// The names of the mailboxes on both sides, as rows are compared: most servers take capitals and small letters of a
    /// logon name for the same. Two rows between the same servers that agree in them and in UserRoot would copy everything
    /// twice.
    pub fn mailbox_keys(&self) -> (String, String) {
        (name_key(&self.user_name), name_key(self.user_on_target()))
    }
}

/// What the passes have done so far. Written by the worker, read by everybody.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// Messages found on the source.
    pub source_items: u64,
    /// Their size in bytes, as the server tells it.
    pub source_bytes: u64,
    /// Messages that were copied to the target or found there, whatever became of them since.
    pub synced_items: u64,
    /// Of these, how many we copied ourselves.
    pub transferred_items: u64,
    /// Bytes that we copied.
    pub transferred_bytes: u64,
    /// Messages, folders and keywords left behind.
    pub skipped_items: u64,
    /// Bytes a second in the last seconds; 0 when nothing runs.
    pub bytes_per_second: u64,
    /// What a running pass is at: spec 2.3's vocabulary.
    pub status_detail: String,
    /// The folder a running pass is at.
    pub current_folder: Option<String>,
    /// Milliseconds spent waiting for a worker.
    pub queued_ms: u64,
    /// Milliseconds spent in passes.
    pub in_progress_ms: u64,
    /// Milliseconds spent waiting for servers that told us to wait.
    pub stalled_ms: u64,
}

impl Progress {
    /// How far an initial pass is, in thousandths, never all before it is through: by bytes, where what was found on the
    /// target or left behind counts with the size of an average message; by messages where no sizes are known.
    pub fn thousandths(&self) -> u16 {
        let found =
            self.synced_items.saturating_sub(self.transferred_items).saturating_add(self.skipped_items);
        let (found, items) = (u128::from(found), u128::from(self.source_items));
        let bytes = u128::from(self.source_bytes);
        let (done, all) = match (items, bytes) {
            (0, _) => return 0,
            (_, 0) => (u128::from(self.synced_items) + u128::from(self.skipped_items), items),
            _ => (u128::from(self.transferred_bytes) + found * bytes / items, bytes),
        };
        u16::try_from(done * 1000 / all).unwrap_or(u16::MAX).min(999)
    }
}

/// A migration user as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The store's key.
    pub id: i64,
    /// Its identity for machines.
    pub guid: Uuid,
    /// The batch it belongs to.
    pub batch: Name,
    /// Its CSV row.
    pub row: UserRow,
    /// What a worker and the last passes left.
    pub facts: UserFacts,
    /// What passes have done.
    pub progress: Progress,
    /// How far its initial pass is, in thousandths: all when it has succeeded, whatever comes later.
    pub thousandths: u16,
    /// How good the copy is; none as long as no pass has gone through all of it, and after one that failed.
    pub score: Option<DataConsistencyScore>,
    /// Why the last pass failed.
    pub error: Option<Error>,
    /// When that was.
    pub failed_at: Option<Timestamp>,
    /// When the initial pass succeeded.
    pub seeded_at: Option<Timestamp>,
    /// When a pass last succeeded.
    pub synced_at: Option<Timestamp>,
    /// When anything last changed.
    pub updated_at: Timestamp,
    /// When the next pass is due.
    pub due_at: Option<Timestamp>,
}

/// Why something was not copied, or not as it is (spec 5's vocabulary).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SkippedKind {
    /// Larger than the target takes.
    LargeItem,
    /// The target refused it as malformed.
    CorruptItem,
    /// The source listed it and did not deliver it.
    MissingItem,
    /// The folder cannot be made on the target.
    FolderNameInvalid,
    /// The target refused it.
    TargetRejected,
    /// The source refused to give it.
    SourceReadError,
    /// A flag or keyword that the target does not keep: harmless.
    FlagDropped,
    /// The target keeps another date than it was given.
    DateChanged,
    /// The target keeps other bytes than it was given.
    ContentChanged,
    /// The target has it once more than the source.
    MessageDoubled,
    /// Only its beginning is on the target.
    MessageTruncated,
    /// The target refused it as it is, and has it repaired.
    MessageRepaired,
}

impl SkippedKind {
    /// Whether a message or a folder is not on the target for it.
    pub fn leaves_behind(self) -> bool {
        use SkippedKind::{ContentChanged, DateChanged, FlagDropped, MessageDoubled, MessageRepaired};
        !matches!(self, FlagDropped | DateChanged | ContentChanged | MessageDoubled | MessageRepaired)
    }

    /// Whether there is a copy, with which something is wrong.
    pub fn is_of_copy(self) -> bool {
        matches!(self, Self::MessageTruncated)
    }

    /// Whether the target refused a message for what it is, so that a repair may help.
    pub fn is_refusal(self) -> bool {
        matches!(self, Self::CorruptItem | Self::TargetRejected)
    }
}

/// One thing that was not copied, or not as it is, with its named cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedItem {
    /// Why.
    pub kind: SkippedKind,
    /// The folder as a person reads it.
    pub folder_name: String,
    /// The message's UID in the source folder.
    pub uid: Option<u32>,
    /// Its size in bytes.
    pub size: Option<u64>,
    /// Its subject.
    pub subject: Option<String>,
    /// Its sender.
    pub sender: Option<String>,
    /// Its Message-ID.
    pub message_id: Option<String>,
    /// When it was received (INTERNALDATE).
    pub date_received: Option<Timestamp>,
    /// When it was sent (Date header).
    pub date_sent: Option<Timestamp>,
    /// The reason, with the server's words.
    pub error_message: String,
}

impl SkippedItem {
    /// What is about a whole folder, and no message of it.
    pub fn of_folder(kind: SkippedKind, folder_name: String, error_message: String) -> Self {
        Self {
            kind,
            folder_name,
            uid: None,
            size: None,
            subject: None,
            sender: None,
            message_id: None,
            date_received: None,
            date_sent: None,
            error_message,
        }
    }
}

/// A line of a user's report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportEntry {
    /// When.
    pub at: Timestamp,
    /// What, in one line.
    pub text: String,
}

/// A piece of work handed to a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The user.
    pub user: User,
    /// Which pass is due.
    pub pass: PassKind,
    /// Counts the leases of this user; a worker whose epoch has passed must not write.
    pub epoch: i64,
    /// How many passes in a row failed for transient reasons.
    pub attempts: u32,
    /// Whether somebody has asked for this pass, and so thinks that it is worth a new try.
    pub asked: bool,
    /// Whether copies that are missing on the target are to be copied again.
    pub restore: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_is_as_far_as_its_bytes_or_messages_and_never_through_before_the_pass_is() {
        let known = Progress { source_items: 100, source_bytes: 10_000, ..Progress::default() };
        let large =
            Progress { synced_items: 90, transferred_items: 90, transferred_bytes: 1_000, ..known.clone() };
        assert_eq!(
            (Progress::default().thousandths(), known.thousandths(), large.thousandths()),
            (0, 0, 100)
        );
        let found = Progress { synced_items: 40, skipped_items: 10, ..known.clone() };
        assert_eq!(found.thousandths(), 500);
        let sizeless = Progress { source_bytes: 0, synced_items: 30, ..known.clone() };
        assert_eq!(sizeless.thousandths(), 300);
        assert_eq!(Progress { synced_items: 200, ..known }.thousandths(), 999);
    }
}
