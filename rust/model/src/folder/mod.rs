//! Folders: which of the source's are copied, and where each goes on the target.
//!
//! Names are decoded Unicode, split into levels. The source's own bytes of a name travel along as a key and are
//! never rebuilt.

mod filter;
mod listing;
mod map;
mod target;
mod well_known;

pub use filter::FolderFilter;
pub use listing::{ListedFolder, Listing, Namespace, Namespaces};
pub use map::{FolderMap, LeftOut, LeftOutReason, MapInput, MappedFolder, map_folders};
pub use target::{FolderNote, FolderNoteKind, TargetRules};
pub use well_known::{WellKnown, WellKnownFolders};

/// The inbox's name, which is the same in any case (RFC 3501 §5.1).
pub const INBOX: &str = "INBOX";

/// The most levels of a folder: servers keep a few dozen. What is deeper is one level, delimiters and all.
pub const MOST_LEVELS: usize = 100;

/// Whether a level is the inbox's name.
fn is_inbox(level: &str) -> bool {
    level.eq_ignore_ascii_case(INBOX)
}

/// Levels as a person reads them.
fn shown(levels: &[String]) -> String {
    levels.join("/")
}
