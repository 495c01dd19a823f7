<#
.SYNOPSIS
Runs the Pester tests, or those of some files, against the module in out/ImapMigration.

.EXAMPLE
./tests/pester.ps1 ./tests/pester/New-MigrationBatch.Tests.ps1
#>
[CmdletBinding()]
param(
    [string[]] $Path = "$PSScriptRoot/pester"
)

# The preferences of this script would be those of the tests, so it sets none.
# Windows brings Pester 3, which takes another configuration.
Import-Module Pester -MinimumVersion 5.0 -ErrorAction Stop
$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.Exit = $true
$configuration.Output.Verbosity = 'Detailed'
Invoke-Pester -Configuration $configuration
