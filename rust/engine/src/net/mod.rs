//! The way to servers: who may connect, and what a user sees there.
//!
//! INVARIANT: knows endpoints and logins, and no target, pass or store.

pub(crate) mod governor;
pub(crate) mod outage;
pub(crate) mod session;
pub(crate) mod tokens;
