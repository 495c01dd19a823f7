//! A message as it is read to be compared with its copy.

use model::repair::Changes;

/// BLAKE3 of a body, cut to what tells a mailbox's messages apart.
pub(crate) type Digest = [u8; 16];

/// A message as one side has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    /// Its UID there.
    pub(crate) uid: u32,
    /// Its exact size.
    pub(crate) size: u64,
    /// How many of its line feeds have no CR in front, where a server has delivered it.
    pub(crate) bare_line_feeds: u64,
    /// Of its body.
    pub(crate) digest: Digest,
    /// Of its body as it is repaired, and what that changes, where the batch wants repairs and they change anything.
    pub(crate) repaired: Option<(Digest, Changes)>,
    /// INTERNALDATE in seconds since 1970, if it is a date.
    pub(crate) received: Option<i64>,
    /// Its flags in order, without `\Recent`, those that the target does not keep left out.
    pub(crate) flags: Vec<String>,
}
