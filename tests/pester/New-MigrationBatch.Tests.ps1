BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Connect-TestStore $TestDrive
    $source, $target = New-UnreachableEndpoint
    $route = @{ SourceEndpoint = 'Source'; TargetEndpoint = 'Target' }
    $file = Join-Path $TestDrive 'users.csv'
    [IO.File]::WriteAllBytes($file, (Get-TestCsv 'anna@contoso.com', 'bert@contoso.com'))

    class TestUser { [string] $EmailAddress; [string] $UserName; [string] $Password; [string] $TargetPassword }

    # The rows of the file as a table, as a query of a database gives them.
    function Get-TestTable {
        $table = [Data.DataTable]::new()
        'EmailAddress', 'UserName', 'Password', 'TargetPassword' | ForEach-Object { $null = $table.Columns.Add($_) }
        Import-Csv $file | ForEach-Object { $null = $table.Rows.Add($_.EmailAddress, $_.UserName, $_.Password, $_.TargetPassword) }
        , $table
    }

    # The text of the CSV that the cmdlets make of rows.
    function Read-CsvData($Data) {
        $hidden = [Reflection.BindingFlags] 'NonPublic, Static, Instance'
        $class = [ImapMigration.MigrationBatch].Assembly.GetType('ImapMigration.CsvSource')
        $bytes = $class.GetMethod('Bytes', $hidden).Invoke($null, @($Data, $ExecutionContext.SessionState.Path))
        [Text.Encoding]::UTF8.GetString($bytes.GetType().GetProperty('Value', $hidden).GetValue($bytes))
    }
}

