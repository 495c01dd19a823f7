# The properties that public scripts read (spec 1.3 to 1.13), and the default tables.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Import-ModuleUnderTest

    function Get-TableHeader($InputObject) {
        $lines = $InputObject | Format-Table | Out-String -Width 200 | ForEach-Object { $_ -split '\r?\n' } | Where-Object { $_.Trim() }
        $lines[0] -replace '\x1b\[[\d;]*m' -split '\s{1,}' | Where-Object { $_ }
    }
}

Describe 'MigrationBatch' {
    BeforeAll {
        $batch = Get-OutputObject item_batch
        $empty = Get-OutputObject item_batch_null
    }

    It 'has <_>' -ForEach @(
        'Identity', 'BatchGuid', 'Status', 'State', 'Report', 'Reports', 'StartAfter', 'StartAfterUTC', 'CompleteAfter', 'CompleteAfterUTC',
        'DataConsistencyScore', 'Type', 'MigrationType', 'Direction', 'BatchDirection', 'SubmittedByUser', 'OwnerId', 'SourceEndpoint',
        'TargetEndpoint', 'CreationDateTime', 'CreationDateTimeUTC', 'StartDateTime', 'StartDateTimeUTC', 'InitialSyncDateTime',
        'InitialSyncDateTimeUTC', 'InitialSyncDuration', 'LastSyncedDateTime', 'LastSyncedDateTimeUTC', 'FinalizedDateTime',
        'FinalizedDateTimeUTC', 'NotificationEmails', 'TargetDeliveryDomain', 'BadItemLimit', 'LargeItemLimit', 'MoveOptions',
        'SkipMerging', 'Update', 'AddUsers', 'HasUnapprovedSkippedItems', 'TotalCount', 'ActiveCount', 'SyncedCount', 'FailedCount',
        'PendingCount', 'StoppedCount', 'FinalizedCount', 'ProvisionedCount', 'FailedInitialSyncCount', 'FailedIncrementalSyncCount',
        'ValidationWarningCount', 'ValidationWarnings', 'BatchFlags', 'Locale', 'SupportedActions', 'ExcludedFolders', 'Message',
        'IsProvisioning', 'OriginalBatchId', 'IsValid', 'ObjectState', 'PercentageComplete'
    ) {
        $batch.PSObject.Properties[$_] | Should -Not -BeNullOrEmpty
    }

    It 'counts every user once' {
        $batch.ActiveCount + $batch.SyncedCount + $batch.FinalizedCount + $batch.FailedCount + $batch.StoppedCount | Should -Be $batch.TotalCount
        $batch.PendingCount | Should -Be 12
        $batch.FailedCount | Should -Be 6
    }

    It 'gives each time locally, and its twin in UTC' {
        $batch.CreationDateTimeUTC | Should -Be ([datetime]::new(2026, 11, 20, 8, 15, 30))
        foreach ($name in 'CreationDateTime', 'StartDateTime', 'InitialSyncDateTime', 'LastSyncedDateTime', 'StartAfter', 'CompleteAfter') {
            $batch.$name | Should -Be $batch."${name}UTC".ToLocalTime()
        }
    }

    It 'has no time of what has not been' {
        $empty.StartDateTime | Should -BeNullOrEmpty
        $empty.InitialSyncDuration | Should -BeNullOrEmpty
    }

    It 'says whether all mailboxes have been opened' {
        $batch.TotalsKnown, $empty.TotalsKnown | Should -Be $true, $false
    }

    It 'has no score where nothing was checked' {
        $batch.DataConsistencyScore | Should -BeExactly 'Investigate'
        $empty.DataConsistencyScore | Should -BeNullOrEmpty
        (Get-OutputObject item_user_null).DataConsistencyScore | Should -BeNullOrEmpty
    }

    It 'says IMAP for its type' {
        $batch.MigrationType.ToString() | Should -BeExactly 'IMAP'
        $batch.MigrationType -eq [ImapMigration.MigrationType]::IMAP | Should -BeTrue
    }

    It 'gives its report as text and as entries' {
        $batch.Report.Entries | Should -HaveCount 2
        $batch.Report.ToString() | Should -BeLike "11/20/2026 8:20:00 AM ``[*``] Connected to source mailbox*"
        $empty.Report.Entries | Should -HaveCount 0
    }

    It 'is shown as a table' {
        Get-TableHeader $batch | Should -Be 'Identity', 'Status', 'Type', 'TotalCount', 'Synced', 'Failed'
    }
}

