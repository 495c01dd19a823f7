# What Tab offers: names of the store by how they begin, words that a parameter takes, quoted where PowerShell would read them otherwise.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Connect-TestStore $TestDrive
    $null = New-UnreachableEndpoint
    $unreachable = @{ RemoteServer = '127.0.0.1'; Port = 9; SkipVerification = $true; ErrorAction = 'Stop' }
    $null = New-MigrationEndpoint -IMAP -Name 'Old (1)' @unreachable
    $route = @{ SourceEndpoint = 'Source'; TargetEndpoint = 'Target'; ErrorAction = 'Stop' }
    $null = New-MigrationBatch -Name 'Wave 1' @route -CSVData (Get-TestCsv (1..1200 | ForEach-Object { "user$_@contoso.com" }))
    $null = New-MigrationBatch -Name '007' @route -CSVData (Get-TestCsv '-x@contoso.com', "o'neil@contoso.com", 'a*@contoso.com')
    $null = New-MigrationBatch -Name 'Wave-2' -Analyze @route -CSVData (Get-TestCsv 'user1150@contoso.com')

    # What Tab offers after this line: its texts, or what it puts there.
    function Get-Offer([string] $Line, [string] $Kind = 'ListItemText') {
        (TabExpansion2 $Line).CompletionMatches | Where-Object ResultType -EQ 'ParameterValue' | ForEach-Object $Kind
    }
}

Describe 'Tab' {
    It 'finds a user beyond the first thousand, once, whatever the case' {
        Get-Offer 'Get-MigrationUser -Identity USER1150' | Should -BeExactly 'user1150@contoso.com'
        Get-Offer 'Get-MigrationUserStatistics user1199' | Should -BeExactly 'user1199@contoso.com'
    }

    It 'offers addresses to <_>' -ForEach @(
        'Get-MigrationUser -EmailAddress', 'New-MigrationBatch -Users', 'New-MigrationBatch -UserIds', 'Test-MigrationUser -Identity'
    ) {
        Get-Offer "$_ user119" | Should -HaveCount 11
    }

    It 'offers the batches whose names begin so' {
        Get-Offer 'Get-MigrationBatch wave' | Should -BeExactly 'Wave 1', 'Wave-2'
        Get-Offer 'Get-MigrationUser -BatchId Wave-' | Should -BeExactly 'Wave-2'
    }

    It 'offers endpoints of the side that is meant' {
        Get-Offer 'New-MigrationBatch -SourceEndpoint ' | Should -BeExactly 'Old (1)', 'Source'
        Get-Offer 'Set-MigrationBatch x -TargetEndpoint ' | Should -BeExactly 'Target'
        Get-Offer 'Get-MigrationEndpoint ' | Should -BeExactly 'Old (1)', 'Source', 'Target'
    }

    It 'offers <Words> after <Line>' -ForEach @(
        @{ Line = 'Get-MigrationUser -Status Sync'; Words = 'Synced', 'Syncing' }
        @{ Line = 'Get-MigrationBatch -Status Synced'; Words = 'Synced', 'SyncedWithErrors' }
        @{ Line = 'New-MigrationBatch -Repair Nul'; Words = , 'NulCharacters' }
        @{ Line = 'Set-MigrationBatch x -ExcludeFolders Del'; Words = '#DeletedItems#', '#DeletedItems#/*' }
        @{ Line = "New-MigrationBatch -IncludeFolders '#Sent"; Words = '#SentItems#', '#SentItems#/*' }
    ) {
        (TabExpansion2 $Line).CompletionMatches.ListItemText | Should -BeExactly $Words
    }

    It 'offers the time zones of this system' {
        $zone = [TimeZoneInfo]::GetSystemTimeZones()[-1].Id
        Get-Offer "New-MigrationBatch -TimeZone '$zone" | Should -Contain $zone
    }

    It 'quotes what PowerShell would read as something else: <Word>' -ForEach @(
        @{ Line = 'Get-MigrationBatch Wav'; Word = "'Wave 1'", 'Wave-2' }
        @{ Line = "Get-MigrationBatch 'Wave "; Word = , "'Wave 1'" }
        @{ Line = 'Get-MigrationBatch "Wave '; Word = , "'Wave 1'" }
        @{ Line = 'Get-MigrationBatch Wave` '; Word = , "'Wave 1'" }
        @{ Line = 'Get-MigrationBatch 00'; Word = , "'007'" }
        @{ Line = "Get-MigrationUser '-x'"; Word = , "'-x@contoso.com'" }
        @{ Line = 'Get-MigrationUser o'; Word = , "'o''neil@contoso.com'" }
        @{ Line = "Get-MigrationUser 'o''n"; Word = , "'o''neil@contoso.com'" }
        @{ Line = 'Get-MigrationUser a*'; Word = , "'a*@contoso.com'" }
        @{ Line = 'Get-MigrationEndpoint O'; Word = , "'Old (1)'" }
    ) {
        Get-Offer $Line CompletionText | Should -BeExactly $Word
    }

    It 'offers what the cmdlet then finds' {
        foreach ($line in 'Get-MigrationBatch 00', 'Get-MigrationUser o', "Get-MigrationUser '-x'", 'Get-MigrationUser a*') {
            $command = "$(($line -split ' ')[0]) $(Get-Offer $line CompletionText)"
            & ([scriptblock]::Create("$command -ErrorAction Stop")) | Should -HaveCount 1
        }
    }
}
