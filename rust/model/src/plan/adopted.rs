//! What was found on the target: copies that need not be made.

use super::{Flags, Identity};
use crate::repair::Changes;

/// A message that need not be copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adopted {
    /// Its UID on the source.
    pub uid: u32,
    /// Its UID on the target.
    pub target_uid: u32,
    /// Its size as the source tells it; 0 where it does not.
    pub size: u64,
    /// The flags that it has there.
    pub flags: Flags,
    /// What is changed in it there.
    pub repaired: Option<Changes>,
    /// What it is known by.
    pub identity: Option<Identity>,
    /// Its INTERNALDATE on the source, as Unix time.
    pub received: Option<i64>,
}

/// What is there already, and what is to be appended.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// What is there.
    pub adopted: Vec<Adopted>,
    /// Source UIDs of what is not, ascending.
    pub append: Vec<u32>,
}
