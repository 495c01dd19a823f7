//! The one error type, from the wire to the ABI.
//!
//! Messages are lower-case, without a full stop, and name the object. `server` holds the server's own words,
//! `remedy` says what the admin can do. No error ever holds a secret.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Side;
use crate::shown::may_be_row;

/// The result of everything that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, as a stable word. C# maps each to an ErrorId and an ErrorCategory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request is not valid JSON, or misses a field.
    InvalidRequest,
    /// A parameter has a value that cannot be used.
    InvalidArgument,
    /// A name is empty, too long, or has forbidden characters.
    InvalidName,
    /// The CSV has errors; the message lists one of them.
    InvalidCsv,
    /// No endpoint of that name.
    EndpointNotFound,
    /// No batch of that name.
    BatchNotFound,
    /// No migration user of that name.
    UserNotFound,
    /// An endpoint of that name exists.
    EndpointExists,
    /// A batch of that name exists.
    BatchExists,
    /// The address is already being migrated by another batch.
    UserExists,
    /// The endpoint is used by batches.
    EndpointInUse,
    /// The batch's status does not allow that.
    InvalidState,
    /// The host name does not resolve.
    DnsFailed,
    /// No TCP connection.
    ConnectFailed,
    /// The server did not answer in time.
    TimedOut,
    /// TLS could not be negotiated.
    TlsFailed,
    /// The server's certificate is not trusted.
    CertificateRejected,
    /// The other side does not speak IMAP, or breaks its rules.
    ProtocolViolation,
    /// The connection ended in the middle.
    ConnectionLost,
    /// The server refused user name or password.
    AuthenticationFailed,
    /// The server has no mechanism that we may use.
    AuthenticationUnsupported,
    /// The authorization server takes the application's secret for wrong.
    OauthSecretInvalid,
    /// The application's secret is too old.
    OauthSecretExpired,
    /// The authorization server takes what was signed for wrong: another certificate, another address, another time.
    OauthAssertionRejected,
    /// The authorization server knows no such application in that tenant or cloud.
    OauthApplicationUnknown,
    /// The authorization server knows no such tenant.
    OauthTenantUnknown,
    /// The scope is wrong, or not subscribed to.
    OauthScopeInvalid,
    /// Nobody has consented to what the application asks for.
    OauthConsentMissing,
    /// The application is disabled.
    OauthApplicationDisabled,
    /// The application is registered so that this kind of sign-in cannot work.
    OauthApplicationMisregistered,
    /// A sign-in that has not been used for too long.
    OauthSignInExpired,
    /// A sign-in that was revoked, or whose password has changed.
    OauthSignInRevoked,
    /// A policy wants people to sign in again and again.
    OauthSignInFrequency,
    /// A policy takes no sign-in by device code.
    OauthDeviceCodeBlocked,
    /// The person did not sign in, or refused, or was too late.
    OauthSignInUnfinished,
    /// A person has to prove more than a password.
    OauthInteractionRequired,
    /// A policy of conditional access forbids it.
    OauthConditionalAccess,
    /// The tenant's security defaults forbid it.
    OauthSecurityDefaults,
    /// The authorization server knows no such user.
    OauthUserUnknown,
    /// The user is disabled or locked.
    OauthUserDisabled,
    /// The authorization server is busy.
    OauthBusy,
    /// The grant is not valid, for a reason that the answer does not tell apart.
    OauthGrantInvalid,
    /// Google has no delegation for this client and this scope.
    OauthDelegationMissing,
    /// A policy of the organization forbids it.
    OauthPolicy,
    /// The authorization server refuses for a reason of its own.
    OauthRefused,
    /// What answers is no authorization server.
    OauthAnswerInvalid,
    /// The admin's own program gave no token.
    OauthCommandFailed,
    /// The mail server refuses a fresh token.
    OauthTokenRejected,
    /// The mail server takes the token, and does not open the mailbox.
    OauthMailboxUnavailable,
    /// The mail server says that a token's time is over.
    OauthTokenExpired,
    /// The server limits connections or asks to slow down.
    Throttled,
    /// The mailbox or the disk behind it is full.
    QuotaExceeded,
    /// The server has no such folder.
    FolderNotFound,
    /// The server allows no access to a folder.
    PermissionDenied,
    /// A folder name cannot be made on the target.
    FolderNameInvalid,
    /// The server refused one message.
    MessageRejected,
    /// A message is larger than the target takes.
    MessageTooLarge,
    /// The server said NO or BAD for a reason of its own.
    ServerRefused,
    /// The store cannot be opened or made.
    StoreUnavailable,
    /// Another process holds the store for too long.
    StoreLocked,
    /// The store is damaged, of a newer version, or its key is missing.
    StoreCorrupted,
    /// No room left on the disk of the store.
    DiskFull,
    /// The worker executable cannot be found or started.
    WorkerUnavailable,
    /// What was waited for did not happen in time.
    WaitTimedOut,
    /// The caller cancelled.
    Cancelled,
    /// A defect of ours.
    Internal,
}

/// An error, ready to cross the ABI.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Error {
    /// The stable word.
    pub kind: ErrorKind,
    /// One sentence naming the object: lower-case, no full stop.
    pub message: String,
    /// The server's own line, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// Whether the same again may work.
    #[serde(default)]
    pub retryable: bool,
    /// The name of the object that the error is about: an endpoint, a batch, a host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// The migration user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The folder, as a person reads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// The message's UID in the source folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<u32>,
    /// The side that is to blame, where both are at work. It crosses no boundary: `object` has it in words.
    #[serde(skip)]
    pub side: Option<Side>,
}

impl Error {
    /// An error of this kind; whether a retry helps follows from the kind.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            server: None,
            remedy: None,
            retryable: kind.is_retryable(),
            object: None,
            user: None,
            folder: None,
            uid: None,
            side: None,
        }
    }

    /// A defect of ours.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    /// Adds the server's own words.
    pub fn server(mut self, line: impl Into<String>) -> Self {
        self.server = Some(line.into());
        self
    }

    /// Adds what to do.
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// Names the object.
    pub fn object(mut self, object: impl Into<String>) -> Self {
        self.object = Some(object.into());
        self
    }

    /// Names the object by what an admin gave, unless that may be a row of a CSV.
    pub fn object_given(self, text: &str) -> Self {
        if may_be_row(text) { self } else { self.object(text) }
    }

    /// Names the migration user.
    pub fn user(mut self, user: impl Into<String>) -> Self {
        self.user = Some(user.into());
        self
    }

    /// Names the folder.
    pub fn folder(mut self, folder: impl Into<String>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Names the message.
    pub fn uid(mut self, uid: u32) -> Self {
        self.uid = Some(uid);
        self
    }
}

impl ErrorKind {
    /// Whether the same again may work without anybody mending anything.
    pub fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::DnsFailed
                | Self::ConnectFailed
                | Self::TimedOut
                | Self::ConnectionLost
                | Self::OauthBusy
                | Self::OauthTokenExpired
                | Self::Throttled
                | Self::StoreLocked
                | Self::WaitTimedOut
        )
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(server) = &self.server {
            write!(f, " (the server said: {server})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
