//! A program and those that it has started, which end together.

use tokio::process::{Child, Command};

/// Windows would open a console for a program whose parent has none.
#[cfg(windows)]
const NO_WINDOW: u32 = 0x0800_0000;

/// Kills all of them when it is dropped, unless they were let go. On Windows it is the program alone that is killed, by
/// whoever dropped its [`Child`].
pub(crate) struct ProcessGroup {
    #[cfg(unix)]
    leader: Option<rustix::process::Pid>,
}

impl ProcessGroup {
    /// Starts a program in a group of its own.
    pub(crate) fn spawn(command: &mut Command) -> std::io::Result<(Child, Self)> {
        #[cfg(unix)]
        command.process_group(0);
        #[cfg(windows)]
        command.creation_flags(NO_WINDOW);
        let child = command.kill_on_drop(true).spawn()?;
        #[cfg(unix)]
        let leader =
            child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw);
        let group = Self {
            #[cfg(unix)]
            leader,
        };
        Ok((child, group))
    }

    /// The program has ended by itself, and its number may be another's now.
    #[cfg_attr(not(unix), allow(unused_mut, reason = "there is nothing to forget"))]
    pub(crate) fn let_go(mut self) {
        #[cfg(unix)]
        {
            self.leader = None;
        }
    }
}

#[cfg(unix)]
impl Drop for ProcessGroup {
    fn drop(&mut self) {
        if let Some(leader) = self.leader {
            // Whoever is gone already need not be killed.
            let _ = rustix::process::kill_process_group(leader, rustix::process::Signal::KILL);
        }
    }
}
