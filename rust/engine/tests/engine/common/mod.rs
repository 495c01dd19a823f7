//! What all of these tests stand on: a store with a worker, servers with mail, and an independent reader.

#[allow(dead_code, reason = "the worker's tests use it, too, and not all of it")]
pub(crate) mod lab;
pub(crate) mod mailbox;
pub(crate) mod office;
pub(crate) mod servers;
pub(crate) mod slow;

pub(crate) use lab::{Lab, batch_of};
pub(crate) use mailbox::{Mailbox, message, message_with, put};
pub(crate) use servers::{dovecot, fresh_dovecot};
pub(crate) use slow::Slow;
