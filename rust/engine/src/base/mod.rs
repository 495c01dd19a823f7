//! What every other room stands on: locks, waiting work, digests, flags, headers, the end of a step, the world outside.
//!
//! INVARIANT: nothing here knows of a pass, a target or a store.

pub(crate) mod beginning;
pub(crate) mod blocking;
pub(crate) mod credentials;
pub(crate) mod digest;
pub(crate) mod flags;
pub(crate) mod header;
pub(crate) mod lock;
pub(crate) mod message;
pub(crate) mod present;
pub(crate) mod stop;
pub(crate) mod world;
