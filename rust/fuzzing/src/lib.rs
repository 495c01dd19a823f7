//! What fuzzing feeds: one function a target, which panics where something does not hold. `fuzz` has a program for each,
//! and what it begins with; the tests feed all of that, too.

mod client;
mod files;
mod server;
mod session;

/// Something that takes octets from elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name: that of its program, and of the folder with its corpus.
    pub name: &'static str,
    /// Feeds it; a panic is a finding.
    pub feed: fn(&[u8]),
}

/// All targets.
pub const TARGETS: [Target; 17] = [
    Target { name: "token", feed: wire::fuzzing::token },
    Target { name: "frame", feed: wire::fuzzing::frame },
    Target { name: "response", feed: wire::fuzzing::response },
    Target { name: "append_answer", feed: wire::fuzzing::append },
    Target { name: "mailbox_name", feed: wire::fuzzing::mailbox_name },
    Target { name: "internal_date", feed: wire::fuzzing::internal_date },
    Target { name: "uid_set", feed: session::uid_set },
    Target { name: "listing", feed: session::listing },
    Target { name: "fetch", feed: session::fetch },
    Target { name: "session", feed: session::session },
    Target { name: "csv", feed: files::csv },
    Target { name: "request", feed: files::request },
    Target { name: "content_filter", feed: files::content_filter },
    Target { name: "folders", feed: files::folders },
    Target { name: "repair", feed: files::repair },
    Target { name: "header", feed: engine::fuzzing::header },
    Target { name: "maildir_name", feed: engine::fuzzing::maildir_name },
];

/// The target of this name does its work.
///
/// # Panics
/// Where something does not hold, or there is no such target.
pub fn feed(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    assert!(target.is_some(), "there is no target {name}");
    if let Some(target) = target {
        (target.feed)(data);
    }
}
