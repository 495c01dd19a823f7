//! The store from outside, behaviour by behaviour.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod batches;
mod common;
mod endpoints;
mod leases;
mod ledger;
mod open;
mod pass_ends;
mod processes;
mod purge;
mod reports;
mod secrets;
mod summaries;
mod twins;
mod users;
mod wishes;
mod worker;
