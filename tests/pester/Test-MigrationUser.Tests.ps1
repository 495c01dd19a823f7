BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Import-Module (Join-Path $PSScriptRoot 'Testbed.psm1') -Force
    Connect-TestStore $TestDrive
    $bed = Start-Testbed -Users 1 -Messages 20
    $null = New-TestbedEndpoint $bed
    $null = New-MigrationBatch -Name 'Wave 1' -SourceEndpoint Source -TargetEndpoint Target -CSVData (Get-TestbedRow $bed) -AutoStart
    $null = Wait-MigrationBatch 'Wave 1' -TimeoutSec 120
}

Describe 'Test-MigrationUser' {
    AfterAll {
        $null = Stop-MigrationWorker -Confirm:$false
        Stop-Testbed $bed
    }

    It 'finds both sides identical after a migration' {
        $folders = Get-MigrationUser -BatchId 'Wave 1' | Test-MigrationUser
        $folders.Folder | Should -Contain 'INBOX'
        $folders.Result | Sort-Object -Unique | Should -Be 'identical'
        ($folders | Measure-Object SourceItemCount -Sum).Sum | Should -Be 20
    }

    It 'finds what came since, until it is synced' {
        Send-TestbedRequest $bed @{ append = @{ user = 'user1'; folder = 'INBOX'; count = 2 } }
        $inbox = Test-MigrationUser 'user1@example.com' | Where-Object Folder -EQ 'INBOX'
        $inbox.Result | Should -Be 'different'
        $inbox.SourceItemCount - $inbox.TargetItemCount | Should -Be 2
        $inbox.Differences | Should -Not -BeNullOrEmpty

        Set-MigrationBatch 'Wave 1' -SyncNow
        $null = Wait-MigrationBatch 'Wave 1' -TimeoutSec 60
        (Test-MigrationUser 'user1@example.com').Result | Sort-Object -Unique | Should -Be 'identical'
    }

    It 'needs an identity that is there' {
        (Get-FirstError { Test-MigrationUser $null }).FullyQualifiedErrorId | Should -BeLike 'IdentityRequired,*'
        (Get-FirstError { Test-MigrationUser 'nobody@example.com' }).FullyQualifiedErrorId | Should -BeLike 'UserNotFound,*'
    }
}
