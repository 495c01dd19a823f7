//! Pure types of a migration: endpoints, batches, users, CSV, plans, and the JSON contract.
//!
//! INVARIANT: nothing in this crate performs I/O or reads the clock.

pub mod error;
pub mod secret;

pub use error::{Error, ErrorKind, Result};
pub use secret::Secret;
