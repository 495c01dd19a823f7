# Sizes, limits, identities and statuses: what scripts do with them (spec 1.13).

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Import-ModuleUnderTest
    $batch = Get-OutputObject item_batch
    $user = Get-OutputObject item_user
    $statistics = Get-OutputObject item_user_statistics
    $endpoint = Get-OutputObject item_endpoint
}

Describe 'ByteQuantifiedSize' {
    It 'prints <Bytes> as <Text>' -ForEach @(
        @{ Bytes = 0; Text = '0 B (0 bytes)' }
        @{ Bytes = 1023; Text = '1023 B (1,023 bytes)' }
        @{ Bytes = 5355; Text = '5.229 KB (5,355 bytes)' }
        @{ Bytes = 236732045; Text = '225.8 MB (236,732,045 bytes)' }
        @{ Bytes = 30551458399; Text = '28.45 GB (30,551,458,399 bytes)' }
        @{ Bytes = 5497558138880; Text = '5 TB (5,497,558,138,880 bytes)' }
    ) {
        [ImapMigration.ByteQuantifiedSize]::new([long] $Bytes).ToString() | Should -BeExactly $Text
    }

    It 'prints the same in every culture' {
        $before = [Globalization.CultureInfo]::CurrentCulture
        try {
            [Globalization.CultureInfo]::CurrentCulture = [Globalization.CultureInfo]::GetCultureInfo('sv-SE')
            "$($statistics.EstimatedTotalTransferSize)" | Should -BeExactly '416.5 MB (436,712,733 bytes)'
        }
        finally {
            [Globalization.CultureInfo]::CurrentCulture = $before
        }
    }

    It 'prints in a format for numbers' {
        [ImapMigration.ByteQuantifiedSize]::new(1234567).ToString('N0') | Should -Be (1234567).ToString('N0')
        '{0:N0}' -f [ImapMigration.ByteQuantifiedSize]::new(1234567) | Should -Be (1234567).ToString('N0')
    }

    It 'reads <Text> as <Bytes> bytes' -ForEach @(
        @{ Text = '28.45 GB (30,551,458,399 bytes)'; Bytes = 30551458399 }
        @{ Text = '45GB'; Bytes = 45GB }
        @{ Text = '1.5 kb'; Bytes = 1536 }
        @{ Text = '1024'; Bytes = 1024 }
        @{ Text = '1,024 B'; Bytes = 1024 }
    ) {
        ([ImapMigration.ByteQuantifiedSize] $Text).ToBytes() | Should -Be $Bytes
    }

    It 'refuses a text that is no size: <_>' -ForEach 'much', '1,5 GB', '1.5.2 GB', '1 GB (5 bits)', '' {
        { [ImapMigration.ByteQuantifiedSize] $_ } | Should -Throw "*is not a size*"
    }

    It 'compares with numbers on both sides' {
        $size = $batch.EstimatedTotalTransferSize
        $size -gt 40GB | Should -BeTrue
        $size -gt 45GB | Should -BeFalse
        $size -lt 45.5GB | Should -BeTrue
        45GB -gt $size | Should -BeTrue
        $size -eq 43671273300 | Should -BeTrue
        $size -gt '40 GB' | Should -BeTrue
    }

    It 'compares with a number of any type: <_>' -ForEach @(
        '100MB -lt $size', '200MB -eq $size', '200MB -ge $size', '300MB -gt $size', '5 -ne $size', '100L -lt $size', '1.5 -lt $size',
        '209715200d -eq $size', '[uint64] 5 -lt $size', '[single] 5 -lt $size', '200MB -in @($size)', '$size -eq 209715200d',
        '$size -le 200MB', '$size -gt [uint64] 5', '$size -gt [byte] 5', '$size -eq "200MB"', '$null -lt $size', '3GB -lt $large',
        '[long] 1GB -lt $large', '1GB -ne $large'
    ) {
        $size, $large = [ImapMigration.ByteQuantifiedSize]::new(200MB), [ImapMigration.ByteQuantifiedSize]::new(5GB)
        & ([scriptblock]::Create($_)) | Should -BeTrue
    }

    It 'calculates: <Text> is <Result>' -ForEach @(
        @{ Text = '$size / 1MB'; Result = 200 }
        @{ Text = '1GB / $size'; Result = 5.12 }
        @{ Text = '$large / $size'; Result = 25.6 }
        @{ Text = '$size % 1000'; Result = 200 }
        @{ Text = '[int] $size'; Result = 209715200 }
        @{ Text = '[long] $large'; Result = 5368709120 }
        @{ Text = '[decimal] $large'; Result = 5368709120d }
        @{ Text = '($size + 1).ToBytes()'; Result = 209715201 }
        @{ Text = '(1GB - $size).ToBytes()'; Result = 864026624 }
        @{ Text = '($size - $large).ToMB()'; Result = -4920 }
        @{ Text = '($size * 1.5).ToMB()'; Result = 300 }
        @{ Text = '(2 * $size).ToMB()'; Result = 400 }
        @{ Text = '$sum = 0; $sum += $size; $sum += $large; $sum.ToMB()'; Result = 5320 }
        @{ Text = '[math]::Round($large / 1GB, 1)'; Result = 5 }
    ) {
        $size, $large = [ImapMigration.ByteQuantifiedSize]::new(200MB), [ImapMigration.ByteQuantifiedSize]::new(5GB)
        & ([scriptblock]::Create($Text)) | Should -Be $Result
    }

    It 'is an error, and never another number, where the type of a number cannot hold it' {
        $large = [ImapMigration.ByteQuantifiedSize]::new(5GB)
        { [int] $large } | Should -Throw '*5 GB (5,368,709,120 bytes) is beyond what Int32 counts to. Write the size on the left*'
        { 1GB -lt $large } | Should -Throw '*Write the size on the left*'
    }

    It 'prints a difference, and is formatted as a number where a format says so' {
        $size = [ImapMigration.ByteQuantifiedSize]::new(5GB)
        "$(1GB - $size)" | Should -BeExactly '-4 GB (-4,294,967,296 bytes)'
        [ImapMigration.ByteQuantifiedSize] '-4 GB (-4,294,967,296 bytes)' -eq -4GB | Should -BeTrue
        '{0}; {0:D}' -f $size | Should -BeExactly '5 GB (5,368,709,120 bytes); 5368709120'
    }

    It 'sorts and adds up as a number' {
        $sizes = 3000, 20, 100 | ForEach-Object { [ImapMigration.ByteQuantifiedSize]::new([long] $_) }
        ($sizes | Sort-Object).ToBytes() | Should -Be 20, 100, 3000
        ($sizes | Measure-Object -Sum).Sum | Should -Be 3120
    }

    It 'converts to larger units' {
        $size = [ImapMigration.ByteQuantifiedSize]::new([long] 5GB)
        $size.ToKB(), $size.ToMB(), $size.ToGB() | Should -Be 5242880, 5120, 5
    }

    It 'is shown as its text, and nothing around it' {
        $statistics.BytesTransferred | Out-String | Should -BeExactly "410.1 MB (430,000,000 bytes)$([Environment]::NewLine)"
    }
}

