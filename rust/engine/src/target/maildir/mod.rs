//! A Maildir++ tree as a target: one a user, below the endpoint's folder.

mod fault;
mod folder;
mod letters;
mod tree;

#[cfg(feature = "fuzzing")]
pub(crate) use folder::reads_its_own_names;
pub(crate) use folder::{Delivery, MaildirFolder};
pub(crate) use tree::{DELIMITER, MaildirTree};
