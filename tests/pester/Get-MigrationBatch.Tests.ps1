BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Connect-TestStore $TestDrive
    $null = New-UnreachableEndpoint
    $null = New-MigrationEndpoint -IMAP -Name 'Other' -RemoteServer imap.contoso.test -SkipVerification
    $one = New-MigrationBatch -Name 'Wave 1' -SourceEndpoint Source -TargetEndpoint Target -CSVData (Get-TestCsv 'a@contoso.com')
    $two = New-MigrationBatch -Name 'Wave 2' -SourceEndpoint Other -TargetEndpoint Target -CSVData (Get-TestCsv 'b@contoso.com', 'c@contoso.com')
}

Describe 'Get-MigrationBatch' {
    It 'shows all without an identity, and with $null' {
        (Get-MigrationBatch).Identity | Should -Be 'Wave 1', 'Wave 2'
        (Get-MigrationBatch $null).Identity | Should -Be 'Wave 1', 'Wave 2'
    }

    It 'finds one by name, guid, identity and object' {
        (Get-MigrationBatch 'wave 2').BatchGuid | Should -Be $two.BatchGuid
        (Get-MigrationBatch -Identity $two.BatchGuid).Identity | Should -Be 'Wave 2'
        (Get-MigrationBatch $two.Identity.Name).TotalCount | Should -Be 2
        ($one, $two | Get-MigrationBatch).Identity | Should -Be 'Wave 1', 'Wave 2'
    }

    It 'finds those of an endpoint and of a status' {
        (Get-MigrationBatch -Endpoint Other).Identity | Should -Be 'Wave 2'
        (Get-MigrationBatch -Status created).Identity | Should -Be 'Wave 1', 'Wave 2'
        Get-MigrationBatch -Status Synced | Should -BeNullOrEmpty
        { Get-MigrationBatch 'Wave 1' -Endpoint Other } | Should -Throw
    }

    It 'limits the number of results, and says that there are more' {
        Get-MigrationBatch -ResultSize 1 -WarningVariable warnings -WarningAction SilentlyContinue | Should -HaveCount 1
        "$warnings" | Should -BeLike '*-ResultSize Unlimited*'
        Get-MigrationBatch -ResultSize 'Unlimited' | Should -HaveCount 2
    }

    It 'takes switches as $true' {
        (Get-MigrationBatch 'Wave 1' -IncludeReport $true).Identity | Should -Be 'Wave 1'
        (Get-MigrationBatch -IncludeReport $true).Identity | Should -Be 'Wave 1', 'Wave 2'
        (Get-MigrationBatch 'Wave 1' -IncludeReport:$true).Report | Should -BeOfType ([ImapMigration.MigrationReport])
    }

    It 'fails for a name that is not there' {
        $failed = Get-FirstError { Get-MigrationBatch 'Wave 9' }
        $failed.FullyQualifiedErrorId | Should -BeExactly 'BatchNotFound,ImapMigration.Commands.GetMigrationBatchCommand'
        $failed.Exception.GetType().Name | Should -Be 'ManagementObjectNotFoundException'
        $failed.TargetObject | Should -Be 'Wave 9'
        Get-MigrationBatch 'Wave 9' -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        { Get-MigrationBatch 'Wave 9' -ErrorAction Stop } | Should -Throw "*couldn't be found*"
    }

    It 'takes no wildcards' {
        (Get-FirstError { Get-MigrationBatch 'Wave*' }).FullyQualifiedErrorId | Should -BeLike 'BatchNotFound,*'
    }

    It 'completes names, in quotes where they need them, and statuses' {
        $line = 'Get-MigrationBatch -Identity wa'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be "'Wave 1'", "'Wave 2'"
        $line = 'Get-MigrationBatch -Status SyncedW'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Contain 'SyncedWithErrors'
    }
}
