BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Connect-TestStore $TestDrive
    $null = New-UnreachableEndpoint
    $batch = New-MigrationBatch -Name 'Wave 1' -SourceEndpoint Source -TargetEndpoint Target -CSVData (Get-TestCsv 'a@contoso.com')
}

Describe 'Set-MigrationBatch' {
    It 'takes a boolean where New- takes a switch, as Exchange does' {
        (Get-Command Set-MigrationBatch).Parameters['SkipReports'].ParameterType | Should -Be ([Nullable[bool]])
        (Get-Command New-MigrationBatch).Parameters['SkipReports'].ParameterType | Should -Be ([switch])
    }

    It 'changes what is given and nothing else' {
        Set-MigrationBatch 'Wave 1' -ExcludeFolders 'Old' -SkipReports $true -StartAfter '2031-01-01 00:00Z' | Should -BeNullOrEmpty
        Set-MigrationBatch -Identity $batch.BatchGuid -NotificationEmails admin@contoso.com
        $changed = Get-MigrationBatch 'Wave 1'
        $changed.ExcludedFolders, $changed.NotificationEmails | Should -Be 'Old', 'admin@contoso.com'
        $changed.SkipReports, $changed.StartAfterUTC.Year, $changed.AutoRetryCount | Should -Be $true, 2031, $batch.AutoRetryCount
    }

    It 'empties a list' {
        Set-MigrationBatch 'Wave 1' -ExcludeFolders @()
        (Get-MigrationBatch 'Wave 1').ExcludedFolders | Should -HaveCount 0
    }

    It 'sets repairs, shows them, and takes them back' {
        Set-MigrationBatch 'Wave 1' -Repair NulCharacters, LongLines
        (Get-MigrationBatch 'Wave 1').Repair | Should -Be 'NulCharacters', 'LongLines'
        Set-MigrationBatch 'Wave 1' -ExcludeFolders 'Old'
        (Get-MigrationBatch 'Wave 1').Repair | Should -HaveCount 2
        Set-MigrationBatch 'Wave 1' -Repair @()
        (Get-MigrationBatch 'Wave 1').Repair | Should -HaveCount 0
    }

    It 'takes no repairs that are one text' {
        { Set-MigrationBatch 'Wave 1' -Repair 'NulCharacters,BareLineFeeds' } | Should -Throw '*It takes any of *, and was given several in one text.'
    }

    It 'adds users' {
        Set-MigrationBatch 'Wave 1' -AddUsers -CSVData (Get-TestCsv 'b@contoso.com', 'c@contoso.com')
        (Get-MigrationBatch 'Wave 1').TotalCount | Should -Be 3
    }

    It 'asks for missing copies, and writes that down in the batch''s report' {
        Set-MigrationBatch 'Wave 1' -RestoreMissing | Should -BeNullOrEmpty
        "$((Get-MigrationBatch 'Wave 1' -IncludeReport).Report)" | Should -BeLike '*missing on the target were asked for*'
    }

    It 'takes -ApproveSkippedItems $true of copied scripts with a warning' {
        Set-MigrationBatch 'Wave 1' -ApproveSkippedItems $true -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -BeLike '-ApproveSkippedItems has no meaning*'
    }

    It 'warns of what says how to read a CSV where there is none' {
        foreach ($option in @{ Lenient = $true }, @{ Delimiter = ';' }, @{ AllowUnknownColumnsInCsv = $true }) {
            Set-MigrationBatch 'Wave 1' @option -WarningVariable warned -WarningAction SilentlyContinue
            "$warned" | Should -Be "-$($option.Keys) has no meaning without -CSVData and is ignored."
        }
    }

    It 'changes nothing for $null, nor with -WhatIf' {
        (Get-FirstError { Set-MigrationBatch -Identity $null -ContentFilter 'x' }).FullyQualifiedErrorId | Should -BeLike 'IdentityRequired,*'
        Set-MigrationBatch 'Wave 1' -AutoRetryCount 99 -WhatIf
        (Get-MigrationBatch 'Wave 1').AutoRetryCount | Should -Be $batch.AutoRetryCount
    }

    It 'fails for a name that is not there' {
        (Get-FirstError { Set-MigrationBatch 'Wave 9' -SyncNow }).FullyQualifiedErrorId | Should -BeLike 'BatchNotFound,*'
    }
}
