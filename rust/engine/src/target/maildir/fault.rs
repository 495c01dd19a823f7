//! What goes wrong on the disk, as an error.

use std::io;
use std::path::Path;

use model::{Error, ErrorKind};

/// What could not be done with a file, and why.
pub(super) fn failed(path: &Path, action: &str, e: &io::Error) -> Error {
    let kind = match e.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ErrorKind::QuotaExceeded,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => ErrorKind::PermissionDenied,
        io::ErrorKind::InvalidFilename => ErrorKind::FolderNameInvalid,
        _ => ErrorKind::ServerRefused,
    };
    Error::new(kind, format!("cannot {action} `{}`", path.display()))
        .server(e.to_string())
        .object(path.display().to_string())
        .remedy("make room, or give the account that runs the worker the right to write there")
}