Describe 'Unlimited' {
    It 'takes numbers and the word' {
        ([ImapMigration.Unlimited] 20).Value | Should -Be 20
        ([ImapMigration.Unlimited] '20').Value | Should -Be 20
        ([ImapMigration.Unlimited] 'UNLIMITED').IsUnlimited | Should -BeTrue
    }

    It 'refuses <_>' -ForEach '-1', 'many', '' {
        { [ImapMigration.Unlimited] $_ } | Should -Throw
    }

    It 'compares with numbers and with the word' {
        $endpoint.MaxConcurrentMigrations -eq 20 | Should -BeTrue
        $endpoint.MaxConcurrentMigrations -gt 19 | Should -BeTrue
        20 -eq $endpoint.MaxConcurrentMigrations -and 19L -lt $endpoint.MaxConcurrentMigrations | Should -BeTrue
        20.0 -eq $endpoint.MaxConcurrentMigrations -and 20d -ge $endpoint.MaxConcurrentMigrations | Should -BeTrue
        1e10 -lt $endpoint.MaxConcurrentIncrementalSyncs | Should -BeTrue
        $endpoint.MaxConcurrentIncrementalSyncs -gt 1000000 | Should -BeTrue
        $endpoint.MaxConcurrentIncrementalSyncs -eq 'unlimited' | Should -BeTrue
        "$($endpoint.MaxConcurrentIncrementalSyncs)" | Should -BeExactly 'Unlimited'
    }

    It 'is more than any number without a limit: <_> -lt $limit' -ForEach '5', '5L', '5.5', '5d', '[uint]5', '[ulong]5', '[float]5' {
        $limit = [ImapMigration.Unlimited]::UnlimitedValue
        & ([scriptblock]::Create("$_ -lt `$limit")) | Should -BeTrue
        & ([scriptblock]::Create("$_ -ge `$limit -or $_ -eq `$limit")) | Should -BeFalse
    }
}

