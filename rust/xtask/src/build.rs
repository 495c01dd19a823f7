//! Build: the complete, importable module in `out/ImapMigration`.

use std::fs;
use std::path::Path;

use crate::layout::Layout;
use crate::process::{Result, command, run};
use crate::tools;

/// Builds the module; without the .NET SDK its native part, which is an error.
pub(crate) fn build(layout: &Layout) -> Result<()> {
    native(layout)?;
    managed(layout)?;
    println!("ready: Import-Module ./{}", layout.module().display());
    Ok(())
}

/// Compiles everything native in one go, and begins the module anew with the library and the worker.
///
/// One command, because cargo settles the features of shared crates for each command: two would compile them twice.
pub(crate) fn native(layout: &Layout) -> Result<()> {
    release(&["--lib", "--bins", "--example", "demo"])?;
    remove_folder(layout.module())?;
    copy(&layout.built_library(), &layout.library())?;
    copy(&layout.built_worker(), &layout.worker())
}

/// Compiles these targets of the native packages, always with the features of all of them.
pub(crate) fn release(targets: &[&str]) -> Result<()> {
    let mut cargo = command("cargo", &["build", "--release"]);
    cargo.args(["--package", "capi", "--package", "worker", "--package", "testkit"]).args(targets);
    run(cargo)
}

/// Compiles the cmdlets into the module, a warning being an error, and writes their help.
pub(crate) fn managed(layout: &Layout) -> Result<()> {
    // Build servers would outlive the task.
    let arguments =
        ["build", "powershell/src/Cmdlets", "--configuration", "Release", "--disable-build-servers"];
    let mut compile = command(tools::dotnet()?, &arguments);
    compile.args(["--nologo", "-warnaserror", "--output"]).arg(layout.module());
    run(compile)?;
    help(layout)
}

/// Writes the cmdlets' help, which reads their parameters from the module itself and so needs PowerShell.
fn help(layout: &Layout) -> Result<()> {
    match tools::powershell() {
        Ok(shell) => {
            let script = ["-NoProfile", "-File", "powershell/help/Build-Help.ps1", "-Module"];
            let mut help = command(&shell, &script);
            help.arg(layout.module());
            run(help)
        }
        Err(missing) => {
            println!("the module is built without its help: {missing}");
            Ok(())
        }
    }
}

/// Copies a folder with all below it, permissions included.
pub(crate) fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            copy(&entry.path(), &target)?;
        }
    }
    Ok(())
}

/// Removes a folder with all below it, if it is there.
pub(crate) fn remove_folder(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| format!("cannot remove {}: {error}", folder.display()))?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::copy(from, to)
        .map_err(|error| format!("cannot copy {} to {}: {error}", from.display(), to.display()))?;
    Ok(())
}
