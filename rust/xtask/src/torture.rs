//! Torture: the worker is killed and its connections are cut, and nothing may be lost, doubled or altered.

use crate::build;
use crate::layout::Layout;
use crate::process::{Result, command, run};
use crate::tools;

/// Runs the program that does so, with its own options.
pub(crate) fn torture(layout: &Layout, options: &[String]) -> Result<()> {
    tools::dovecot()?;
    tools::python()?;
    build::release(&["--bin", "imap-migration-worker", "--example", "torture"])?;
    let mut program = command(&layout.torture().to_string_lossy(), &["--worker"]);
    program.arg(layout.built_worker()).args(options);
    run(program)
}
