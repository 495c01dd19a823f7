# What users' own Pester tests do with the cmdlets: mocks take what the cmdlets take, and refuse what they refuse.

BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Import-ModuleUnderTest
    $outputs = (Get-Command -Module ImapMigration).OutputType.Type | Sort-Object FullName -Unique
    $types = $outputs[0].Assembly.GetExportedTypes() | Where-Object { $_.IsClass -and -not $_.IsAbstract -and $_.Namespace -eq 'ImapMigration' -and -not $_.IsSubclassOf([Attribute]) } |
        ForEach-Object { @{ Type = $_ } }
    $shown = $outputs | ForEach-Object { @{ Type = $_ } }
    $cmdlets = (Get-Command -Module ImapMigration).Name | ForEach-Object { @{ Cmdlet = $_ } }
    $readme = [IO.File]::ReadAllText((Join-Path $PSScriptRoot '../../README.md'))
    $calls = [regex]::Matches($readme, '(?ms)^```powershell\n(.*?)^```').ForEach({ $_.Groups[1].Value -split '\n' }) |
        Where-Object { $_ -like '*-Migration*' } | ForEach-Object { @{ Call = $_.Trim() } }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Connect-TestStore $TestDrive
    $null = New-UnreachableEndpoint
    $route = @{ SourceEndpoint = 'Source'; TargetEndpoint = 'Target' }
    $null = New-MigrationBatch -Name 'Wave1' @route -CSVData (Get-TestCsv)
    $batch, $endpoint, $user = (Get-MigrationBatch 'Wave1'), (Get-MigrationEndpoint 'Source'), (Get-MigrationUser 'anna@contoso.com')
    [IO.File]::WriteAllBytes("$TestDrive/users.csv", (Get-TestCsv))
    function Get-CalledCmdlet([string] $Script) { [regex]::Matches($Script, '\w+-Migration\w+').Value | Select-Object -Unique }

    # A module of users that calls ours.
    $wrapper = New-Module -Name Wrapper { function Start-Wave { Start-MigrationBatch Wave1 } } | Import-Module -PassThru
}

AfterAll {
    Remove-Module Wrapper
}

