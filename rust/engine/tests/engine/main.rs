//! The engine from outside: requests, a worker, and real or faulty servers on both sides.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod answers;
mod capabilities;
mod changes;
mod clock;
mod common;
mod connection;
mod copying;
mod folders;
mod identity;
mod impostor;
mod incremental;
mod interruption;
mod lanes;
mod limits;
mod login;
mod maildir;
mod options;
mod progress;
mod reading;
mod receipts;
mod refusals;
mod renames;
mod repairs;
mod reports;
mod restore;
mod secrets;
mod service;
mod times;
mod token_endpoints;
mod tokens;
mod troubles;
mod unavailable;
mod verification;
