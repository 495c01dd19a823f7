//! The tasks behind `build.ps1` and `build.sh`: Build, Test, Demo, Bench, Torture, Simulate, Matrix, Mutants, Fuzz and Package.
//!
//! INVARIANT: a task starts no process that outlives it, and writes only below `out` and the target folder.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a task talks to the terminal")]

mod bench;
mod build;
mod demo;
mod fuzz;
mod layout;
mod matrix;
mod mutants;
mod package;
mod process;
mod rooms;
mod simulate;
mod tally;
mod test;
mod tools;
mod torture;

use std::process::ExitCode;

use layout::Layout;
use process::Result;

const USAGE: &str = "usage: xtask Build | Test [LAYER...] | Demo | Bench [PART...] | Torture [OPTION...] | Simulate [OPTION...] | Matrix [OPTION...] | Mutants [OPTION...] | Fuzz [TARGET...] [OPTION...] | Package";

fn main() -> ExitCode {
    match run(std::env::args().skip(1).collect()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Vec<String>) -> Result<ExitCode> {
    let (task, rest) = arguments.split_first().ok_or(USAGE)?;
    let layout = Layout::find()?;
    match (task.to_ascii_lowercase().as_str(), rest) {
        ("build", []) => build::build(&layout)?,
        // The counts come last, so a failed test says nothing more.
        ("test", layers) => return test::test(&layout, layers),
        ("demo", []) => demo::demo(&layout)?,
        ("bench", blocks) => bench::bench(&layout, blocks)?,
        ("torture", options) => torture::torture(&layout, options)?,
        ("simulate", options) => simulate::simulate(options)?,
        ("matrix", options) => matrix::matrix(&layout, options)?,
        ("fuzz", options) => fuzz::fuzz(&layout, options)?,
        ("mutants", options) => mutants::mutants(&layout, options)?,
        ("package", []) => package::package(&layout)?,
        _ => return Err(USAGE.into()),
    }
    Ok(ExitCode::SUCCESS)
}