Describe 'MigrationUser' {
    BeforeAll {
        $user = Get-OutputObject item_user
    }

    It 'has <_>' -ForEach @(
        'Identity', 'Guid', 'BatchId', 'MailboxEmailAddress', 'EmailAddress', 'RecipientType', 'State', 'Status', 'StatusSummary',
        'SyncedItemCount', 'SkippedItemCount', 'LastSuccessfulSyncTime', 'ErrorSummary', 'DataConsistencyScore',
        'HasUnapprovedSkippedItems', 'TriggeredAction', 'WorkflowStage', 'WorkflowStep', 'MailboxIdentifier', 'MailboxGuid',
        'MailboxLegacyDN', 'RequestGuid', 'LastSubscriptionCheckTime', 'IsValid', 'ObjectState'
    ) {
        $user.PSObject.Properties[$_] | Should -Not -BeNullOrEmpty
    }

    It 'has both names of a value' {
        $user.ItemsSynced, $user.ItemsSkipped | Should -Be $user.SyncedItemCount, $user.SkippedItemCount
        $user.LastSyncTime | Should -Be $user.LastSuccessfulSyncTime
        ([datetime] $user.PSObject.Properties['LastSyncTime'].Value).ToUniversalTime() | Should -Be ([datetime]::new(2026, 11, 21, 4, 0, 0))
        $user.Batch | Should -Be 'Wave 1'
    }

    It 'is shown as a table' {
        Get-TableHeader $user | Should -Be 'Identity', 'Batch', 'Status', 'LastSyncTime'
    }
}

Describe 'MigrationUserStatistics' {
    BeforeAll {
        $statistics = Get-OutputObject item_user_statistics
    }

    It 'has <_>' -ForEach @(
        'PercentageComplete', 'BytesTransferred', 'EstimatedTotalTransferSize', 'EstimatedTotalTransferCount',
        'TotalItemsInSourceMailboxCount', 'TransferredItemCount', 'SyncedItemCount', 'SkippedItemCount',
        'CurrentBytesTransferredPerMinute', 'AverageBytesTransferredPerHour', 'InitialSeedingCompletedTime', 'LastUpdatedTime',
        'LastFailureTime', 'Error', 'ErrorSummary', 'ErrorCode', 'ErrorType', 'ErrorSide', 'ErrorTime', 'Report', 'SkippedItems',
        'TotalQueuedDuration', 'TotalInProgressDuration', 'TotalSyncedDuration', 'TotalStalledDuration', 'MigrationType',
        'DiagnosticInfo', 'ItemsSynced', 'Batch'
    ) {
        $statistics.PSObject.Properties[$_] | Should -Not -BeNullOrEmpty
    }

    It 'says why a pass failed, whether a retry helps, and what to do' {
        $statistics.Error | Should -BeExactly ("Cannot log in as 'anna' at 'imap.contoso.com'. The server said: A1 NO [AUTHENTICATIONFAILED] " +
            'Authentication failed. Check UserName and Password in the CSV, and that IMAP is allowed for the user.')
        $statistics.ErrorCode | Should -BeExactly 'AuthenticationFailed'
        $statistics.ErrorType | Should -BeExactly 'MigrationPermanentException'
    }

    It 'lists what was skipped' {
        $statistics.SkippedItems[0].Kind | Should -BeExactly 'LargeItem'
        $statistics.SkippedItems[0].Subject | Should -BeLike 'Gro*e Pl*ne'
        $statistics.SkippedItems[0].Size -eq 150MB | Should -BeTrue
    }

    It 'gives durations and speeds' {
        $statistics.TotalInProgressDuration | Should -Be '00:02:05'
        $statistics.CurrentBytesTransferredPerMinute.ToMB() | Should -Be 300
    }

    It 'is shown as a table' {
        Get-TableHeader $statistics | Should -Be 'Identity', 'Batch', 'Status', 'Items', 'Synced', 'Items', 'Skipped'
    }
}

