//! IMAP client: connect, TLS, authenticate, lenient lexer, pipelining, streamed literals.
//!
//! INVARIANT: this crate knows IMAP and nothing of migration. A command without its own tagged OK is an error,
//! and a connection that was left in the middle of a command is never used again.

mod alert;
mod any_certificate;
mod append;
mod append_uid;
mod bearer;
mod bodies;
mod body_queue;
mod budget;
mod capabilities;
mod certificate;
mod command;
mod command_lines;
mod commands;
mod connection;
mod deflate;
mod dial;
mod error;
mod fetch_item;
mod flags;
mod frame;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod gate;
mod impersonate;
mod input;
mod internal_date;
mod literals;
mod login;
mod login_fault;
mod mailbox_name;
mod open;
mod options;
mod pace;
mod probe;
mod pss;
mod response;
mod round_trip;
mod tags;
mod tls;
mod tls_fault;
mod token;
mod uid_set;
mod under_way;
mod utf7;
mod wire;

pub use append::{AppendOptions, Appender, Begun};
pub use append_uid::AppendUid;
pub use bodies::{Bodies, Body};
pub use body_queue::{BodiesReport, BodyHead, FetchOptions, RefusedFetch};
pub use capabilities::{Capabilities, LiteralMode};
pub use certificate::Certificate;
pub use commands::list::{ListEntry, ListOptions};
pub use commands::namespace::{Namespace, NamespaceEntry};
pub use commands::select::{Access, PermanentFlags, Selected};
pub use commands::status::{MailboxStatus, StatusItems};
pub use commands::store::StoreAction;
pub use commands::summaries::{Summary, SummaryItems, Unnameable};
pub use connection::Connection;
pub use dial::{Dialer, Dialling};
pub use error::{Condition, Error, Refusal, Result, suggested_backoff};
pub use flags::{Flag, Flags};
pub use internal_date::InternalDate;
pub use literals::Literals;
pub use mailbox_name::MailboxName;
pub use options::{CertificatePolicy, Login, Options, Proof};
pub use probe::{ProbeReport, TlsFacts, probe};
pub use uid_set::{InvalidUidSet, UidSet};
pub use under_way::{Outcome, Ticket};
pub use wire::Stream;

/// The filter directive that every log subscriber must add.
///
/// async-imap writes whole commands, passwords included, to its own trace target. Ours never does.
pub const LOG_DIRECTIVE: &str = "async_imap=off";
