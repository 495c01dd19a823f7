# -WhatIf tells the truth: it says what would be done where the call would do it, and fails where the call would.

BeforeDiscovery {
    $route = @{ SourceEndpoint = 'Source'; TargetEndpoint = 'Target' }
    $eve = "EmailAddress,UserName,Password,TargetPassword`ne@contoso.com,e,p,p`n"
    $taken = "EmailAddress,UserName,Password,TargetPassword`na@contoso.com,a,p,p`n"
    $server = @{ IMAP = $true; RemoteServer = 'imap.contoso.test' }
    $calls = @(
        @{ Name = 'New-MigrationEndpoint'; Good = @{ Name = 'Third' } + $server; Bad = @{ Name = 'source'; SkipVerification = $true } + $server; Id = 'EndpointExists' }
        @{ Name = 'Set-MigrationEndpoint'; Good = @{ Identity = 'Source'; Port = 143 }; Bad = @{ Identity = 'None' }; Id = 'EndpointNotFound' }
        @{ Name = 'Remove-MigrationEndpoint'; Good = @{ Identity = 'Spare' }; Bad = @{ Identity = 'Source' }; Id = 'EndpointInUse' }
        @{ Name = 'Test-MigrationServerAvailability'; Good = @{ Endpoint = 'Source' }; Bad = @{ Endpoint = 'None' }; Id = 'EndpointNotFound' }
        @{ Name = 'New-MigrationBatch'; Good = @{ Name = 'New'; CSVData = $eve; AutoStart = $true } + $route; Bad = @{ Name = 'First'; CSVData = $eve } + $route; Id = 'BatchExists' }
        @{ Name = 'New-MigrationBatch'; Good = @{ Name = 'New'; CSVData = $taken; AdoptPreexisting = $true } + $route; Bad = @{ Name = 'New'; CSVData = $taken } + $route; Id = 'UserExists' }
        @{ Name = 'New-MigrationBatch'; Good = @{ Name = 'New'; Users = 'a@contoso.com' }; Bad = @{ Name = 'New'; Users = 'nobody@contoso.com' }; Id = 'UserNotFound' }
        @{ Name = 'Set-MigrationBatch'; Good = @{ Identity = 'First'; AutoRetryCount = 9 }; Bad = @{ Identity = 'First'; ContentFilter = 'Received' }; Id = 'InvalidArgument' }
        @{ Name = 'Start-MigrationBatch'; Good = @{ Identity = 'First' }; Bad = @{ Identity = 'None' }; Id = 'BatchNotFound' }
        @{ Name = 'Stop-MigrationBatch'; Good = @{ Identity = 'Second' }; Bad = @{ Identity = 'First' }; Id = 'InvalidState' }
        @{ Name = 'Remove-MigrationBatch'; Good = @{ Identity = 'First' }; Bad = @{ Identity = 'None'; Force = $true }; Id = 'BatchNotFound' }
        @{ Name = 'Start-MigrationWorker'; Good = @{ }; Bad = $null }
        @{ Name = 'Stop-MigrationWorker'; Good = @{ }; Bad = $null }
    )
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Connect-TestStore $TestDrive
    $null = New-UnreachableEndpoint
    $null = New-MigrationEndpoint -IMAP -Name Spare -RemoteServer 127.0.0.1 -SkipVerification
    $later = @{ SourceEndpoint = 'Source'; TargetEndpoint = 'Target'; StartAfter = '2099-01-01' }
    $null = New-MigrationBatch -Name First @later -CSVData (Get-TestCsv a@contoso.com)
    $null = New-MigrationBatch -Name Second @later -CSVData (Get-TestCsv b@contoso.com) -AutoStart
    $null = Stop-MigrationWorker -Confirm:$false

    # Everything that a cmdlet may change, as text.
    function Get-World {
        @(Get-MigrationEndpoint) + @(Get-MigrationBatch -IncludeReport) + @(Get-MigrationUser) + @(Get-MigrationWorker) | ConvertTo-Json -Depth 5
    }

    # What PowerShell says would be done goes to the host and nowhere else; a transcript takes it all.
    function Get-Said([string] $Name, [hashtable] $Arguments) {
        $null = Start-Transcript "$TestDrive/said" -UseMinimalHeader
        $output = & $Name @Arguments -WhatIf -ErrorAction SilentlyContinue -ErrorVariable problems
        $null = Stop-Transcript
        $output | Should -BeNullOrEmpty
        @{ WhatIf = Get-Content "$TestDrive/said" | Where-Object { $_ -like 'What if: *' }; Id = $problems.FullyQualifiedErrorId }
    }
}

Describe '-WhatIf' {
    It 'is in the table of this file for every cmdlet that has it' -ForEach @{ Known = $calls.Name } {
        $described = (Get-Command -Module ImapMigration | Where-Object { $_.Parameters.ContainsKey('WhatIf') }).Name
        # Those that show steps as objects do so with -WhatIf, too: Office365Access.Tests.ps1.
        $described -notlike '*-MigrationOffice365Access' | Should -BeIn $Known
    }

    It 'of <Name> says what would be done, and does nothing' -ForEach $calls {
        $before = Get-World
        $said = Get-Said $Name $Good
        $said.Id | Should -BeNullOrEmpty
        @($said.WhatIf).Count | Should -Be 1
        Get-World | Should -Be $before
    }

    It 'of <Name> fails with <Id> as the call does, and says nothing' -ForEach ($calls | Where-Object { $null -ne $_.Bad }) {
        $said = Get-Said $Name $Bad
        $said.Id | Should -Be "$Id,$((Get-Command $Name).ImplementingType.FullName)"
        $said.WhatIf | Should -BeNullOrEmpty
        (Get-FirstError { & $Name @Bad -Confirm:$false }).FullyQualifiedErrorId | Should -Be $said.Id
    }
}
