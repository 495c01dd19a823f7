//! Two mail servers that live as long as this program: a source with mail, and an empty target.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde::Deserialize;

use crate::Result;

/// The servers. Dropping them stops them and wipes their mail.
pub(crate) struct Testbed {
    process: Child,
    /// Where everything is.
    pub(crate) servers: Servers,
}

/// The line that the testbed prints once both servers answer.
#[derive(Deserialize)]
pub(crate) struct Servers {
    /// What the servers are.
    pub(crate) server: String,
    /// The server with mail.
    pub(crate) source: Server,
    /// The empty one.
    pub(crate) target: Server,
    /// Whose mail it is.
    pub(crate) users: Vec<User>,
}

/// Where a server listens.
#[derive(Deserialize)]
pub(crate) struct Server {
    pub(crate) host: String,
    /// The port of STARTTLS.
    pub(crate) port: u16,
}

/// A mailbox on both servers.
#[derive(Deserialize)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) password: String,
}

impl Testbed {
    /// Starts the servers, and fills the source.
    pub(crate) fn start(program: &Path, users: u32, messages: u32) -> Result<Self> {
        let mut command = Command::new(program);
        command.args(["--users", &users.to_string(), "--messages", &messages.to_string(), "--empty-target"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        // Ctrl+C is for this program alone: the servers stop when it drops them.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut process = command.spawn().map_err(|e| format!("cannot start {}: {e}", program.display()))?;
        let output = process.stdout.take().ok_or("the testbed has no output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let servers =
            serde_json::from_str(&line).map_err(|_| format!("the servers did not start: {line}"))?;
        Ok(Self { process, servers })
    }
}

impl Drop for Testbed {
    fn drop(&mut self) {
        // The testbed ends when its input does.
        drop(self.process.stdin.take());
        // It may have ended before, which is what is wanted.
        let _ = self.process.wait();
    }
}
