//! Runs one Dovecot as a child that cannot outlive this process.

use std::fs::{self, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::config::{self, LOG};
use crate::address::Address;

/// How long a server may take to greet, on a machine under load.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long to wait between two attempts to connect.
const POLL: Duration = Duration::from_millis(10);

/// Starts Dovecot and ends it when standard input says so: after a line in good order, which takes Dovecot a second; at
/// the end of the input at once and with all of its files, for then the owner is done or dead.
const KEEPER: &str = r#"
exec 3<&0
setsid "$1" -F -c "$2/dovecot.conf" & server=$!
{ if read -r line; then kill "$server"; else touch "$2/ended"; kill -s KILL -- "-$server"; fi; } <&3 2>/dev/null &
wait "$server"
[ ! -e "$2/ended" ] || rm -rf "$2"
"#;

/// A running Dovecot. Dropping it stops the server and wipes its folder.
#[derive(Debug)]
pub(super) struct Process {
    keeper: Child,
}

impl Process {
    /// Starts the server that is configured in this folder and waits for its greeting.
    pub(super) fn start(binary: &Path, folder: &Path, address: &Address) -> io::Result<Self> {
        // A configuration that Dovecot refuses is told on standard error, before there is a log.
        let errors = OpenOptions::new().create(true).append(true).open(folder.join(LOG))?;
        let keeper = Command::new("/bin/sh")
            // A group of its own, so that what kills the tests does not keep it from its duty.
            .process_group(0)
            .args(["-c", KEEPER, "testkit"])
            .args([binary, folder])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(errors)
            .spawn()?;
        let mut process = Self { keeper };
        process.wait_for_greeting(folder, address)?;
        Ok(process)
    }

    /// Stops the server and keeps its folder.
    pub(super) fn stop(mut self) {
        if let Some(mut input) = self.keeper.stdin.take() {
            // Where this fails, the server has ended by itself.
            let _ = input.write_all(b"stop\n");
        }
        let _ = self.keeper.wait();
    }

    fn wait_for_greeting(&mut self, folder: &Path, address: &Address) -> io::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while !greets(address) {
            if self.keeper.try_wait()?.is_some() || Instant::now() > deadline {
                return Err(io::Error::other(format!("dovecot did not start; its log:\n{}", log(folder))));
            }
            thread::sleep(POLL);
        }
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // A keeper that cannot be waited for has ended already, and its server with it.
        let _ = self.keeper.wait();
    }
}

/// What the server in this folder wrote to its log.
pub(super) fn log(folder: &Path) -> String {
    fs::read_to_string(folder.join(LOG)).unwrap_or_default()
}

/// Whether it is this server that answers, and not another one that took the port.
fn greets(address: &Address) -> bool {
    let read = || {
        let stream = TcpStream::connect((address.host.as_str(), address.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line)?;
        io::Result::Ok(line)
    };
    read().is_ok_and(|line| line.contains(&config::greeting(address)))
}
