# Whatever stops a cmdlet that changes something: it has done what it said, or nothing.

BeforeDiscovery {
    # Each warns of something where it can, and has an answer where it has one. Started, the batches wait: nothing runs before this date.
    $later = @{ SourceEndpoint = 'Source'; TargetEndpoint = 'Target'; StartAfter = '2099-01-01' }
    $odd = "EmailAddress,UserName,Password,TargetPassword,Colour`ne@contoso.com,e,p,p,blue`n"
    $taken = "EmailAddress,UserName,Password,TargetPassword,Colour`ne@contoso.com,e,p,p,blue`nb@contoso.com,b,p,p,red`n"
    $server = @{ RemoteServer = '127.0.0.2'; Security = 'None'; SkipVerification = $true }
    $csv = @{ AllowUnknownColumnsInCsv = $true }
    $quietly = @{ Confirm = $false }
    $changes = @(
        @{ Name = 'New-MigrationEndpoint'; Arguments = @{ IMAP = $true; Name = 'Third' } + $server }
        @{ Name = 'New-MigrationEndpoint'; Case = ' of a Maildir'; Arguments = @{ Maildir = $true; Name = 'Third'; Path = 'trees'; MaxConcurrentMigrations = 101 } }
        @{ Name = 'Set-MigrationEndpoint'; Arguments = @{ Identity = 'Source' } + $server }
        @{ Name = 'Remove-MigrationEndpoint'; Arguments = @{ Identity = 'Spare'; Partition = 1 } + $quietly }
        @{ Name = 'New-MigrationBatch'; Arguments = @{ Name = 'New'; CSVData = $odd } + $later + $csv }
        @{ Name = 'New-MigrationBatch'; Case = ' -AutoStart'; Arguments = @{ Name = 'New'; CSVData = $odd; AutoStart = $true } + $later + $csv }
        @{ Name = 'New-MigrationBatch'; Case = ' with a user of another batch'; Arguments = @{ Name = 'New'; CSVData = $taken } + $later + $csv }
        @{ Name = 'Set-MigrationBatch'; Arguments = @{ Identity = 'First'; AddUsers = $true; CSVData = $odd; AutoRetryCount = 9 } + $csv }
        @{ Name = 'Set-MigrationBatch'; Case = ' with a user of another batch'; Arguments = @{ Identity = 'First'; AddUsers = $true; CSVData = $taken; AutoRetryCount = 9 } + $csv }
        @{ Name = 'Set-MigrationBatch'; Case = ' -SyncNow'; Arguments = @{ Identity = 'First'; SyncNow = $true; MoveOptions = 1; AutoRetryCount = 9 } }
        @{ Name = 'Start-MigrationBatch'; Arguments = @{ Identity = 'First'; Partition = 1 } }
        @{ Name = 'Stop-MigrationBatch'; Arguments = @{ Identity = 'Second'; Partition = 1 } + $quietly; Started = $true }
        @{ Name = 'Remove-MigrationBatch'; Arguments = @{ Identity = 'First'; Partition = 1 } + $quietly }
        @{ Name = 'Start-MigrationWorker'; Arguments = @{ } }
        @{ Name = 'Stop-MigrationWorker'; Arguments = @{ } + $quietly; Started = $true }
    )
    # Each is given a cmdlet and its arguments.
    $stops = @(
        @{ Stop = '-WarningAction Stop'; By = { param($name, $arguments) & $name @arguments -WarningAction Stop } }
        @{ Stop = '$WarningPreference'; By = { param($name, $arguments) $WarningPreference = 'Stop'; & $name @arguments } }
        @{ Stop = '-ErrorAction Stop'; By = { param($name, $arguments) & $name @arguments -ErrorAction Stop } }
        @{ Stop = 'the verbose line of ShouldProcess'; By = { param($name, $arguments) $VerbosePreference = 'Stop'; & $name @arguments } }
        @{ Stop = 'Select-Object -First 1'; By = { param($name, $arguments) & $name @arguments | Select-Object -First 1 } }
        @{ Stop = 'what takes its output'; Late = $true; By = { param($name, $arguments) & $name @arguments | ForEach-Object { throw 'stop' } } }
    )
    $cases = foreach ($change in $changes) {
        foreach ($stop in $stops) {
            $case = @{ Case = ''; Started = $false; Late = $false }
            foreach ($part in $change, $stop) { foreach ($key in $part.Keys) { $case[$key] = $part[$key] } }
            $case
        }
    }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Import-ModuleUnderTest

    # A store with a batch that was not started, and one that was where that is asked for.
    function New-World([bool] $Started) {
        Connect-TestStore $TestDrive
        $null = New-UnreachableEndpoint
        $null = New-MigrationEndpoint -IMAP -Name Spare -RemoteServer 127.0.0.1 -SkipVerification
        $later = @{ SourceEndpoint = 'Source'; TargetEndpoint = 'Target'; StartAfter = '2099-01-01' }
        $null = New-MigrationBatch -Name First @later -CSVData (Get-TestCsv a@contoso.com) -ErrorAction Stop
        $null = New-MigrationBatch -Name Second @later -CSVData (Get-TestCsv b@contoso.com) -AutoStart:$Started -ErrorAction Stop
    }

    # Everything that a cmdlet may change, as text.
    function Get-World {
        Get-MigrationEndpoint | ForEach-Object { "$($_.Identity.Name) $($_.RemoteServer) $($_.Security) $($_.MaxConcurrentMigrations)" }
        Get-MigrationBatch -IncludeReport | ForEach-Object { "$($_.Identity.Name) $($_.Status) $($_.TotalCount) $($_.AutoRetryCount) $(@($_.Report.Entries).Count)" }
        Get-MigrationUser | ForEach-Object { "$($_.Identity) $($_.BatchId)" }
        "$((Get-MigrationWorker).Status)"
        "$(Test-Path (Join-Path $TestDrive trees))"
    }

    function Remove-World {
        if ((Get-MigrationWorker).Status -eq 'Running') { $null = Stop-MigrationWorker -Confirm:$false }
        Remove-Item (Join-Path $TestDrive trees) -Recurse -ErrorAction Ignore
    }

    Push-Location $TestDrive
}

AfterAll { Pop-Location }

Describe 'A cmdlet that changes something' {
    It 'is in the table of this file' -ForEach @{ Known = $changes.Name } {
        $changing = (Get-Command -Module ImapMigration -Verb New, Set, Remove, Start, Stop).Name
        # What is set up in Office 365 is done step by step, and each step says what came of it: Office365Access.Tests.ps1.
        $changing -notlike '*-MigrationOffice365Access' | Should -BeIn $Known
    }
}

Describe '<Name><Case>, stopped by <Stop>' -ForEach $cases {
    AfterEach { Remove-World }

    It 'has done nothing, or all that it said if it has not stopped' {
        New-World $Started
        $before = Get-World
        & $Name @Arguments -WarningAction SilentlyContinue -ErrorAction SilentlyContinue | Out-Null
        $done = Get-World
        Remove-World
        New-World $Started
        $hasStopped = try { & $By $Name $Arguments *>&1 | Out-Null; $false } catch { $true }
        Get-World | Should -Be $(if ($hasStopped -and -not $Late) { $before } else { $done })
    }
}
