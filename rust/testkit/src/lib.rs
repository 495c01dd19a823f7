//! Servers for tests: a scripted one, a sample one, real ones, and the mail to put on them.
//!
//! INVARIANT: nothing here uses the product's own code, so that neither can hide the other's mistakes.

mod address;
pub mod client;
pub mod command;
mod credentials;
#[cfg(unix)]
pub mod dovecot;
pub mod mail;
pub mod proxy;
pub mod sample;
pub mod script;
pub mod tls;
pub mod tokens;
pub mod utf7;

pub use address::Address;
pub use credentials::{MASTER_PASSWORD, MASTER_SEPARATOR, MASTER_USER, PASSWORD};
