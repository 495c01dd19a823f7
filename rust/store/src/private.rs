//! Keeps a store to its owner: a folder in which others may write is refused, and no file is left open to them.
//!
//! INVARIANT: a folder that was there is never changed. It may be anybody's.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io;
use std::path::Path;

use model::Result;

use crate::fault::unavailable;

/// How the names of a store's files begin: database, key, lock, state and logs.
const FILES: [&str; 2] = ["migration.", "worker."];

/// Makes the folder, for its owner only, if it is not there.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// The options to make or open a file that is its owner's only.
pub(crate) fn file_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Refuses a folder in which others may put what they like: the next database, for one, with a key that they know.
pub(crate) fn check_folder(folder: &Path) -> Result<()> {
    let found = fs::metadata(folder).map_err(|error| unavailable(folder, &error.to_string()))?;
    match fault_of_folder(&found) {
        None => Ok(()),
        Some(fault) => Err(unavailable(folder, fault).remedy(
            "take the right to write from group and others (chmod go-w), let the account that uses it own it, or name \
             another folder",
        )),
    }
}

/// Takes a store's files from everybody but their owner, whatever they were before.
pub(crate) fn protect_files(folder: &Path) -> Result<()> {
    let cannot = |error: io::Error| unavailable(folder, &format!("cannot be kept to its owner ({error})"));
    for file in fs::read_dir(folder).map_err(cannot)? {
        let file = file.map_err(cannot)?;
        let ours =
            file.file_name().to_str().is_some_and(|name| FILES.iter().any(|own| name.starts_with(own)));
        if ours {
            match protect(&file.path()) {
                // It was a file of a log, or of the database, that another process has just done with.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                protected => protected.map_err(cannot)?,
            }
        }
    }
    Ok(())
}

#[cfg(unix)]
fn fault_of_folder(found: &fs::Metadata) -> Option<&'static str> {
    use std::os::unix::fs::MetadataExt;
    fault(found.mode(), found.uid(), rustix::process::geteuid().as_raw())
}

/// The sticky bit keeps others from replacing what is not theirs.
#[cfg(unix)]
fn fault(mode: u32, owner: u32, us: u32) -> Option<&'static str> {
    const ROOT: u32 = 0;
    const STICKY: u32 = 0o1000;
    match (mode & 0o022 != 0, mode & STICKY != 0) {
        _ if owner != us && owner != ROOT => Some("lies in a folder of another account"),
        (true, false) => Some("lies in a folder in which others may write"),
        _ => None,
    }
}

#[cfg(unix)]
fn protect(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let found = fs::metadata(path)?;
    let (owner, us) = (found.uid(), rustix::process::geteuid().as_raw());
    if owner != us && owner != 0 {
        return Err(io::Error::other(format!("{} is of another account", path.display())));
    }
    // What root has made, only root can change.
    if owner == us && found.mode() & 0o077 != 0 {
        fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}

/// Where a file's rights are a list of its folder's, there is nothing to take.
#[cfg(not(unix))]
fn fault_of_folder(_: &fs::Metadata) -> Option<&'static str> {
    None
}

#[cfg(not(unix))]
fn protect(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_refused_if_others_may_write_in_it_or_have_it() {
        let refused =
            [(0o770, 7, 7), (0o707, 7, 7), (0o777, 0, 7), (0o700, 8, 7), (0o1777, 8, 7), (0o700, 7, 0)];
        let taken = [(0o700, 7, 7), (0o755, 7, 7), (0o755, 0, 7), (0o1777, 0, 7), (0o700, 0, 0)];
        assert!(refused.iter().all(|(mode, owner, us)| fault(*mode, *owner, *us).is_some()));
        assert!(taken.iter().all(|(mode, owner, us)| fault(*mode, *owner, *us).is_none()));
    }
}
