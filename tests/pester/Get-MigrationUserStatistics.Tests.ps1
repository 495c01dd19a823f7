BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Import-Module (Join-Path $PSScriptRoot 'Testbed.psm1') -Force
    Connect-TestStore $TestDrive
    $bed = Start-Testbed -Users 2 -Messages 20
    $null = New-TestbedEndpoint $bed
    $rows = @(Get-TestbedRow $bed)
    $rows[1].Password = 'wrong-Word'
    $null = New-MigrationBatch -Name 'Wave 1' -SourceEndpoint Source -TargetEndpoint Target -CSVData $rows -AutoStart
    $batch = Wait-MigrationBatch 'Wave 1' -TimeoutSec 120
}

Describe 'Get-MigrationUserStatistics' {
    AfterAll {
        $null = Stop-MigrationWorker -Confirm:$false
        Stop-Testbed $bed
    }

    It 'counts what was copied' {
        $statistics = Get-MigrationUserStatistics 'user1@example.com'
        $statistics.Status, $statistics.PercentageComplete | Should -Be 'Synced', 100
        $statistics.TotalItemsInSourceMailboxCount, $statistics.SyncedItemCount, $statistics.TransferredItemCount | Should -Be 20, 20, 20
        $statistics.BytesTransferred | Should -Be $statistics.EstimatedTotalTransferSize
        $statistics.InitialSeedingCompletedTime | Should -BeOfType ([datetime])
        $statistics.SkippedItems | Should -HaveCount 0
        $statistics.Error | Should -BeNullOrEmpty
    }

    It 'says why a user failed, in the server''s words, without the password' {
        $batch.Status | Should -Be 'SyncedWithErrors'
        $statistics = Get-MigrationUserStatistics 'user2@example.com' -IncludeReport
        $statistics.Status, $statistics.ErrorCode | Should -Be 'Failed', 'AuthenticationFailed'
        $statistics.Error | Should -BeLike '*AUTHENTICATIONFAILED*'
        $statistics | Format-List * | Out-String | Should -Not -BeLike '*wrong-Word*'
    }

    It 'takes users from the pipeline, by object and by property' {
        (Get-MigrationUser -BatchId 'Wave 1' | Get-MigrationUserStatistics).Identity | Should -Be 'user1@example.com', 'user2@example.com'
        ([pscustomobject]@{ Identity = 'user1@example.com' } | Get-MigrationUserStatistics).Identity | Should -Be 'user1@example.com'
    }

    It 'fills the report only when asked' {
        (Get-MigrationUserStatistics 'user1@example.com').Report.Entries | Should -HaveCount 0
        (Get-MigrationUserStatistics 'user1@example.com' -IncludeReport $true).Report.ToString() | Should -Match '\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d\d:\d\d [AP]M \['
    }

    It 'needs an identity that is there' {
        (Get-FirstError { Get-MigrationUserStatistics $null }).FullyQualifiedErrorId | Should -BeLike 'IdentityRequired,*'
        (Get-FirstError { Get-MigrationUserStatistics 'nobody@example.com' }).FullyQualifiedErrorId | Should -BeLike 'UserNotFound,*'
    }
}
