//! Runs commands: says what it runs, lets the output through, and counts tests where there are any.

use std::error::Error;
use std::io::{BufRead, BufReader, IsTerminal, Write, pipe, stdout};
use std::process::Command;

use crate::tally::Tally;

/// What can go wrong in a task, in words for the terminal.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A command with these arguments.
pub(crate) fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    command
}

/// Runs a command; an error if it fails.
pub(crate) fn run(mut command: Command) -> Result<()> {
    announce(&command);
    let status = command.status().map_err(|error| cannot_run(&command, &error))?;
    if status.success() { Ok(()) } else { Err(format!("{} ended with {status}", name(&command)).into()) }
}

/// Runs a command whose failure says nothing that its results do not say.
pub(crate) fn run_to_its_end(mut command: Command) -> Result<()> {
    announce(&command);
    command.status().map(drop).map_err(|error| cannot_run(&command, &error).into())
}

/// Runs a command that is a check in itself.
pub(crate) fn check(mut command: Command) -> Result<Tally> {
    announce(&command);
    let status = command.status().map_err(|error| cannot_run(&command, &error))?;
    Ok(Tally::of(status.success()))
}

/// Runs a command that runs tests, and adds up the counts that it prints.
///
/// A test runner that fails without a failed test is a failure itself.
pub(crate) fn count(mut command: Command) -> Result<Tally> {
    announce(&command);
    if stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    let (output, input) = pipe()?;
    command.stdout(input.try_clone()?).stderr(input);
    let mut child = command.spawn().map_err(|error| cannot_run(&command, &error))?;
    // The command holds the pipe's other end: as long as it lives, the output does not end.
    drop(command);
    let mut tally = Tally::default();
    let mut output = BufReader::new(output);
    let mut line = Vec::new();
    while output.read_until(b'\n', &mut line)? > 0 {
        stdout().write_all(&line)?;
        tally += Tally::read(&String::from_utf8_lossy(&line));
        line.clear();
    }
    if !child.wait()?.success() && tally.failed == 0 {
        tally.failed = 1;
    }
    Ok(tally)
}

/// Whether a program can be started and says so itself.
pub(crate) fn answers(program: &str, arguments: &[&str]) -> bool {
    command(program, arguments).output().is_ok_and(|output| output.status.success())
}

fn announce(command: &Command) {
    let arguments: Vec<_> = command.get_args().map(|argument| argument.to_string_lossy()).collect();
    println!("> {} {}", name(command), arguments.join(" "));
}

fn cannot_run(command: &Command, error: &std::io::Error) -> String {
    format!("cannot run {}: {error}", name(command))
}

fn name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}
