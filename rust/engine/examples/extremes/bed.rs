//! Two Dovecots, and a migration between them in a process of its own.

use std::fmt;
use std::fs;
use std::io::{Error, Result};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use testkit::client::Client;
use testkit::dovecot::{Dovecot, Options};
use testkit::{Address, PASSWORD};

pub(crate) struct Bed {
    pub(crate) from: Dovecot,
    pub(crate) to: Dovecot,
    store: TempDir,
}

/// What a pass cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) time: Duration,
    /// The most memory that the process had.
    pub(crate) peak_kib: u64,
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} s, peak memory {:.1} MiB", self.time.as_secs_f64(), self.peak_kib as f64 / 1024.0)
    }
}

impl Bed {
    pub(crate) fn start(options: &Options) -> Result<Self> {
        Ok(Self { from: Dovecot::start(options)?, to: Dovecot::start(options)?, store: TempDir::new()? })
    }

    /// Copies these users from one port to another: the first time all of their mail, later what is new.
    pub(crate) fn migrate(&self, migrate: &Path, users: &[&str], from: u16, to: u16) -> Result<Cost> {
        let list = self.store.path().join(users.join("-"));
        fs::write(&list, users.join("\n"))?;
        let store = list.with_extension("store");
        let began = Instant::now();
        let output = Command::new(migrate)
            .arg(&store)
            .arg(&list)
            .args(["4", &from.to_string(), &to.to_string(), "127.0.0.1", "None"])
            .env("PASS", PASSWORD)
            .output()?;
        let time = began.elapsed();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let peak = said.strip_prefix("peak memory: ").and_then(|rest| rest.trim_end().strip_suffix(" kB"));
        match peak.and_then(|kib| kib.parse().ok()) {
            Some(peak_kib) if output.status.success() => Ok(Cost { time, peak_kib }),
            _ => Err(Error::other(format!("{said}{}", String::from_utf8_lossy(&output.stderr)))),
        }
    }
}

/// The folders of a user as the server writes their names, how many messages they have, and their bytes.
fn folders(server: &Address, user: &str) -> Result<Vec<(String, u64, u64)>> {
    let mut client = Client::login(server, user, PASSWORD)?;
    let listed = client.command("LIST \"\" *")?;
    let texts = listed.iter().map(|line| String::from_utf8_lossy(line).trim_end().to_owned());
    let selectable = texts.filter(|text| !text.contains("\\Noselect") && !text.contains("\\NonExistent"));
    let names = selectable.filter_map(|text| Some(text.split_once(") \"/\" ")?.1.to_owned()));
    let mut folders = Vec::new();
    for name in names.collect::<Vec<_>>() {
        let answer = client.command(&format!("STATUS {name} (MESSAGES SIZE)"))?.concat();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let number = |what: &str| {
            let rest = answer.rsplit_once(&format!("{what} "))?.1;
            rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
        };
        let numbers = number("MESSAGES").zip(number("SIZE"));
        let (messages, size) = numbers.ok_or_else(|| Error::other(format!("no numbers in {answer}")))?;
        folders.push((name, messages, size));
    }
    folders.sort();
    Ok(folders)
}

/// The bytes of a user's messages. Fails where a folder's copy has other numbers than its source.
pub(crate) fn copied(bed: &Bed, user: &str) -> Result<u64> {
    let (from, to) = (folders(bed.from.address(), user)?, folders(bed.to.address(), user)?);
    if from == to {
        Ok(from.iter().map(|(_, _, size)| size).sum())
    } else {
        Err(Error::other(format!("{user}: {from:?} became {to:?}")))
    }
}
