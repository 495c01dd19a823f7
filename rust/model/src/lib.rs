//! Pure types of a migration: endpoints, batches, users, CSV, plans, and the JSON contract.
//!
//! INVARIANT: nothing in this crate performs I/O or reads the clock.

pub mod address;
pub mod batch;
pub mod content_filter;
pub mod contract;
pub mod csv;
pub mod endpoint;
pub mod error;
pub mod folder;
pub mod login;
pub mod name;
pub mod numbers;
pub mod oauth;
pub mod plan;
pub mod repair;
pub mod secret;
pub mod shown;
pub mod side;
pub mod status;
pub mod user;

pub use batch::{Batch, BatchOptions, Repair};
pub use endpoint::{AdminLoginFormat, Credentials, Endpoint, ImapServer, Limit, Place, Role, Security};
pub use error::{Error, ErrorKind, Result};
pub use name::Name;
pub use numbers::{Numbers, UidValidity};
pub use secret::Secret;
pub use shown::shown;
pub use side::Side;
pub use user::{Lease, Progress, ReportEntry, SkippedItem, SkippedKind, User, UserRow};
