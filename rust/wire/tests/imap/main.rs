//! The client against scripted servers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod append;
mod append_failures;
mod append_trust;
mod bearer;
mod compress;
mod compress_dovecot;
mod connection;
mod fetch;
mod fetch_late;
mod full_duplex;
mod hostile;
mod listing;
mod login;
mod message_limit;
mod multiappend;
mod probe;
mod round_trip;
mod selected;
mod support;
mod tls;
