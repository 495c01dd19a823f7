//! The commands that do not move mail, one file each.

pub(crate) mod compress;
pub(crate) mod list;
pub(crate) mod mailbox;
pub(crate) mod namespace;
pub(crate) mod select;
pub(crate) mod server;
pub(crate) mod status;
pub(crate) mod store;
pub(crate) mod summaries;
