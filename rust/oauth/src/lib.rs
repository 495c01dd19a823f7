//! Asks authorization servers for tokens ([RFC 6749]). Knows no IMAP and no store.
//!
//! INVARIANT: lives and pauses are measured by Tokio's clock, which only goes forward; the wall clock is the caller's, and
//! serves for what is signed.
//!
//! [RFC 6749]: https://www.rfc-editor.org/rfc/rfc6749

mod answer;
mod assertion;
mod blocking;
mod certificate_store;
mod command;
mod credential;
mod explain;
mod hidden;
mod mint;
mod net;
mod net_fault;
mod process_group;
mod refusals;
mod server;
mod sign_in;
mod slot;
mod surroundings;

pub use credential::{Credential, Vault};
pub use net::Net;
pub use sign_in::{Prompt, sign_in};