Describe 'New-MigrationBatch' {
    AfterEach {
        Get-MigrationBatch | Remove-MigrationBatch -Confirm:$false
    }

    Context 'parameters' {
        It 'has the sets <_> of Exchange' -ForEach 'Onboarding', 'PreexistingUsers', 'PreexistingUserIds' {
            (Get-Command New-MigrationBatch).ParameterSets.Name | Should -Contain $_
        }

        It 'takes the parameters of Exchange''s reference' {
            (Get-Command New-MigrationBatch).Parameters.Keys | Should -Contain 'AutoStart'
            $known = (Get-Command New-MigrationBatch).Parameters.Keys
            foreach ($name in 'Name', 'CSVData', 'SourceEndpoint', 'AutoStart', 'StartAfter', 'CompleteAfter', 'ExcludeFolders', 'IncludeFolders',
                'ContentFilter', 'ContentFilterLanguage', 'AllowUnknownColumnsInCsv', 'NotificationEmails', 'ReportInterval', 'SkipReports', 'TimeZone',
                'AutoComplete', 'AllowIncrementalSyncs', 'AutoRetryCount', 'BadItemLimit', 'LargeItemLimit', 'DisallowExistingUsers',
                'AdoptPreexisting', 'RemoveOnCopy', 'Locale', 'SkipMerging', 'SkipMoving', 'MoveOptions', 'Users', 'UserIds', 'DisableOnCopy',
                'Partition', 'DomainController', 'Confirm', 'WhatIf', 'Analyze') {
                $known | Should -Contain $name
            }
        }

        It 'shows none of those that mean nothing here' {
            Get-VisibleParameter New-MigrationBatch Onboarding | Should -Not -Contain 'BadItemLimit'
            $null = New-MigrationBatch -Name 'Copied' @route -CSVData $file -BadItemLimit 10 -LargeItemLimit Unlimited -Locale sv-SE -WarningVariable warnings -WarningAction SilentlyContinue
            $warnings | Should -HaveCount 3
        }
    }

    Context 'CSVData' {
        It 'takes <What>' -ForEach @(
            @{ What = 'bytes'; Get = { , [IO.File]::ReadAllBytes($file) } }
            @{ What = 'a path'; Get = { $file } }
            @{ What = 'a file'; Get = { Get-Item $file } }
            @{ What = 'bytes one by one'; Get = { , @([IO.File]::ReadAllBytes($file) | ForEach-Object { $_ }) } }
            @{ What = 'objects of Import-Csv'; Get = { , (Import-Csv $file) } }
            @{ What = 'a List[object]'; Get = { , [Collections.Generic.List[object]] (Import-Csv $file) } }
            @{ What = 'an ArrayList, as -OutVariable makes'; Get = { $null = Import-Csv $file -OutVariable rows; , $rows } }
            @{ What = 'hashtables'; Get = { , (Import-Csv $file | ForEach-Object { [ordered]@{ EmailAddress = $_.EmailAddress; UserName = $_.UserName; Password = $_.Password; TargetPassword = $_.TargetPassword } }) } }
            @{ What = 'a DataTable'; Get = { , (Get-TestTable) } }
            @{ What = 'rows of a DataTable'; Get = { , (Get-TestTable).Rows } }
            @{ What = 'objects of a class'; Get = { , (Import-Csv $file | ForEach-Object { [TestUser] $_ }) } }
            @{ What = 'the text'; Get = { [IO.File]::ReadAllText($file) } }
            @{ What = 'the lines'; Get = { , [IO.File]::ReadAllLines($file) } }
        ) {
            $batch = New-MigrationBatch -Name 'Wave 1' @route -CSVData (& $Get)
            $batch.TotalCount, $batch.Status | Should -Be 2, 'Created'
            (Get-MigrationUser -BatchId 'Wave 1').Identity | Should -Be 'anna@contoso.com', 'bert@contoso.com'
        }

        It 'takes one object, and quotes what needs it' {
            $row = [pscustomobject]@{ EmailAddress = 'anna@contoso.com'; UserName = 'contoso\anna'; Password = 'a,"b;'; TargetPassword = "c' d" }
            $batch = New-MigrationBatch -Name 'Wave 1' @route -CSVData $row
            $batch.TotalCount | Should -Be 1
        }

        It 'takes a password that is a SecureString or a credential for what it is, and no object for its type''s name' {
            $password = ConvertTo-SecureString 'P@ss' -AsPlainText -Force
            $login = [pscredential]::new('\anna', $password)
            $row = @{ EmailAddress = 'anna@contoso.com'; UserName = $login; Password = $password; TargetPassword = $login }
            $text = Read-CsvData $row
            $text | Should -Match '"anna"'
            [regex]::Matches($text, '"P@ss"').Count | Should -Be 2
            { New-MigrationBatch -Name 'Wave 1' @route -CSVData ($row + @{ UserRoot = Get-Process -Id $PID }) } | Should -Throw '*row 1 holds an object*'
        }

        It 'takes an empty credential for an empty text' {
            $none = [pscredential]::Empty
            $text = Read-CsvData @{ EmailAddress = 'anna@contoso.com'; UserName = $none; Password = $none; TargetPassword = $none }
            [regex]::Matches($text, '""').Count | Should -Be 3
        }

        It 'takes the columns of all objects' {
            $short = [pscustomobject]@{ EmailAddress = 'anna@contoso.com'; UserName = 'anna'; Password = 'a'; TargetPassword = 'b' }
            $long = [pscustomobject]@{ EmailAddress = 'bert@contoso.com'; UserName = 'bert'; Password = 'a'; TargetUserName = 'b'; TargetPassword = 'c' }
            (Test-MigrationCsv -CSVData $short, $long).Columns | Should -Contain 'TargetUserName'
        }

        It 'leaves the admin''s own bytes as they are' {
            $bytes = Get-TestCsv
            $null = New-MigrationBatch -Name 'Wave 1' @route -CSVData $bytes
            $bytes | Should -Be (Get-TestCsv)
        }

        It 'says how, for <What>' -ForEach @(
            @{ What = 'a number'; Value = 42 }
            @{ What = 'a list without rows'; Value = @{}, (Get-Date) }
            @{ What = 'objects and lines'; Value = @([pscustomobject]@{ EmailAddress = 'a@b.c' }, 'a@b.c,a,b') }
            @{ What = 'a file that is not there'; Value = 'missing.csv' }
        ) {
            { New-MigrationBatch -Name 'Wave 1' @route -CSVData $Value } | Should -Throw '*`[System.IO.File`]::ReadAllBytes(''path'')*'
        }

        It 'says that it is empty: <What>' -ForEach @{ What = 'a text'; Value = '' }, @{ What = 'a list'; Value = @() } {
            { New-MigrationBatch -Name 'Wave 1' @route -CSVData $Value } | Should -Throw '*The CSV is empty.*'
        }

        It 'says what is wrong with a CSV, and makes no batch' {
            $bytes = [Text.Encoding]::UTF8.GetBytes("EmailAddress,UserName`r`nanna@contoso.com,anna`r`n")
            $failed = Get-FirstError { New-MigrationBatch -Name 'Wave 1' @route -CSVData $bytes }
            $failed.FullyQualifiedErrorId | Should -BeLike 'InvalidCsv,*'
            $failed.Exception.Message | Should -BeLike '*Password*'
            Get-MigrationBatch | Should -BeNullOrEmpty
        }
    }

    Context 'the batch' {
        It 'takes endpoints by name, by guid, by identity and as objects' {
            $null = New-MigrationBatch -Name 'A' -SourceEndpoint $source -TargetEndpoint $target.Guid -CSVData (Get-TestCsv 'a@contoso.com')
            $null = New-MigrationBatch -Name 'B' -SourceEndpoint $source.Identity -TargetEndpoint 'target' -CSVData (Get-TestCsv 'b@contoso.com')
            (Get-MigrationBatch).SourceEndpoint | Should -Be 'Source', 'Source'
            (Get-MigrationBatch).TargetEndpoint | Should -Be 'Target', 'Target'
        }

        It 'keeps its options' {
            $batch = New-MigrationBatch -Name 'Wave 1' @route -CSVData $file -ExcludeFolders '#JunkEmail#/*', 'Old' -IncludeFolders '#Inbox#' `
                -ContentFilter "Received -ge '2019/4/30'" -NotificationEmails admin@contoso.com -ReportInterval 12:00:00 -SkipReports `
                -AllowIncrementalSyncs $false -AutoRetryCount 2 -CompleteAfter '2026-12-24 12:00' -Repair BareLineFeeds, NulCharacters
            $batch.ExcludedFolders | Should -Be '#JunkEmail#/*', 'Old'
            $batch.IncludedFolders | Should -Be '#Inbox#'
            $batch.ContentFilter | Should -Be "Received -ge '2019/4/30'"
            $batch.NotificationEmails | Should -Be 'admin@contoso.com'
            $batch.ReportInterval, $batch.SkipReports, $batch.AllowIncrementalSyncs, $batch.AutoRetryCount | Should -Be '12:00:00', $true, $false, 2
            $batch.Repair | Should -Be 'BareLineFeeds', 'NulCharacters'
            $batch.CompleteAfterUTC | Should -Be ([datetime]::new(2026, 12, 24, 12, 0, 0))
            $batch.SubmittedByUser | Should -BeLike "*$([Environment]::UserName)"
        }

        It 'takes <Given> for <Utc> UTC' -ForEach @(
            @{ Given = '2031-07-30 21:00'; Utc = '2031-07-30 21:00' }
            @{ Given = '7/30/2031 9:00PM Z'; Utc = '2031-07-30 21:00' }
            @{ Given = '7/30/2031 9:00PM -700'; Utc = '2031-07-31 04:00' }
            @{ Given = '2031-07-30T21:00:00+02:00'; Utc = '2031-07-30 19:00' }
            @{ Given = [datetime]::new(2031, 7, 30, 21, 0, 0); Utc = '2031-07-30 21:00' }
            @{ Given = [datetimeoffset]::new(2031, 7, 30, 21, 0, 0, [timespan]::FromHours(1)); Utc = '2031-07-30 20:00' }
        ) {
            $batch = New-MigrationBatch -Name 'Later' @route -CSVData $file -StartAfter $Given
            $batch.StartAfterUTC.ToString('yyyy-MM-dd HH:mm') | Should -Be $Utc
        }

        It 'takes a local time for what it is' {
            $local = [datetime]::SpecifyKind([datetime]::new(2031, 7, 30, 21, 0, 0), 'Local')
            $batch = New-MigrationBatch -Name 'Later' @route -CSVData $file -StartAfter $local
            $batch.StartAfterUTC | Should -Be $local.ToUniversalTime()
        }

        It 'refuses a name that is taken, in any case' {
            $null = New-MigrationBatch -Name 'Wave 1' @route -CSVData $file
            (Get-FirstError { New-MigrationBatch -Name 'WAVE 1' @route -CSVData (Get-TestCsv 'c@contoso.com') }).FullyQualifiedErrorId | Should -BeLike 'BatchExists,*'
        }

        It 'refuses an address of another batch, unless it is adopted' {
            $null = New-MigrationBatch -Name 'Wave 1' @route -CSVData $file
            (Get-FirstError { New-MigrationBatch -Name 'Wave 2' @route -CSVData $file }).FullyQualifiedErrorId | Should -BeLike 'UserExists,*'
            (New-MigrationBatch -Name 'Wave 2' @route -CSVData $file -AdoptPreexisting).TotalCount | Should -Be 2
        }

        It 'needs a target, except to measure' {
            (Get-FirstError { New-MigrationBatch -Name 'Wave 1' -SourceEndpoint Source -CSVData $file }).FullyQualifiedErrorId | Should -BeLike 'InvalidArgument,*'
            $batch = New-MigrationBatch -Name 'Sizes' -SourceEndpoint Source -CSVData $file -Analyze
            $batch.Analyze, $batch.TargetEndpoint | Should -Be $true, $null
        }

        It 'migrates users of other batches again, the way they went before' {
            $null = New-MigrationBatch -Name 'Wave 1' @route -CSVData $file
            $again = Get-MigrationUser -BatchId 'Wave 1' | New-MigrationBatch -Name 'Again' -DisableOnCopy
            $again.TotalCount, $again.SourceEndpoint, $again.TargetEndpoint | Should -Be 2, 'Source', 'Target'
            (New-MigrationBatch -Name 'Once more' -UserIds 'anna@contoso.com').TotalCount | Should -Be 1
        }

        It 'takes no row of a CSV for a user of another batch' {
            $null = New-MigrationBatch -Name 'Wave 1' @route -CSVData $file
            $row = [pscustomobject] @{ EmailAddress = 'anna@contoso.com'; UserName = 'anna'; Password = 'test' }
            foreach ($call in { $row | New-MigrationBatch -Name 'Again' }, { New-MigrationBatch $row -Name 'Again' }) {
                (Get-FirstError $call).Exception.Message | Should -BeLike '*-CSVData*'
            }
            Get-MigrationBatch | Should -HaveCount 1
        }

        It 'refuses <Name> <Value>, which would do nothing' -ForEach @(
            @{ Name = 'TimeZone'; Value = 'Mars Standard Time' }, @{ Name = 'TimeZone'; Value = '' }, @{ Name = 'ReportInterval'; Value = '-01:00:00' }
        ) {
            $argument = @{ $Name = $Value }
            { New-MigrationBatch -Name 'Wave 1' @route -CSVData $file @argument } | Should -Throw "*parameter '$Name'*It takes*"
        }

        It 'keeps a time zone by the name that it was given: <_>' -ForEach 'Pacific Standard Time', 'America/Los_Angeles' {
            (New-MigrationBatch -Name 'Wave 1' @route -CSVData $file -TimeZone $_).TimeZone | Should -BeExactly $_
        }

        It 'makes no batch of a list of users of which one is empty' {
            $null = New-MigrationBatch -Name 'Wave 1' @route -CSVData $file
            $failed = Get-FirstError { New-MigrationBatch -Name 'Again' -UserIds 'anna@contoso.com', '' }
            $failed.FullyQualifiedErrorId, $failed.ErrorDetails.RecommendedAction | Should -Be 'IdentityRequired,ImapMigration.Commands.NewMigrationBatchCommand', 'Name it with -UserIds.'
            Get-MigrationBatch | Should -HaveCount 1
        }

        It 'makes nothing of an empty list of users' {
            $nobody = @()
            (Get-FirstError { $nobody | New-MigrationBatch -Name 'Nobody' }).FullyQualifiedErrorId | Should -BeLike 'IdentityRequired,*'
            Get-MigrationBatch | Should -BeNullOrEmpty
        }
    }

    Context '-WhatIf' {
        It 'says what would be done with how many users, and does nothing' {
            $said = Invoke-FreshPowerShell @"
`$null = Connect-MigrationStore '$(Join-Path $TestDrive 'whatif')'
`$null = New-MigrationEndpoint -IMAP -Name Source -RemoteServer imap.contoso.test -SkipVerification
`$null = New-MigrationEndpoint -IMAP -Name Target -Target -RemoteServer imap.contoso.test -SkipVerification
New-MigrationBatch -Name 'Wave 1' -SourceEndpoint Source -TargetEndpoint Target -CSVData '$file' -AutoStart -WhatIf
(Get-MigrationBatch | Measure-Object).Count
"@
            $said -join "`n" | Should -BeLike "*Create, to migrate 2 users from endpoint 'Source' to endpoint 'Target', and start*Migration batch 'Wave 1'*0"
        }
    }
}
