# What comes out of a job, whose objects are those of a remote session: values are ours again.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Import-ModuleUnderTest
    $job = Start-Job -ArgumentList $PSScriptRoot {
        Import-Module (Join-Path $args[0] 'TestModule.psm1')
        Import-ModuleUnderTest
        'item_batch', 'item_endpoint', 'item_user_statistics', 'item_csv_check' | ForEach-Object { Get-OutputObject $_ }
        [ImapMigration.ByteQuantifiedSize]::new(5GB)
        [ImapMigration.MigrationBatchStatus]::Completed
    }
    $batch, $endpoint, $statistics, $check, $size, $status = Receive-Job $job -Wait -AutoRemoveJob -ErrorAction Stop
    $live = Get-OutputObject item_batch
}

Describe 'Out of a job' {
    It 'sizes compare, sort, add up and print as before' {
        $batch.EstimatedTotalTransferSize -gt 40GB -and 50GB -gt $batch.EstimatedTotalTransferSize | Should -BeTrue
        $batch.EstimatedTotalTransferSize -eq $live.EstimatedTotalTransferSize | Should -BeTrue
        ($size, $batch.BytesTransferred, $batch.EstimatedTotalTransferSize | Sort-Object).ToGB() | Should -Be 5, 22, 40
        ($size, $size | Measure-Object -Sum).Sum | Should -Be 10GB
        $size | Out-String | Should -BeExactly "5 GB (5,368,709,120 bytes)$([Environment]::NewLine)"
        "$($statistics.BytesTransferred)" | Should -BeExactly '410.1 MB (430,000,000 bytes)'
    }

    It 'limits compare as before' {
        $endpoint.MaxConcurrentMigrations -gt 19 | Should -BeTrue
        $endpoint.MaxConcurrentIncrementalSyncs -eq 'unlimited' | Should -BeTrue
    }

    It 'statuses and identities are text with what hangs on it' {
        $batch.Status -eq 'Syncing' -and $batch.Status.Value -eq 1 | Should -BeTrue
        $statistics.Status.Value, $statistics.StatusSummary.Value | Should -Be 'IncrementalFailed', 'Failed'
        $batch.Identity.Name, $batch.SourceEndpoint.Identity.Id, $statistics.Identity.Id |
            Should -BeExactly 'Wave 1', 'Contoso source', 'anna.beebe@contoso.com'
        $status -eq 4 -and $status -eq 'Completed' | Should -BeTrue
    }

    It 'words are words' {
        $batch.MigrationType -eq 'IMAP' -and $endpoint.Role -eq 'Source' -and $batch.Repair -contains 'LongLines' | Should -BeTrue
    }

    It 'times are the same moments' {
        $batch.CreationDateTime | Should -Be $live.CreationDateTime
        $batch.CreationDateTimeUTC | Should -Be $live.CreationDateTimeUTC
        $batch.CreationDateTimeUTC.Kind | Should -Be 'Utc'
    }

    It 'reports, skipped items and faults are there as a whole' {
        "$($batch.Report)" | Should -BeExactly "$($live.Report)"
        $batch.Report.Entries[0].CreationTime | Should -Be $live.Report.Entries[0].CreationTime
        $statistics.SkippedItems[0].Size -eq 150MB | Should -BeTrue
        ($check.Errors | Where-Object Line).Column | Should -Be ($check.Columns[2])
    }
}
