//! The worker's log: a file that rotates, and never holds a secret.

use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::sync::Mutex;

use file_rotate::compression::Compression;
use file_rotate::suffix::AppendCount;
use file_rotate::{ContentLimit, FileRotate};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// A file is rotated at this size.
const MAX_BYTES: usize = 10 * 1024 * 1024;
/// So many older files are kept.
const OLDER_FILES: usize = 5;

/// Sends everything that is logged from now on to the file, and to the terminal as well if wanted.
///
/// `IMAP_MIGRATION_LOG` sets another filter than `info`, but cannot switch on the library that would log passwords.
pub(crate) fn open(path: &Path, terminal: bool) {
    let file = FileRotate::new(
        path,
        AppendCount::new(OLDER_FILES),
        ContentLimit::BytesSurpassed(MAX_BYTES),
        Compression::None,
        Some(options()),
    );
    let to_file = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(Mutex::new(file));
    let to_terminal = terminal.then(|| tracing_subscriber::fmt::layer().with_writer(io::stderr));
    // It fails when somebody else has set a log up already: then there is one.
    let _ = tracing_subscriber::registry().with(filter()).with(to_file).with(to_terminal).try_init();
}

/// The log names mailboxes and servers: it is its owner's only.
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn filter() -> EnvFilter {
    let wanted = std::env::var("IMAP_MIGRATION_LOG").unwrap_or_else(|_| "info".to_owned());
    let filter = EnvFilter::builder().parse_lossy(wanted);
    match wire::LOG_DIRECTIVE.parse() {
        Ok(directive) => filter.add_directive(directive),
        Err(_) => EnvFilter::new("info,async_imap=off"),
    }
}
