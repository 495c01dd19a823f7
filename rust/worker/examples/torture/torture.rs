//! From the command line to the exit code.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for a terminal")]

use std::process::ExitCode;

use crate::arguments::{Arguments, HELP};
use crate::campaign::Campaign;

pub(crate) fn main() -> ExitCode {
    match Arguments::parse() {
        Ok(Some(arguments)) => run(arguments),
        Ok(None) => {
            println!("{HELP}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}; see --help");
            ExitCode::from(2)
        }
    }
}

/// The seed comes first, so that a run can be repeated whatever becomes of it.
fn run(Arguments { worker, plan, keep }: Arguments) -> ExitCode {
    println!("{plan}");
    if Campaign::new(plan, worker).survives(keep) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
