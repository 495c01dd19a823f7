//! Matrix: mail moves between every two of some real servers, and nothing may be lost, doubled or left out in silence.

use crate::build;
use crate::layout::Layout;
use crate::process::{Result, command, run};
use crate::tools;

/// Runs the program that does so, with its own options.
pub(crate) fn matrix(layout: &Layout, options: &[String]) -> Result<()> {
    tools::dovecot()?;
    let python = tools::python()?;
    build::release(&["--lib", "--bins"])?;
    let mut program = command(python, &["tests/servers/matrix", "--library"]);
    program.arg(layout.built_library()).arg("--worker").arg(layout.built_worker());
    program.env("SERVERS", layout.servers()).env("PYTHONDONTWRITEBYTECODE", "1").args(options);
    run(program)
}
