//! Measures what ordinary mailboxes do not show: servers that are far away, a huge message, a huge folder.
//!
//! ```text
//! extremes MIGRATE far|large|many...
//! ```
//!
//! MIGRATE is the program of `migrate.rs`, which copies in a process of its own, so that its memory can be told from that
//! of the servers. Both are Dovecots. Prints a line for each measurement.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "what a bench tool prints is its result")]
#![cfg_attr(not(unix), allow(unused), reason = "the servers are Dovecot's, which there is for Unix only")]

#[cfg(unix)]
mod bed;
#[cfg(unix)]
mod far;
#[cfg(unix)]
mod large;
#[cfg(unix)]
mod many;

use std::process::ExitCode;

const USAGE: &str = "usage: extremes MIGRATE far|large|many...";

#[cfg(unix)]
fn measure(arguments: &[String]) -> std::io::Result<()> {
    let usage = || std::io::Error::other(USAGE);
    let (migrate, names) =
        arguments.split_first().filter(|(_, names)| !names.is_empty()).ok_or_else(usage)?;
    for name in names {
        match name.as_str() {
            "far" => far::measure(migrate.as_ref())?,
            "large" => large::measure(migrate.as_ref())?,
            "many" => many::measure(migrate.as_ref())?,
            _ => return Err(usage()),
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn measure(_: &[String]) -> std::io::Result<()> {
    Err(std::io::Error::other("this needs Dovecot, which there is for Unix only"))
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match measure(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
