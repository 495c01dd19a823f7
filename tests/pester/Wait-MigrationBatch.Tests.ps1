# A migration from the first cmdlet to the last, between two real servers.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Import-Module (Join-Path $PSScriptRoot 'Testbed.psm1') -Force
    Connect-TestStore $TestDrive
    $bed = Start-Testbed -Users 2 -Messages 30
    $null = New-TestbedEndpoint $bed
    $rows = Get-TestbedRow $bed
    $rows | Export-Csv (Join-Path $TestDrive 'users.csv') -NoTypeInformation
    $null = New-MigrationBatch -Name 'Wave 1' -SourceEndpoint Source -TargetEndpoint Target -CSVData (Join-Path $TestDrive 'users.csv')
}

Describe 'Wait-MigrationBatch' {
    AfterAll {
        $null = Stop-MigrationWorker -Confirm:$false
        Stop-Testbed $bed
    }

    It 'gives up in time, with an error' {
        Set-MigrationBatch 'Wave 1' -StartAfter '2099-01-01'
        Start-MigrationBatch 'Wave 1'
        $failed = Get-FirstError { Wait-MigrationBatch 'Wave 1' -TimeoutSec 1 }
        $failed.FullyQualifiedErrorId | Should -BeLike 'WaitTimedOut,*'
        $failed.CategoryInfo.Category | Should -Be 'OperationTimeout'
        $failed.Exception.GetType().Name | Should -Be 'MigrationTransientException'
    }

    It 'can be interrupted' {
        # The pipeline thread waits inside the library; Stop() must bring it back at once.
        $session = [powershell]::Create()
        $null = $session.AddScript("Import-Module '$(Join-Path (Get-ModuleFolder) 'ImapMigration.psd1')'; `$null = Connect-MigrationStore '$((Get-MigrationWorker).Store)'; 'ready'; Wait-MigrationBatch 'Wave 1'")
        $output = [Management.Automation.PSDataCollection[psobject]]::new()
        $inputs = [Management.Automation.PSDataCollection[psobject]]::new()
        $inputs.Complete()
        $null = $session.BeginInvoke($inputs, $output)
        $enumerator = $output.GetEnumerator()
        $enumerator.MoveNext() | Should -BeTrue
        $clock = [Diagnostics.Stopwatch]::StartNew()
        $session.Stop()
        $clock.Elapsed | Should -BeLessThan ([timespan]::FromSeconds(1))
        $session.InvocationStateInfo.State | Should -Be 'Stopped'
        $session.Dispose()
    }

    It 'waits until every mailbox is copied, and returns the batch' {
        Set-MigrationBatch 'Wave 1' -StartAfter '2026-01-01'
        $batch = Wait-MigrationBatch 'Wave 1' -TimeoutSec 120
        $batch.Status, $batch.SyncedCount, $batch.FailedCount | Should -Be 'Synced', 2, 0
        $batch.PercentageComplete, $batch.SyncedItemCount | Should -Be 100, 60
        $batch.BytesTransferred -gt 0 | Should -BeTrue
    }

    It 'shows progress as one record that ends' {
        $session = [powershell]::Create()
        $null = $session.AddScript("Import-Module '$(Join-Path (Get-ModuleFolder) 'ImapMigration.psd1')'; `$null = Connect-MigrationStore '$((Get-MigrationWorker).Store)'; Set-MigrationBatch 'Wave 1' -SyncNow; Wait-MigrationBatch 'Wave 1' -TimeoutSec 60")
        $result = $session.Invoke()
        $result.Status | Should -Be 'Synced'
        $records = $session.Streams.Progress | Where-Object Activity -Like "Migration batch 'Wave 1'*"
        $records | Should -Not -BeNullOrEmpty
        $records.ActivityId | Sort-Object -Unique | Should -HaveCount 1
        $records[-1].RecordType | Should -Be 'Completed'
        $records[-1].StatusDescription | Should -BeLike '*60/60 messages, *B/*B, *B/s'

        # Where there is nothing to wait for, there is nothing to end.
        $session.Commands.Clear()
        $session.Streams.Progress.Clear()
        $null = $session.AddCommand('Get-MigrationBatch').Invoke()
        $session.Streams.Progress | Should -BeNullOrEmpty
        $session.Dispose()
    }

    It 'takes batches from the pipeline' {
        (Get-MigrationBatch | Wait-MigrationBatch -TimeoutSec 60).Identity | Should -Be 'Wave 1'
    }

    It 'fails for a batch that is not there, and for $null' {
        (Get-FirstError { Wait-MigrationBatch 'Wave 9' }).FullyQualifiedErrorId | Should -BeLike 'BatchNotFound,*'
        (Get-FirstError { Wait-MigrationBatch $null }).FullyQualifiedErrorId | Should -BeLike 'IdentityRequired,*'
    }
}
