//! A deterministic simulation of the whole engine: the real worker, passes and store, one thread, Tokio's paused clock,
//! servers in memory, and people and a machine that meddle. All chance comes from one seed.
//!
//! INVARIANT: the model of mailboxes and the servers know nothing of the engine: what they find right is right.

mod chance;
mod climate;
mod ear;
mod lab;
mod mail;
mod oracle;
mod people;
mod power;
mod run;
mod server;
mod trace;
mod world;

pub use climate::{Climate, NAMES};
pub use run::{Outcome, run};
