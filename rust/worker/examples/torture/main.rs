//! Torture: moves mail between two real servers, kills the worker and cuts its connections again and again, and has an
//! independent reader compare both sides.

#[cfg(unix)]
mod arguments;
#[cfg(unix)]
mod campaign;
#[cfg(unix)]
mod torture;

use std::process::ExitCode;

#[cfg(unix)]
fn main() -> ExitCode {
    torture::main()
}

/// The servers are Dovecot's.
#[cfg(not(unix))]
#[allow(clippy::print_stderr, reason = "a person reads why")]
fn main() -> ExitCode {
    eprintln!("torture needs Dovecot, which there is for Unix only");
    ExitCode::FAILURE
}
