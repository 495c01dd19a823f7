//! Demo: a whole migration between two mail servers that live as long as the task.

use crate::build;
use crate::layout::Layout;
use crate::process::{Result, command, run};
use crate::tools::{self, Missing};

/// Tells PowerShell scripts where the program is that runs two mail servers.
pub(crate) const TESTBED: &str = "IMAP_MIGRATION_TESTBED";

/// Migrates a few mailboxes with the cmdlets; through the C ABI where there is no PowerShell.
pub(crate) fn demo(layout: &Layout) -> Result<()> {
    build::native(layout)?;
    match build::managed(layout).and_then(|()| cmdlets(layout, &[])) {
        Err(error) if error.is::<Missing>() => {
            c_abi(layout, &[])?;
            println!("left out: the cmdlets, as {error}; the same steps ran through the C ABI");
            Ok(())
        }
        done => done,
    }
}

/// The demo as a script of what an admin would type.
pub(crate) fn cmdlets(layout: &Layout, options: &[&str]) -> Result<()> {
    let shell = tools::powershell()?;
    let mut script = command(&shell, &["-NoProfile", "-File", "tests/demo/Demo.ps1"]);
    script.args(options).env(TESTBED, layout.testbed());
    run(script)
}

/// The demo as a program that loads the library as any host would.
pub(crate) fn c_abi(layout: &Layout, options: &[&str]) -> Result<()> {
    let mut program = command(&layout.demo().to_string_lossy(), &[]);
    program.arg(layout.library()).arg(layout.worker()).arg(layout.testbed()).args(options);
    run(program)
}