Describe 'A mock' {
    It 'throws what a script catches by type: <_>' -ForEach 'MigrationTransientException', 'MigrationPermanentException', 'ManagementObjectNotFoundException' {
        $type = "ImapMigration.$_" -as [type]
        Mock Start-MigrationBatch { throw $type::new('Away') }
        { Start-MigrationBatch Wave1 } | Should -Throw -ExceptionType $type -ExpectedMessage 'Away'
    }

    It 'can be made of <Cmdlet>' -ForEach $cmdlets {
        Mock $Cmdlet { 'mocked' }
        $arguments = switch -Wildcard ($Cmdlet) {
            'New-MigrationBatch' { @{ Name = 'B'; CSVData = 'users.csv' } + $route }
            'New-MigrationEndpoint' { @{ IMAP = $true; Name = 'E'; RemoteServer = 'h' } }
            'Test-MigrationServerAvailability' { @{ Endpoint = 'Source' } }
            'Test-MigrationCsv' { @{ Path = 'users.csv' } }
            'Connect-MigrationStore' { @{ Path = 'store' } }
            '*-MigrationWorker' { @{} }
            '*-MigrationOffice365Access' { @{ Endpoint = 'Source' } }
            default { @{ Identity = 'Wave1' } }
        }
        & $Cmdlet @arguments | Should -Be 'mocked'
        Should -Invoke $Cmdlet -Times 1 -Exactly
    }

    It 'takes a call of the README: <Call>' -ForEach $calls {
        foreach ($name in Get-CalledCmdlet $Call) { Mock $name { 'mocked' } }
        if ($Call -like '*| *') { Mock Get-MigrationUser { $user } }
        & ([scriptblock]::Create($Call)) | Should -Be 'mocked'
    }

    It 'takes -CSVData as <Name>' -ForEach @(
        @{ Name = 'a path'; Data = { "$TestDrive/users.csv" } }, @{ Name = 'a file'; Data = { Get-Item "$TestDrive/users.csv" } }
        @{ Name = 'bytes'; Data = { , [IO.File]::ReadAllBytes("$TestDrive/users.csv") } }, @{ Name = 'rows'; Data = { Import-Csv "$TestDrive/users.csv" } }
    ) {
        Mock New-MigrationBatch { 'mocked' }
        Mock Set-MigrationBatch { 'mocked' }
        New-MigrationBatch -Name B @route -CSVData (& $Data) | Should -Be 'mocked'
        Set-MigrationBatch Wave1 -AddUsers -CSVData (& $Data) | Should -Be 'mocked'
    }

    It 'takes identities in every form, and compares them with text' {
        Mock Get-MigrationBatch { 'mocked' }
        foreach ($form in 'Wave1', $batch, $batch.Identity, ([pscustomobject]@{ Identity = 'Wave1' })) {
            $form | Get-MigrationBatch | Should -Be 'mocked'
            Get-MigrationBatch -Identity $form | Should -Be 'mocked'
        }
        Should -Invoke Get-MigrationBatch -Times 8 -Exactly -ParameterFilter { $Identity -eq 'wave1' -and 'Wave1' -eq $Identity -and $Identity -like 'Wave*' }
    }

    It 'takes what is piped: a batch for its users, rows, and users past the value of a switch' {
        Mock Get-MigrationUserStatistics { 'mocked' }
        $batch | Get-MigrationUserStatistics | Should -Be 'mocked'
        Should -Invoke Get-MigrationUserStatistics -Times 1 -Exactly -ParameterFilter { $BatchId -eq 'Wave1' }
        Import-Csv "$TestDrive/users.csv" | Get-MigrationUserStatistics | Should -Be 'mocked'
        Should -Invoke Get-MigrationUserStatistics -Times 1 -Exactly -ParameterFilter { $Identity -eq 'anna@contoso.com' }
        $user | Get-MigrationUserStatistics -IncludeReport $true | Should -Be 'mocked'
        Should -Invoke Get-MigrationUserStatistics -Times 1 -Exactly -ParameterFilter { $IncludeReport }
    }

    It 'passes on an object that says by PSTypeName what it stands for' {
        Mock New-MigrationBatch { [pscustomobject]@{ PSTypeName = 'ImapMigration.MigrationBatch'; Identity = $Name } }
        Mock Get-MigrationUser { 'mocked' }
        New-MigrationBatch -Name B @route -CSVData "$TestDrive/users.csv" | Get-MigrationUser | Should -Be 'mocked'
        Should -Invoke Get-MigrationUser -Times 1 -Exactly -ParameterFilter { $BatchId -eq 'B' }
    }

    It 'returns an object of <Type>, made by New-MockObject, of which all can be read and shown' -ForEach $types {
        $made = New-MockObject -Type $Type.FullName
        foreach ($property in $made.PSObject.Properties) { { $property.Value } | Should -Not -Throw -Because $property.Name }
        { $made.ToString() } | Should -Not -Throw
        { $made | Format-Table | Out-String } | Should -Not -Throw
        { $made | Format-List * | Out-String } | Should -Not -Throw
    }

    It 'returns a PSTypeName object that has the properties of <Type>' -ForEach $shown {
        $properties = [ordered]@{ PSTypeName = $Type.FullName }
        foreach ($name in $Type.GetProperties().Name) { $properties[$name] = "value of $name" }
        $made = [pscustomobject] $properties
        foreach ($name in $Type.GetProperties().Name) { $made.$name | Should -Be "value of $name" }
        { $made | Format-Table | Out-String } | Should -Not -Throw
        (New-MockObject -Type $Type.FullName).PSObject.Properties.Name | Should -Be $Type.GetProperties().Name
    }

    It 'is seen by other modules that it is made for' {
        Mock Start-MigrationBatch { 'mocked' } -ModuleName Wrapper
        Start-Wave | Should -Be 'mocked'
        Should -Invoke Start-MigrationBatch -ModuleName Wrapper -Times 1 -Exactly -ParameterFilter { $Identity -eq 'Wave1' }
    }

    It 'refuses what the cmdlet refuses: <Call>' -ForEach @(
        @{ Call = { Get-MigrationBatch -Nmae x } }
        @{ Call = { Get-MigrationBatch Wave1 stray } }
        @{ Call = { Get-MigrationBatch Wave1 -IncludeReport $false } }
        @{ Call = { $endpoint | Remove-MigrationBatch -Confirm:$false } }
        @{ Call = { Remove-MigrationBatch -Identity $endpoint } }
        @{ Call = { [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($endpoint)) | Remove-MigrationBatch } }
        @{ Call = { Get-Process -Id $PID | Get-MigrationUserStatistics } }
        @{ Call = { New-MigrationEndpoint -IMAP -Name E -RemoteServer h -Security Sslv2 } }
        @{ Call = { New-MigrationEndpoint -IMAP -Name E -RemoteServer h -Port 70000 } }
        @{ Call = { New-MigrationEndpoint -IMAP -Maildir -Name E -RemoteServer h -Path p } }
        @{ Call = { New-MigrationEndpoint -IMAP -Name E -RemoteServer h -MaxConcurrentMigrations many } }
        @{ Call = { New-MigrationBatch -Name B -SourceEndpoint $batch -CSVData users.csv } }
        @{ Call = { New-MigrationBatch -Name B @route -CSVData users.csv -Repair Everything } }
        @{ Call = { Get-MigrationUser -Status Lost } }
        @{ Call = { Wait-MigrationBatch Wave1 -TimeoutSec soon } }
        @{ Call = { Wait-MigrationBatch Wave1 -TimeoutSec -1 } }
        @{ Call = { Stop-MigrationWorker -TimeoutSec $null } }
        @{ Call = { Set-MigrationBatch Wave1 -AutoRetryCount -1 } }
        @{ Call = { Set-MigrationEndpoint Source -Port 70000 } }
        @{ Call = { Get-MigrationUserStatistics anna@contoso.com -LimitSkippedItemsTo -1 } }
        @{ Call = { New-MigrationBatch -Name B @route -CSVData users.csv -TimeZone '' } }
    ) {
        $ErrorActionPreference = 'Stop'
        { & $Call } | Should -Throw
        foreach ($name in Get-CalledCmdlet $Call) { Mock $name { } }
        { & $Call } | Should -Throw
    }
}
