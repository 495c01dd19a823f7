//! The worker as a process that may be killed, and may not end by itself.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A worker process. Dropping it kills it.
pub(super) struct Worker {
    executable: PathBuf,
    child: Child,
}

impl Worker {
    /// Starts the executable on a store. It stays in the terminal's group, so that Ctrl+C ends it, too.
    pub(super) fn start(executable: PathBuf, store: &Path) -> Self {
        let mut command = Command::new(&executable);
        command.arg("--foreground").arg("--store").arg(store);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let child = child.unwrap_or_else(|e| panic!("cannot start {}: {e}", executable.display()));
        Self { executable, child }
    }

    /// Kills it, and starts another one in its place.
    pub(super) fn kill(&mut self, store: &Path) {
        self.end();
        *self = Self::start(self.executable.clone(), store);
    }

    /// Its process, which must be alive.
    pub(super) fn id(&mut self) -> u32 {
        let ended = self.child.try_wait().unwrap();
        assert_eq!(ended, None, "the worker ended by itself");
        self.child.id()
    }

    fn end(&mut self) {
        // Where this fails, it has ended before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.end();
    }
}