Describe 'Identities' {
    It 'compare equal to strings on both sides' {
        $batch.Identity -eq 'wave 1' | Should -BeTrue
        'WAVE 1' -eq $batch.Identity | Should -BeTrue
        $batch.Identity -like 'W*' | Should -BeTrue
        $batch.Identity -in 'Wave 1', 'Wave 2' | Should -BeTrue
        @{ 'Wave 1' = 'found' }[$batch.Identity] | Should -Be 'found'
    }

    It 'have the methods of strings' {
        $batch.Identity.Trim().ToLower() | Should -BeExactly 'wave 1'
        $batch.Identity.ToString() | Should -BeExactly 'Wave 1'
        "$($user.Identity)" | Should -BeExactly 'anna.beebe@contoso.com'
    }

    It 'have Name and Id' {
        $batch.Identity.Name | Should -BeExactly 'Wave 1'
        $batch.Identity.Id | Should -BeExactly 'Wave 1'
        $user.Identity.Name | Should -BeExactly 'anna.beebe@contoso.com'
        $user.BatchId.Name | Should -BeExactly 'Wave 1'
        $endpoint.Identity.Id | Should -BeExactly 'Contoso source'
        $batch.SourceEndpoint.Identity.Id | Should -BeExactly 'Contoso source'
    }

    It 'carry the names of their types' {
        $batch.Identity.PSTypeNames | Should -Contain 'ImapMigration.MigrationBatchId'
        $user.Identity.PSTypeNames | Should -Contain 'ImapMigration.MigrationUserId'
        $endpoint.Identity.PSTypeNames | Should -Contain 'ImapMigration.MigrationEndpointId'
    }
}

Describe 'Identities and statuses' {
    BeforeDiscovery {
        $texts = @(
            @{ Name = 'a batch identity'; Value = { $batch.Identity }; Text = 'Wave 1' }
            @{ Name = 'a user identity'; Value = { $user.Identity }; Text = 'anna.beebe@contoso.com' }
            @{ Name = 'an endpoint identity'; Value = { $endpoint.Identity }; Text = 'Contoso source' }
            @{ Name = 'the batch of a user'; Value = { $user.BatchId }; Text = 'Wave 1' }
            @{ Name = 'the endpoint of a batch'; Value = { $batch.SourceEndpoint }; Text = 'Contoso source' }
            @{ Name = 'a batch status'; Value = { $batch.Status }; Text = 'Syncing' }
            @{ Name = 'a user status'; Value = { $user.Status }; Text = 'IncrementalFailed' }
            @{ Name = 'a status summary'; Value = { $user.StatusSummary }; Text = 'Failed' }
        )
    }

    Context '<Name>' -ForEach $texts {
        BeforeAll { $value = & $Value }

        It 'is its text on the screen and in files' {
            $file = Join-Path $TestDrive 'value.txt'
            $value | Out-String | Should -BeExactly "$Text$([Environment]::NewLine)"
            $value > $file
            Get-Content $file | Should -BeExactly $Text
            $value | Out-File $file
            Get-Content $file | Should -BeExactly $Text
            $value | Tee-Object $file | Should -BeExactly $Text
            Get-Content $file | Should -BeExactly $Text
        }

        It 'is its text in comparisons, lists and tables' {
            $value -eq $Text.ToUpper() -and $Text.ToUpper() -eq $value -and $value -match [regex]::Escape($Text) | Should -BeTrue
            $value -in 'other', $Text -and 'other', $value -contains $Text | Should -BeTrue
            'zz', $value, 'AA' | Sort-Object | Should -BeExactly 'AA', $Text, 'zz'
            @{ $value = 'found' }[$Text] | Should -Be 'found'
            @{ $Text = 'found' }[$value] | Should -Be 'found'
            ($value, $value | Group-Object -AsHashTable)[$Text] | Should -HaveCount 2
            $value, $Text, $value | Select-Object -Unique | Should -HaveCount 1
        }

        It 'is its text when it is cast, joined or written into text' {
            ([string] $value).GetType() | Should -Be ([string])
            [string] $value | Should -BeExactly $Text
            "<$value>" + ($value, $value -join '+') + ('{0}' -f $value) | Should -BeExactly "<$Text>$Text+$Text$Text"
            ConvertTo-Json $value | Should -BeExactly "`"$Text`""
            [pscustomobject]@{ V = $value } | ConvertTo-Csv -NoTypeInformation | Select-Object -Last 1 | Should -BeExactly "`"$Text`""
        }

        It 'is its text out of a file, too' {
            $file = Join-Path $TestDrive 'value.xml'
            $value | Export-Clixml $file
            $again = Import-Clixml $file
            $again | Out-String | Should -BeExactly "$Text$([Environment]::NewLine)"
            $again -eq $Text -and $Text -eq $again | Should -BeTrue
            "$($again.Value)$($again.Name)" | Should -BeExactly $Text
        }
    }
}

