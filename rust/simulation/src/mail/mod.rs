//! Mailboxes as a server keeps them, with a memory that no server has: what every message was when it came, who put it
//! there, and which messages were ever in a folder. It is what the oracle compares.
//!
//! INVARIANT: nothing here knows the engine, the wire crate or the plan: it is right or wrong by itself.

mod account;
mod compose;
mod folder;

use std::collections::BTreeSet;
use std::sync::Arc;

pub(crate) use account::{Account, Gone};
pub(crate) use compose::{Letter, digest, is_refused};
pub(crate) use folder::{Folder, Incoming};

/// A message's octets as whoever sent them sent them, whatever a server makes of them.
pub(crate) type Content = Arc<[u8]>;

/// Flags and keywords.
pub(crate) type Flags = BTreeSet<String>;

/// Who put a message into a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum By {
    /// The people whose mailbox it is, and whoever writes to them.
    People,
    /// A client over IMAP, which is the engine.
    Client,
}

/// A message in a folder.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    /// Its number in this folder.
    pub(crate) uid: u32,
    /// What it is, whatever the server made of it.
    pub(crate) content: Content,
    /// What the server gives out.
    pub(crate) octets: Content,
    /// INTERNALDATE in Unix seconds.
    pub(crate) date: i64,
    /// Its flags.
    pub(crate) flags: Flags,
    /// When it changed last, as CONDSTORE counts.
    pub(crate) modseq: u64,
    /// Which message it is: the same after a move and back.
    pub(crate) lineage: u64,
    /// Who put it here.
    pub(crate) by: By,
    /// Whether people changed its flags here.
    pub(crate) reflagged: bool,
    /// Whether the other side must know of it by now: it was here when all had come to rest.
    pub(crate) settled: bool,
}

/// That a message came into a folder.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    /// The folder, whatever it is called now.
    pub(crate) folder: u64,
    /// What came.
    pub(crate) content: Content,
    /// Which message it is.
    pub(crate) lineage: u64,
    /// Who put it there.
    pub(crate) by: By,
}
