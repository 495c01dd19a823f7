BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Connect-TestStore $TestDrive
    $file = Join-Path $TestDrive 'users.csv'
    [IO.File]::WriteAllBytes($file, (Get-TestCsv 'anna@contoso.com', 'bert@contoso.com'))
    $faulty = Join-Path $TestDrive 'faulty.csv'
    [IO.File]::WriteAllText($faulty, "EmailAddress,UserName,Password,Colour`r`nanna@contoso.com,anna,a,b,red`r`n")
}

Describe 'Test-MigrationCsv' {
    It 'finds a good file good' {
        $check = Test-MigrationCsv $file
        $check.Valid, $check.RowCount, $check.Delimiter | Should -Be $true, 2, ','
        $check.Columns | Should -Be 'EmailAddress', 'UserName', 'Password', 'TargetPassword'
        $check.Errors | Should -HaveCount 0
    }

    It 'takes files from the pipeline' {
        (Get-ChildItem $TestDrive -Filter *.csv | Sort-Object Name | Test-MigrationCsv).Valid | Should -Be $false, $true
    }

    It 'takes <What> from the pipeline' -ForEach @(
        @{ What = 'objects of Import-Csv'; Get = { Import-Csv $file } }
        @{ What = 'the text'; Get = { Get-Content $file -Raw } }
        @{ What = 'lines'; Get = { Get-Content $file } }
        @{ What = 'bytes'; Get = { [IO.File]::ReadAllBytes($file) } }
    ) {
        $check = & $Get | Test-MigrationCsv
        $check.Valid, $check.RowCount | Should -Be $true, 2
    }

    It 'tells rows from objects that have the path of a file' {
        ([pscustomobject]@{ FullName = $file } | Test-MigrationCsv).RowCount | Should -Be 2
        $row = [pscustomobject]@{ FullName = 'Anna'; EmailAddress = 'anna@contoso.com'; UserName = 'anna'; Password = 'a' }
        ($row | Test-MigrationCsv -AllowUnknownColumnsInCsv $true).Valid | Should -BeTrue
    }

    It 'takes bytes and objects' {
        (Test-MigrationCsv -CSVData ([IO.File]::ReadAllBytes($file))).RowCount | Should -Be 2
        (Test-MigrationCsv -CSVData (Import-Csv $file)).RowCount | Should -Be 2
    }

    It 'lists every fault as a result, not as an error' {
        $check = Test-MigrationCsv $faulty -ErrorAction Stop
        $check.Valid | Should -BeFalse
        $check.Errors.Line | Should -Contain 2
        "$($check.Errors.Message)" | Should -BeLike '*Colour*'
    }

    It 'passes over unknown columns when told to' {
        "$((Test-MigrationCsv $faulty -AllowUnknownColumnsInCsv $true).Errors.Message)" | Should -Not -BeLike '*Colour*'
    }

    It 'reads other delimiters when told to' {
        $bytes = [Text.Encoding]::UTF8.GetBytes("EmailAddress;UserName;Password`r`nanna@contoso.com;anna;a`r`n")
        (Test-MigrationCsv -CSVData $bytes).Valid | Should -BeFalse
        (Test-MigrationCsv -CSVData $bytes -Delimiter ';').Valid | Should -BeTrue
        (Test-MigrationCsv -CSVData $bytes -Lenient).Valid | Should -BeTrue
    }

    It 'fails for a file that is not there' {
        $failed = Get-FirstError { Test-MigrationCsv (Join-Path $TestDrive 'none.csv') }
        $failed.FullyQualifiedErrorId | Should -BeLike 'CsvUnreadable,*'
        $failed.TargetObject | Should -Be (Join-Path $TestDrive 'none.csv')
    }

    It 'shows no password' {
        Test-MigrationCsv $file | ConvertTo-Json -Depth 5 | Should -Not -BeLike '*P@ss*'
    }
}
