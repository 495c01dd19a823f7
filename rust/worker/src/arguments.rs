//! The command line. It never takes a secret: other users of the machine can read it.

use std::ffi::OsString;
use std::time::Duration;

/// How long a worker stays when no batch wants anything, unless told otherwise.
const IDLE_EXIT: Duration = Duration::from_secs(600);

const HELP: &str = "\
Runs the migrations of one store. Cmdlets start it on demand; a service may start it, too.

usage: imap-migration-worker [--store FOLDER] [--idle-exit SECONDS] [--foreground]

  --store FOLDER       the store; default: IMAP_MIGRATION_STORE, else the machine's own
  --idle-exit SECONDS  ends when no batch wanted anything for so long (600)
  --foreground         stays in the terminal and logs there, too
  --version, --help";

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Serve a store.
    Serve(Arguments),
    /// Print this.
    Print(String),
}

/// How to serve.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Arguments {
    /// The store, if not the default.
    pub(crate) store: Option<String>,
    /// How long to stay idle.
    pub(crate) idle_exit: Duration,
    /// Stay in the terminal.
    pub(crate) foreground: bool,
}

/// Reads the command line.
pub(crate) fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Action, String> {
    let mut parsed = Arguments { store: None, idle_exit: IDLE_EXIT, foreground: false };
    let mut arguments = arguments.map(|argument| argument.to_string_lossy().into_owned());
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value; see --help"));
        match argument.as_str() {
            "--store" => parsed.store = Some(value()?),
            "--idle-exit" => parsed.idle_exit = seconds(&value()?)?,
            "--foreground" => parsed.foreground = true,
            "--help" => return Ok(Action::Print(HELP.to_owned())),
            "--version" => return Ok(Action::Print(env!("CARGO_PKG_VERSION").to_owned())),
            _ => return Err(format!("unknown argument `{argument}`; see --help")),
        }
    }
    Ok(Action::Serve(parsed))
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse().map(Duration::from_secs).map_err(|_| format!("`{text}` is no number of seconds"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Action, String> {
        super::parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn arguments_have_defaults_and_bad_ones_are_named() {
        let given =
            Arguments { store: Some("x".into()), idle_exit: Duration::from_secs(5), foreground: true };
        assert_eq!(parse("--store x --idle-exit 5 --foreground"), Ok(Action::Serve(given)));
        let default = Arguments { store: None, idle_exit: IDLE_EXIT, foreground: false };
        assert_eq!(parse(""), Ok(Action::Serve(default)));
        assert!(parse("--fly").unwrap_err().contains("--fly"));
        assert!(parse("--store").unwrap_err().contains("--store"));
        assert!(parse("--idle-exit soon").unwrap_err().contains("soon"));
    }
}
