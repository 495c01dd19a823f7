<#
.SYNOPSIS
Runs the Pester tests, or those of some files, against the module in out/ImapMigration.

.DESCRIPTION
With the newest Pester that is installed, or with the newest of a major version.

.EXAMPLE
./tests/pester.ps1 ./tests/pester/New-MigrationBatch.Tests.ps1

.EXAMPLE
./tests/pester.ps1 ./tests/pester/Mocks.Tests.ps1 -Major 5
#>
[CmdletBinding()]
param(
    [string[]] $Path = "$PSScriptRoot/pester",
    [int] $Major
)

# The preferences of this script would be those of the tests, so it sets none.
# Windows brings Pester 3, which takes another configuration.
$versions = if ($Major) { @{ MinimumVersion = "$Major.0"; MaximumVersion = "$Major.999" } } else { @{ MinimumVersion = '5.0' } }
Import-Module Pester @versions -ErrorAction Stop
$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.Exit = $true
$configuration.Output.Verbosity = 'Detailed'
Invoke-Pester -Configuration $configuration
