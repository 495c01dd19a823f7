//! Tokens from a server on loopback.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails panics")]

mod credential;
mod support;