Describe 'A pipe to another program' {
    It 'gets the text of identities, statuses, sizes and limits' {
        $values = $batch.Identity, $user.Status, $statistics.BytesTransferred, $endpoint.MaxConcurrentMigrations
        $values | & (Get-Process -Id $PID).Path -NoProfile -Command '$input' |
            Should -BeExactly 'Wave 1', 'IncrementalFailed', '410.1 MB (430,000,000 bytes)', '20'
    }
}

Describe 'Statuses' {
    It 'compare equal to strings on both sides' {
        $batch.Status -eq 'syncing' | Should -BeTrue
        'Syncing' -eq $batch.Status | Should -BeTrue
        $user.Status -match '^Incremental' | Should -BeTrue
        $(switch ($batch.Status) { 'Syncing' { 'taken' } }) | Should -Be 'taken'
    }

    It 'have a Value in the order of Exchange' {
        $batch.Status.Value | Should -BeOfType ([ImapMigration.MigrationBatchStatus])
        $batch.Status.Value -eq 1 | Should -BeTrue
        $user.Status.Value -eq 9 | Should -BeTrue
        $user.StatusSummary.Value -eq 'Failed' | Should -BeTrue
    }

    It 'number the statuses of a batch as spec 2.1 lists them' {
        [Enum]::GetNames([ImapMigration.MigrationBatchStatus]) | Should -Be @(
            'Created', 'Syncing', 'Stopping', 'Stopped', 'Completed', 'Failed', 'Removing', 'Synced', 'IncrementalSyncing',
            'Completing', 'CompletedWithErrors', 'SyncedWithErrors', 'Corrupted', 'Waiting', 'Starting')
        [int] [ImapMigration.MigrationBatchStatus]::Completed | Should -Be 4
    }

    It 'number the statuses of a user as spec 2.2 lists them' {
        [Enum]::GetNames([ImapMigration.MigrationUserStatus]) | Should -Be @(
            'Queued', 'Validating', 'Provisioning', 'ProvisionUpdating', 'Starting', 'Syncing', 'Synced', 'IncrementalSyncing',
            'IncrementalSynced', 'IncrementalFailed', 'IncrementalStopped', 'Stopping', 'Stopped', 'Failed', 'Completing',
            'CompletionSynced', 'CompletionFailed', 'Completed', 'CompletedWithWarnings', 'Removing', 'Corrupted')
    }

    It 'are plain words in CSV and JSON' {
        $batch | Select-Object Identity, Status | ConvertTo-Csv -NoTypeInformation | Select-Object -Last 1 | Should -BeExactly '"Wave 1","Syncing"'
        $batch | Select-Object Identity, Status | ConvertTo-Json -Compress | Should -BeExactly '{"Identity":"Wave 1","Status":"Syncing"}'
    }

    It 'hide what they know beside their text, which Windows PowerShell would write into JSON' {
        $batch.Status.PSObject.Properties.Name | Should -Be 'Length'
        $batch.Identity.PSObject.Properties.Name | Should -Be 'Length'
    }

    It 'sort and group as words' {
        ($batch, $batch | Group-Object Status).Name | Should -BeExactly 'Syncing'
    }
}
