# What people write and read in their own culture: other decimal points, minus signs, dotless i, calendars that count other years.

BeforeDiscovery {
    $cultures = 'en-US', 'tr-TR', 'sv-SE', 'de-DE', 'ar-SA', 'fa-IR', 'th-TH'
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Connect-TestStore $TestDrive
    New-UnreachableEndpoint
    $route = @{ SourceEndpoint = 'Source'; TargetEndpoint = 'Target'; ErrorAction = 'Stop' }
    $null = New-MigrationBatch -Name 'Wave 1' @route -CSVData (Get-TestCsv)

    # The moment that a text, or a time, given for -StartAfter stands for.
    function Get-Start($Given) {
        $attribute = Get-ParameterAttribute New-MigrationBatch StartAfter ([Management.Automation.ArgumentTransformationAttribute])
        $attribute.Transform($ExecutionContext, $Given).ToString('yyyy-MM-dd HH:mm', [cultureinfo]::InvariantCulture)
    }
}

Describe 'In the culture <_>' -ForEach $cultures {
    BeforeAll {
        $before = [cultureinfo]::CurrentCulture
        $culture = [cultureinfo]::GetCultureInfo($_)
        $moment = [datetime]::new(2026, 11, 30, 21, 0, 0, [DateTimeKind]::Utc)
    }

    BeforeEach { [cultureinfo]::CurrentCulture = $culture }

    AfterEach { [cultureinfo]::CurrentCulture = $before }

    It 'a date is read as PowerShell reads it' {
        Get-Start '2026-11-30 21:00Z' | Should -BeExactly '2026-11-30 21:00'
        Get-Start '11/30/2026 9:00PM -700' | Should -BeExactly '2026-12-01 04:00'
        Get-Start '2026-11-30T21:00:00+01:00' | Should -BeExactly '2026-11-30 20:00'
    }

    It 'a date is read as this culture writes it, too' {
        Get-Start $moment.ToString('g', $culture) | Should -BeExactly '2026-11-30 21:00'
        Get-Start $moment | Should -BeExactly '2026-11-30 21:00'
    }

    It 'no date lands in another century' {
        { Get-Start '30.11.1483' } | Should -Throw '*a time of this century*'
        { Get-Start ([datetime]::new(1483, 11, 30)) } | Should -Throw '*a time of this century*'
    }

    It 'sizes and limits are read and written in one way' {
        $size = [ImapMigration.ByteQuantifiedSize] '28.45 GB (30,551,458,399 bytes)'
        "$size", "$(1GB - $size)" | Should -BeExactly '28.45 GB (30,551,458,399 bytes)', '-27.45 GB (-29,477,716,575 bytes)'
        [ImapMigration.ByteQuantifiedSize] '1.5 gb' -eq 1536MB -and $size -gt 28.4GB | Should -BeTrue
        "$([ImapMigration.Unlimited] 'UNLIMITED')", "$([ImapMigration.Unlimited] '20')" | Should -BeExactly 'Unlimited', '20'
    }

    It 'words, numbers and spans of time are taken as they are written everywhere' {
        $options = @{ RemoteServer = '127.0.0.1'; SkipVerification = $true; ErrorAction = 'Stop'; WarningAction = 'SilentlyContinue' }
        $endpoint = New-MigrationEndpoint -IMAP -Name "E$_" -Port '1993' -Security 'ssl' -MaxConcurrentMigrations 'unlimited' @options
        $endpoint.Port, $endpoint.Security, "$($endpoint.MaxConcurrentMigrations)" | Should -BeExactly 1993, 'Ssl', 'Unlimited'
        $batch = New-MigrationBatch -Name "S$_" @route -CSVData (Get-TestCsv "$_@contoso.com") -ReportInterval '1.12:30:00' -AutoRetryCount '3'
        $batch.ReportInterval, $batch.AutoRetryCount | Should -Be ([timespan]::new(1, 12, 30, 0)), 3
        $batch.Status -eq 'CREATED' -and $batch.MigrationType -eq 'imap' -and (Get-MigrationBatch -Status 'created') | Should -BeTrue
    }

    It 'names are found whatever their case' {
        (Get-MigrationEndpoint 'SOURCE' -ErrorAction Stop).Identity | Should -BeExactly 'Source'
        (Get-MigrationUser 'ANNA@CONTOSO.COM' -ErrorAction Stop).BatchId | Should -BeExactly 'Wave 1'
    }

    It 'reports and CSV have the same text' {
        $batch = Get-OutputObject item_batch
        "$($batch.Report)" | Should -BeLike '11/20/2026 8:20:00 AM *225.8 MB (236,732,045 bytes)*'
        $batch | Select-Object Identity, Status, BytesTransferred, InitialSyncDuration | ConvertTo-Csv -NoTypeInformation -Delimiter ',' |
            Select-Object -Last 1 | Should -BeExactly '"Wave 1","Syncing","22.05 GB (23,673,204,500 bytes)","19:44:00"'
    }

    It 'rows may hold numbers' {
        $row = [pscustomobject]@{ EmailAddress = 'a@contoso.com'; UserName = 4711; Password = 1.5; TargetPassword = -1.5 }
        (Test-MigrationCsv -CSVData $row -ErrorAction Stop).Valid | Should -BeTrue
    }
}

Describe 'In a culture of another calendar' {
    It '<Culture> reads <Text> as <Read>' -ForEach @(
        @{ Culture = 'th-TH'; Text = '30/11/2026'; Read = '2026-11-30 00:00' }
        @{ Culture = 'ar-SA'; Text = '30/11/2026'; Read = '2026-11-30 00:00' }
        @{ Culture = 'th-TH'; Text = '1/12/2569'; Read = '2026-12-01 00:00' }
    ) {
        $before = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = [cultureinfo]::GetCultureInfo($Culture)
            Get-Start $Text | Should -BeExactly $Read
        }
        finally {
            [cultureinfo]::CurrentCulture = $before
        }
    }
}
