//! The tools beside cargo: whether they are there, and how to get them where they are not.

use std::error::Error;
use std::fmt;

use crate::process::{answers, command, run};

/// A tool that is not here. What needs it is left out, which is no failure.
#[derive(Debug)]
pub(crate) struct Missing {
    tool: &'static str,
    remedy: &'static str,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no {} ({})", self.tool, self.remedy)
    }
}

impl Error for Missing {}

/// The .NET SDK that compiles the module.
pub(crate) fn dotnet() -> Result<&'static str, Missing> {
    // A bare runtime has the command too, but fails here.
    let found = answers("dotnet", &["--version"]).then_some("dotnet");
    found.ok_or(Missing { tool: ".NET SDK", remedy: "https://dotnet.microsoft.com/download" })
}

/// PowerShell: the one that started the task, else the one on the PATH.
pub(crate) fn powershell() -> Result<String, Missing> {
    let own = std::env::var("IMAP_MIGRATION_POWERSHELL").ok();
    let known = ["pwsh", "powershell"].map(str::to_owned);
    let mut shells = own.into_iter().chain(known);
    let found = shells.find(|shell| answers(shell, &["-NoProfile", "-Command", "exit 0"]));
    found.ok_or(Missing { tool: "PowerShell", remedy: "https://aka.ms/install-powershell" })
}

/// Pester 5 in that PowerShell, from the PowerShell Gallery if need be: Windows brings Pester 3, which is another tool.
pub(crate) fn pester(shell: &str) -> Result<(), Missing> {
    const FIND: &str = "if (Get-Module -ListAvailable Pester | Where-Object Version -ge ([version] '5.0')) { exit 0 } else { exit 1 }";
    const INSTALL: &str = "$ErrorActionPreference = 'Stop'; \
        Install-Module Pester -MinimumVersion 5.0 -Scope CurrentUser -Force -SkipPublisherCheck";
    if answers(shell, &["-NoProfile", "-Command", FIND]) {
        return Ok(());
    }
    let installed = run(command(shell, &["-NoProfile", "-Command", INSTALL]));
    installed.map_err(|_| Missing { tool: "Pester 5", remedy: "Install-Module Pester -Scope CurrentUser" })
}

/// Whether there is a Pester of that major version in that PowerShell.
pub(crate) fn has_pester(shell: &str, major: u32) -> bool {
    let find = format!(
        "exit [int](-not (Get-Module -ListAvailable Pester | Where-Object {{ $_.Version.Major -eq {major} }}))"
    );
    answers(shell, &["-NoProfile", "-Command", &find])
}

/// Python 3 under the name that it has here.
pub(crate) fn python() -> Result<&'static str, Missing> {
    let found = ["python3", "python"].into_iter().find(|name| answers(name, &["--version"]));
    found.ok_or(Missing { tool: "Python 3", remedy: "apt-get install python3" })
}

/// What checks the memory of the C program.
pub(crate) fn valgrind() -> Result<(), Missing> {
    let found = answers("valgrind", &["--version"]).then_some(());
    found.ok_or(Missing { tool: "valgrind", remedy: "apt-get install valgrind" })
}

/// The real mail server of the tests.
pub(crate) fn dovecot() -> Result<(), Missing> {
    let found = ["dovecot", "/usr/sbin/dovecot"].iter().any(|name| answers(name, &["--version"]));
    found.then_some(()).ok_or(Missing { tool: "Dovecot", remedy: "apt-get install dovecot-imapd" })
}

/// What builds and runs the fuzzing programs.
pub(crate) fn cargo_fuzz() -> Result<(), Missing> {
    let found = answers("cargo", &["fuzz", "--version"]).then_some(());
    found.ok_or(Missing { tool: "cargo-fuzz", remedy: "cargo install cargo-fuzz" })
}

/// What changes the code, to see whether the tests mind.
pub(crate) fn mutants() -> Result<(), Missing> {
    let found = answers("cargo", &["mutants", "--version"]).then_some(());
    found.ok_or(Missing { tool: "cargo-mutants", remedy: "cargo install --locked cargo-mutants" })
}

/// Whether there is the test runner that counts over all crates; cargo's own serves without it.
pub(crate) fn nextest() -> bool {
    answers("cargo", &["nextest", "--version"])
}
