//! Tokens from a server on loopback.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test that fails panics")]

#[cfg(unix)]
mod assertions;
#[cfg(unix)]
mod command;
mod credential;
mod refresh;
mod refusals;
mod secrets;
mod sign_in;
mod support;
#[cfg(all(unix, not(target_vendor = "apple")))]
mod surroundings;
mod unreachable;