Describe 'MigrationEndpoint' {
    BeforeAll {
        $endpoint = Get-OutputObject item_endpoint
    }

    It 'has <_>' -ForEach @(
        'Identity', 'EndpointType', 'RemoteServer', 'Port', 'Security', 'MaxConcurrentMigrations', 'MaxConcurrentIncrementalSyncs',
        'Authentication', 'AcceptUntrustedCertificates', 'ExchangeServer', 'NspiServer', 'RpcProxyServer', 'MailboxPermission',
        'SourceMailboxLegacyDN', 'UseAutoDiscover', 'RemoteTenant', 'AppID', 'AppSecretKeyVaultUrl', 'Guid', 'Username',
        'ActiveMigrationCount', 'ActiveIncrementalSyncCount', 'DiagnosticInfo', 'IsValid', 'ObjectState'
    ) {
        $endpoint.PSObject.Properties[$_] | Should -Not -BeNullOrEmpty
    }

    It 'shows no password' {
        $endpoint.PSObject.Properties.Name | Should -Not -Contain 'Credentials'
        $endpoint.PSObject.Properties.Name | Should -Not -Contain 'Password'
    }

    It 'shows the folder of a Maildir endpoint' {
        (Get-OutputObject item_endpoint_null).Path | Should -BeExactly 'D:\Archive'
        (Get-OutputObject item_endpoint_null).EndpointType | Should -Be 'Maildir'
    }
}

Describe 'MigrationServerAvailability' {
    It 'tells of a success' {
        $test = Get-OutputObject item_connection_test
        $test.Result, $test.SupportsCutover | Should -Be 'Success', $false
        $test.ErrorDetail | Should -BeNullOrEmpty
        $test.CertificateNotAfter.Year | Should -Be 2027
    }

    It 'tells of a failure' {
        $test = Get-OutputObject item_connection_test_untrusted
        $test.Result | Should -Be 'Failed'
        $test.ErrorCode | Should -BeExactly 'CertificateRejected'
        $test.ErrorDetail | Should -BeLike '*-AcceptUntrustedCertificates.'
    }
}

Describe 'MigrationCsvCheck' {
    It 'lists faults with place and remedy' {
        $check = Get-OutputObject item_csv_check
        $check.Valid | Should -BeFalse
        $check.RowCount | Should -Be (Read-Fixture events/item_csv_check | ConvertFrom-Json).csv_check.row_count
        $fault = $check.Errors | Where-Object Line
        $fault.Line, $fault.Column | Should -Be 1, $check.Columns[2]
        "$fault" | Should -BeLike "Line 1: The column '*' must be named 'Password'. Write 'Password' instead of*"
        Get-TableHeader $check.Errors | Should -Be 'Line', 'Column', 'Message', 'Remedy'
    }
}

Describe 'MigrationFolderVerification' {
    It 'says identical or different' {
        (Get-OutputObject item_folder_verification_null).Result | Should -BeExactly 'identical'
        $different = Get-OutputObject item_folder_verification
        $different.Result | Should -BeExactly 'different'
        $different.Differences | Should -HaveCount 2
        $different | Out-String | Should -Match '(?s)Identity:.*anna\.beebe@contoso\.com.*Folder.*Source items.*Target items.*Result'
    }
}

