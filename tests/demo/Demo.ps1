<#
.SYNOPSIS
A whole migration between two mail servers, with the cmdlets as an admin types them.

.DESCRIPTION
Starts a source with mail and an empty target, migrates every mailbox, and shows that both sides agree byte for byte.
Nothing is left behind. The exit code is 1 if a user is not Synced or a folder is not identical.
#>
[CmdletBinding()]
param(
    [int] $Users = 4,

    # For each user.
    [int] $Messages = 1000
)

$ErrorActionPreference = 'Stop'
$colour = -not $env:NO_COLOR

# Says what comes next, shows the command as one types it, runs it, and shows what it answers.
function Step([string] $Text, [scriptblock] $Command) {
    Write-Host
    Write-Line "# $Text" DarkGray
    foreach ($line in $Command.ToString().Trim() -split '\r?\n') {
        Write-Line "PS> $($line.Trim())" Yellow
    }
    $answer = & $Command
    $answer | Out-Host
    $answer
}

function Write-Line([string] $Text, [ConsoleColor] $Colour) {
    if ($script:colour) { Write-Host $Text -ForegroundColor $Colour } else { Write-Host $Text }
}

Import-Module "$PSScriptRoot/../../out/ImapMigration"
Import-Module "$PSScriptRoot/../pester/Testbed.psm1"
$folder = Join-Path ([System.IO.Path]::GetTempPath()) "imap-migration-demo-$PID"
$servers = $null
try {
    $servers = Start-Testbed -Users $Users -Messages $Messages
    $source, $target = $servers.source, $servers.target
    Write-Host "Two mail servers ($($servers.server)): `$source with $Users users of $Messages messages each, `$target empty."

    $null = New-Item $folder -ItemType Directory
    Get-TestbedRow $servers | Export-Csv "$folder/users.csv" -NoTypeInformation -Encoding UTF8
    $null = Connect-MigrationStore "$folder/store"

    $null = Step 'Do both servers answer?' {
        Test-MigrationServerAvailability -Imap -RemoteServer $source.host -Port $source.tls_port -AcceptUntrustedCertificates
        Test-MigrationServerAvailability -Imap -RemoteServer $target.host -Port $target.tls_port -AcceptUntrustedCertificates
    }
    $null = Step 'An endpoint for each.' {
        New-MigrationEndpoint -IMAP -Name Source -RemoteServer $source.host -Port $source.tls_port -AcceptUntrustedCertificates
        New-MigrationEndpoint -IMAP -Target -Name Target -RemoteServer $target.host -Port $target.tls_port -AcceptUntrustedCertificates
    }
    $null = Step 'A batch from a CSV, started at once.' {
        New-MigrationBatch -Name Demo -SourceEndpoint Source -TargetEndpoint Target -CSVData ([System.IO.File]::ReadAllBytes("$folder/users.csv")) -AutoStart
    }
    $null = Step 'Wait until there is nothing left to do.' {
        Wait-MigrationBatch Demo
    }
    $null = Step 'What was there to do for each user?' {
        Get-MigrationUser -BatchId Demo | Get-MigrationUserStatistics
    }
    $migrated = Step 'And what became of them?' {
        Get-MigrationUser -BatchId Demo
    }
    $compared = Step 'Do both sides agree, byte for byte?' {
        Get-MigrationUser -BatchId Demo | Test-MigrationUser
    }
    $null = Step 'Clean up.' {
        Remove-MigrationBatch Demo -Confirm:$false
        Get-MigrationEndpoint | Remove-MigrationEndpoint -Confirm:$false
    }

    $compared = @($compared)
    $synced = @($migrated | Where-Object Status -eq 'Synced').Count
    $identical = @($compared | Where-Object Result -eq 'identical').Count
    $good = $synced -eq $Users -and $identical -gt 0 -and $identical -eq $compared.Count
    Write-Line "$synced of $Users users Synced, $identical of $($compared.Count) folders identical." $(if ($good) { 'Green' } else { 'Red' })
}
finally {
    # Runs after Ctrl+C, too. The worker first: it works on the store and talks to the servers.
    if (Test-Path "$folder/store") { $null = Stop-MigrationWorker -Confirm:$false }
    Stop-Testbed $servers
    Remove-Item $folder -Recurse -Force -ErrorAction Ignore
}
exit [int](-not $good)
