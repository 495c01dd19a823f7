<#
.SYNOPSIS
Builds, tests, shows, measures and packs ImapMigration.

.DESCRIPTION
Build    leaves the complete, importable module in out/ImapMigration.
Test     runs every layer of tests, or the layers that are named, and prints the counts last.
Demo     migrates a few mailboxes between two mail servers that live as long as the demo.
Bench    measures such a copy; or of far, large, many and code what is named: far servers, large messages, many messages,
         the lexer, the CSV reader and the planner.
Torture  migrates between two Dovecots while the worker is killed and its connections are cut, and compares both sides.
         --seed N repeats a run; --kills N, --cuts N, --users N and --messages N say how much; --keep leaves all behind.
Simulate runs the engine between servers in memory, where all that goes wrong comes from one seed (docs/simulation.md).
         --seed N --runs M says which seeds; --climate NAME, --with and --without what may happen; --trace prints all.
Matrix   migrates between every two of some real servers that Linux has, in four passes, and compares both sides; it needs root.
         --servers NAME... and --pair SOURCE:TARGET choose; --seed N repeats a run; --write brings docs/servers.md up to date.
Fuzz     feeds the parsers, and the client as a whole, with what libFuzzer makes up, and stops at the first that does not hold;
         TARGET... chooses (fuzz/corpus has their names); --runs N says how much each gets, --seed N repeats it.
Mutants  changes the code that decides what is copied in small ways, and sees whether the tests mind (docs/mutants.md); it needs
         cargo-mutants. --file FILE chooses.
Package  packs the module as out/ImapMigration-VERSION.zip, with its SHA-256.
Clean    removes everything that the others made.

Needs cargo (https://rustup.rs) and the .NET SDK (https://dotnet.microsoft.com/download). On a bare Linux machine
./build.sh takes the same tasks and gets the tools first.

.EXAMPLE
./build.ps1 Test

.EXAMPLE
./build.ps1 Test format lint

.EXAMPLE
./build.ps1 Torture --seed 7 --kills 500 --cuts 1000
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Demo', 'Bench', 'Torture', 'Simulate', 'Matrix', 'Mutants', 'Fuzz', 'Package', 'Clean')]
    [string] $Task = 'Build',

    # For Test: the layers to run, all if none is named. For Bench: what to measure. For Torture, Simulate, Matrix and Fuzz: their options.
    [Parameter(ValueFromRemainingArguments)]
    [string[]] $Rest = @()
)

$ErrorActionPreference = 'Stop'

if (-not (Get-Command cargo -CommandType Application -ErrorAction Ignore)) {
    throw 'There is no cargo: install Rust (https://rustup.rs), or on Linux run ./build.sh, which does.'
}

$target = if ($env:CARGO_TARGET_DIR) { $env:CARGO_TARGET_DIR } else { 'target' }
Push-Location $PSScriptRoot
try {
    if ($Task -eq 'Clean') {
        cargo clean
        Remove-Item out, powershell/src/*/bin, powershell/src/*/obj -Recurse -Force -ErrorAction Ignore
    }
    else {
        # The tests run in the PowerShell that asked for them: Windows PowerShell or PowerShell 7.
        $env:IMAP_MIGRATION_POWERSHELL = (Get-Process -Id $PID).Path
        cargo run --quiet --package xtask --target-dir $target/xtask -- $Task @Rest
    }
}
finally {
    Pop-Location
}
exit $LASTEXITCODE