Describe 'MigrationWorker' {
    It 'says whether one runs' {
        (Get-OutputObject item_worker).Status | Should -BeExactly 'Running'
        (Get-OutputObject item_worker_null).Status | Should -BeExactly 'Stopped'
        (Get-OutputObject item_worker_null).ProcessId | Should -BeNullOrEmpty
    }

    It 'says what keeps it from its work' {
        (Get-OutputObject item_worker).Message | Should -BeLike 'The worker waits since 2026-11-20 09:15:00 UTC: *disk.'
        (Get-OutputObject item_worker_null).Message | Should -BeNullOrEmpty
    }
}

Describe 'The object of <_>' -ForEach @(
    'item_batch', 'item_batch_null', 'item_user', 'item_user_statistics', 'item_endpoint', 'item_endpoint_null', 'item_connection_test',
    'item_csv_check', 'item_folder_verification', 'item_worker', 'item_store'
) {
    BeforeAll {
        $live = Get-OutputObject $_
        $file = Join-Path $TestDrive 'object.xml'
        $live | Export-Clixml $file
        $again = Import-Clixml $file
        # What has one text in a table; a list has one for each of its elements.
        $single = $live.PSObject.Properties | Where-Object { $_.Value -isnot [array] } | ForEach-Object Name
    }

    It 'says the same out of a file, property by property' {
        foreach ($name in $live.PSObject.Properties.Name) {
            "$($again.$name)" | Should -BeExactly "$($live.$name)" -Because $name
        }
    }

    It 'sorts, and makes the same CSV, out of a file' {
        $again | Select-Object $single | ConvertTo-Csv -NoTypeInformation |
            Should -BeExactly ($live | Select-Object $single | ConvertTo-Csv -NoTypeInformation)
        foreach ($name in $single) {
            @($live, $again | Sort-Object $name -ErrorAction Stop) | Should -HaveCount 2
        }
    }

    It 'says each word as a word in JSON' {
        $json = $live | ConvertTo-Json -Depth 4 | ConvertFrom-Json
        foreach ($name in 'Identity', 'Status', 'BatchId', 'SourceEndpoint', 'MigrationType', 'EndpointType', 'Role', 'Repair') {
            "$($json.$name)" | Should -BeExactly "$($live.$name)" -Because $name
        }
    }
}

Describe 'Times' {
    It 'say that they are local, or in UTC if their name ends so: <_>' -ForEach @(
        'item_batch', 'item_user', 'item_user_statistics', 'item_endpoint', 'item_connection_test', 'item_worker'
    ) {
        $object = Get-OutputObject $_
        $times = @($object; $object.SkippedItems; $object.Report.Entries) | ForEach-Object { $_.PSObject.Properties } |
            Where-Object Value -Is ([datetime])
        @($times).Count | Should -BeGreaterThan 0
        foreach ($time in $times) {
            $time.Value.Kind | Should -Be $(if ($time.Name -clike '*UTC') { 'Utc' } else { 'Local' }) -Because $time.Name
        }
    }

    It 'are right in <_>, reports in UTC' -Skip:$IsWindows -ForEach 'America/New_York', 'Asia/Tokyo' {
        $before = $env:TZ
        try {
            $env:TZ = $_
            $shown = Invoke-FreshPowerShell @"
Import-Module '$PSScriptRoot/TestModule.psm1'
Import-ModuleUnderTest
`$batch = Get-OutputObject item_batch
[TimeZoneInfo]::Local.Id
([datetimeoffset] `$batch.CreationDateTime).UtcDateTime.ToString('HH:mm:ss')
(((Get-Date) - `$batch.CreationDateTime) - ((Get-Date).ToUniversalTime() - `$batch.CreationDateTimeUTC)).Duration() -lt [timespan]::FromSeconds(30)
"`$(`$batch.Report.Entries[0])"
"@
        }
        finally {
            $env:TZ = $before
        }

        $shown[0..2] | Should -Be $_, '08:15:30', 'True'
        $shown[3] | Should -BeLike '11/20/2026 8:20:00 AM *'
    }
}
