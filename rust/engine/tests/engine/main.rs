//! The engine from outside: requests, a worker, and real or faulty servers on both sides.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod capabilities;
mod common;
mod copying;
mod identity;
mod incremental;
mod interruption;
mod refusals;
