//! Starts the worker executable, detached: it outlives the window that asked for it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use model::contract::Environment;
use model::{Error, Result};

use super::program::{self, EXECUTABLE, failure};

/// Finds the executable: the one that the environment names, else the path given, else one beside this program.
fn find(given: Option<&str>, environment: &Environment) -> Result<PathBuf> {
    let candidates = [
        environment.get("IMAP_MIGRATION_WORKER", |name| std::env::var_os(name)).map(PathBuf::from),
        given.map(PathBuf::from),
        std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join(EXECUTABLE))),
    ];
    let tried: Vec<PathBuf> = candidates.into_iter().flatten().collect();
    tried.iter().find(|path| path.is_file()).cloned().ok_or_else(|| {
        let places: Vec<String> = tried.iter().map(|path| path.display().to_string()).collect();
        unavailable(format!("cannot find the worker executable; tried {}", places.join(", ")))
    })
}

fn unavailable(message: String) -> Error {
    failure(message, "install the module again, or name the executable in IMAP_MIGRATION_WORKER")
}

/// Whether there is an executable that may be run.
pub(super) fn check(given: Option<&str>, environment: &Environment) -> Result<()> {
    program::command(&find(given, environment)?).map(drop)
}

/// Starts a worker for the store in `folder`. That it is up shows in its lock.
pub(super) fn spawn(given: Option<&str>, environment: &Environment, folder: &Path) -> Result<()> {
    let executable = find(given, environment)?;
    let mut command = program::command(&executable)?;
    command.arg("--store").arg(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    for (name, value) in environment.iter() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    detach(&mut command);
    let child =
        command.spawn().map_err(|e| unavailable(format!("cannot start `{}`: {e}", executable.display())))?;
    reap(child);
    Ok(())
}

/// A signal to the starter's group, as Ctrl+C sends, must not reach the worker: the first that it does is to make a session
/// of its own. The leader of a group cannot, so it is not made one here.
#[cfg(unix)]
fn detach(_: &mut Command) {}

/// `DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP`: no console, and no Ctrl+C from the starter's.
#[cfg(windows)]
fn detach(command: &mut Command) {
    use std::os::windows::process::CommandExt;
    command.creation_flags(0x0000_0008 | 0x0000_0200);
}

/// Waits for the child in the background, so that one that ends while we live leaves no zombie.
fn reap(mut child: std::process::Child) {
    std::thread::spawn(move || child.wait());
}

#[cfg(test)]
mod tests {
    use model::ErrorKind;

    use super::*;

    #[test]
    fn a_missing_executable_is_an_error_that_names_the_places_tried() {
        let error =
            spawn(Some("/nowhere/worker"), &Environment::default(), Path::new("/nowhere")).unwrap_err();
        assert_eq!(error.kind, ErrorKind::WorkerUnavailable);
        assert!(error.message.contains("/nowhere/worker"), "{}", error.message);
    }
}
