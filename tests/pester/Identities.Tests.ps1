# What names a batch, a user or an endpoint, and what does not. A batch and an endpoint here have the same name.

BeforeDiscovery {
    $batchCmdlets = 'Get-MigrationBatch', 'Set-MigrationBatch', 'Start-MigrationBatch', 'Stop-MigrationBatch', 'Remove-MigrationBatch', 'Wait-MigrationBatch'
    $endpointCmdlets = 'Get-MigrationEndpoint', 'Set-MigrationEndpoint', 'Remove-MigrationEndpoint', 'Test-MigrationServerAvailability'
    $userCmdlets = 'Get-MigrationUser', 'Get-MigrationUserStatistics', 'Test-MigrationUser'
    $strangers = foreach ($noun in 'Batch', 'Endpoint', 'User') {
        $others = 'Batch', 'Endpoint', 'User' -ne $noun
        $cmdlets = @{ Batch = $batchCmdlets; Endpoint = $endpointCmdlets; User = $userCmdlets }[$noun]
        # A batch stands for its users.
        foreach ($cmdlet in $cmdlets) { foreach ($other in $others) { if ("$noun$other" -ne 'UserBatch') { @{ Cmdlet = $cmdlet; Noun = $other } } } }
    }
    $forms = @(
        @{ Form = 'itself'; Make = { $args[0] } }
        @{ Form = 'what a job or Clixml makes of it'; Make = { [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($args[0])) } }
        @{ Form = 'what Select-Object makes of it'; Make = { $args[0] | Select-Object Identity, Status } }
    )
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Connect-TestStore $TestDrive
    $null = New-UnreachableEndpoint
    $null = New-MigrationEndpoint -IMAP -Name 'Contoso' -RemoteServer imap.contoso.test -SkipVerification
    $route = @{ SourceEndpoint = 'Source'; TargetEndpoint = 'Target' }
    $null = New-MigrationBatch -Name 'Contoso' @route -CSVData (Get-TestCsv 'anna@contoso.com', 'bo@contoso.com')
    $null = New-MigrationBatch -Name 'Fabrikam' @route -CSVData (Get-TestCsv 'carl@fabrikam.com')
    $things = @{ Batch = Get-MigrationBatch 'Contoso'; Endpoint = Get-MigrationEndpoint 'Contoso'; User = Get-MigrationUser 'anna@contoso.com' }
}

Describe 'A batch, an endpoint and a user' {
    It 'are named by <Form>' -ForEach $forms {
        (& $Make $things.Batch | Get-MigrationBatch).Identity | Should -BeExactly 'Contoso'
        (& $Make $things.Endpoint | Get-MigrationEndpoint).Identity | Should -BeExactly 'Contoso'
        (& $Make $things.User | Get-MigrationUserStatistics).Identity | Should -BeExactly 'anna@contoso.com'
        (Get-MigrationBatch -Identity (& $Make $things.Batch)).Identity | Should -BeExactly 'Contoso'
    }

    It 'are named by guid, by address, and by a row, be it an object or a hashtable' {
        (Get-MigrationUser ([mailaddress] 'anna@contoso.com')).Guid | Should -Be $things.User.Guid
        (Get-MigrationUser $things.User.Guid).Identity | Should -Be 'anna@contoso.com'
        foreach ($row in [pscustomobject]@{ EmailAddress = 'bo@contoso.com'; Password = 'p' }, @{ emailaddress = 'bo@contoso.com' }, ([pscustomobject]@{ Identity = 'bo@contoso.com' })) {
            ($row | Get-MigrationUser).Identity | Should -Be 'bo@contoso.com'
            ($row | Get-MigrationUserStatistics).Identity | Should -Be 'bo@contoso.com'
        }
        ([pscustomobject]@{ BatchId = 'Contoso' } | Get-MigrationBatch).Identity | Should -Be 'Contoso'
    }

    It 'are told apart in rows of what was exported: <Form>' -ForEach @(
        @{ Form = 'CSV'; Make = { $args[0] | ConvertTo-Csv | ConvertFrom-Csv } }
        @{ Form = 'JSON'; Make = { $args[0] | ConvertTo-Json | ConvertFrom-Json } }
        @{ Form = 'batch and address alone'; Make = { $args[0] | Select-Object BatchId, EmailAddress | ConvertTo-Csv | ConvertFrom-Csv } }
    ) {
        $null = New-MigrationBatch -Name "Sizes $Form" -SourceEndpoint Source -CSVData (Get-TestCsv 'anna@contoso.com') -Analyze
        $users = @(Get-MigrationUser 'anna@contoso.com')
        $users | Should -HaveCount 2
        (& $Make $users | Get-MigrationUser).Guid | Should -Be $users.Guid
        (& $Make $users | Get-MigrationUserStatistics).Guid | Should -Be $users.Guid
        Remove-MigrationBatch "Sizes $Form" -Confirm:$false
    }

    It 'are named by the address where a guid is somebody else''s' {
        ([pscustomobject]@{ EmailAddress = 'bo@contoso.com'; Guid = [guid]::NewGuid() } | Get-MigrationUser).Identity | Should -Be 'bo@contoso.com'
    }

    It 'are no address without an @, which may be a password' {
        $stray = Get-FirstError { [pscustomobject]@{ EmailAddress = 'hunter2'; Password = 'anna@contoso.com' } | Get-MigrationUser }
        $stray.FullyQualifiedErrorId | Should -BeLike 'InvalidArgument,*'
        "$stray" | Should -Not -BeLike '*hunter2*'
    }
}

Describe 'A batch' {
    It 'stands for its users' {
        ($things.Batch | Get-MigrationUser).Identity | Should -Be 'anna@contoso.com', 'bo@contoso.com'
        ($things.Batch | Get-MigrationUserStatistics).Identity | Should -Be 'anna@contoso.com', 'bo@contoso.com'
        ($things.Batch | Get-MigrationUserStatistics -IncludeReport $true).Identity | Should -Be 'anna@contoso.com', 'bo@contoso.com'
        (Get-MigrationUserStatistics -BatchId 'Contoso').Identity | Should -Be 'anna@contoso.com', 'bo@contoso.com'
        @($things.Batch | Test-MigrationUser 2>&1).FullyQualifiedErrorId | Should -Be (@('ConnectFailed,ImapMigration.Commands.TestMigrationUserCommand') * 2)
    }

    It 'that is not there has no users' {
        (Get-FirstError { Get-MigrationUserStatistics -BatchId 'Nobody' }).FullyQualifiedErrorId | Should -BeLike 'BatchNotFound,*'
        $empty = Get-FirstError { Get-MigrationUserStatistics -BatchId '' }
        $empty.FullyQualifiedErrorId, $empty.ErrorDetails.RecommendedAction | Should -Be 'IdentityRequired,ImapMigration.Commands.GetMigrationUserStatisticsCommand', 'Name it with -BatchId.'
    }
}

Describe 'An object of another kind' {
    It 'is refused by <Cmdlet>, by its type: a <Noun>' -ForEach $strangers {
        foreach ($make in { $args[0] }, { [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($args[0])) }, { $args[0] | Select-Object Identity }, { $args[0].Identity }) {
            $stranger = & $make $things[$Noun]
            $confirm = if ((Get-ConfirmImpact $Cmdlet) -eq 'None') { @{} } else { @{ Confirm = $false } }
            $refusal = Get-FirstError { $stranger | & $Cmdlet @confirm }
            "$refusal" | Should -BeLike "*ImapMigration.Migration$Noun*"
            $refusal.TargetObject | Should -BeNullOrEmpty
        }
        (Get-MigrationBatch 'Contoso').Status | Should -Be 'Created'
        Get-MigrationEndpoint 'Contoso' | Should -Not -BeNullOrEmpty
    }

    It 'is told about rows only where it may be one' {
        $remedy = { $args[0].ErrorDetails.RecommendedAction }
        & $remedy (Get-FirstError { $things.Endpoint | Start-MigrationBatch }) | Should -Not -BeLike '*CSV*'
        & $remedy (Get-FirstError { Get-Process -Id $PID | Get-MigrationWorker }) | Should -Not -BeLike '*CSV*'
        & $remedy (Get-FirstError { [pscustomobject]@{ UserName = 'anna'; Password = 'p' } | Start-MigrationBatch }) | Should -BeLike '*-CSVData*'
        & $remedy (Get-FirstError { 'a@b.c,a,p' | Get-MigrationWorker }) | Should -BeLike '*-CSVData*'
    }

    It 'is refused also where it is no object of ours' {
        "$(Get-FirstError { Get-Process -Id $PID | Remove-MigrationBatch -Confirm:$false })" | Should -BeLike '*System.Diagnostics.Process*'
        "$(Get-FirstError { Get-Item $TestDrive | Get-MigrationUserStatistics })" | Should -BeLike '*System.IO.DirectoryInfo*'
    }
}

Describe 'The value of a switch' {
    It 'does not stand in the way of what is piped' {
        ($things.User | Get-MigrationUserStatistics -IncludeReport $true).Identity | Should -Be 'anna@contoso.com'
        ($things.Batch | Get-MigrationBatch -IncludeReport $true).Identity | Should -Be 'Contoso'
        ($things.User | New-MigrationBatch -Name 'Again' -TargetEndpoint Target -DisableOnCopy $true -AdoptPreexisting $true).TotalCount | Should -Be 1
    }

    It 'may stand behind several switches' {
        (Get-MigrationUserStatistics 'bo@contoso.com' -IncludeReport $true -IncludeSkippedItems $true).Identity | Should -Be 'bo@contoso.com'
    }

    It 'is not taken for an identity that was given' {
        (Get-FirstError { $things.User | Get-MigrationUserStatistics -Identity 'bo@contoso.com' }).FullyQualifiedErrorId | Should -BeLike 'InvalidArgument,*'
        (Get-FirstError { Get-MigrationUserStatistics -IncludeReport $true }).FullyQualifiedErrorId | Should -BeLike 'IdentityRequired,*'
    }

    It 'names nothing without a switch: <Call>' -ForEach @(
        foreach ($cmdlet in $batchCmdlets + $endpointCmdlets + $userCmdlets) {
            foreach ($truth in '$true', '$false') {
                @{ Call = "$truth | $cmdlet" }
                if ($cmdlet -ne 'Test-MigrationServerAvailability') { @{ Call = "$cmdlet $truth" } }
            }
        }
        @{ Call = 'Get-MigrationUser -BatchId $true' }, @{ Call = 'Get-MigrationBatch -Endpoint $true -IncludeReport' }
        @{ Call = 'New-MigrationBatch -Name Truth -SourceEndpoint $true -TargetEndpoint Target -Users anna@contoso.com -AdoptPreexisting' }
        @{ Call = 'Get-MigrationBatch Contoso $true' }, @{ Call = 'Get-MigrationBatch Contoso -IncludeReport $true $true' }
        @{ Call = 'Connect-MigrationStore $true' }
    ) {
        $script = [scriptblock]::Create("`$ConfirmPreference = 'None'; $Call")
        "$(try { Get-FirstError $script } catch { $_ })" | Should -Match "'(True|False)'"
    }
}

Describe 'What no parameter takes' {
    It 'is answered as PowerShell does, by name: <Call>' -ForEach @(
        @{ Call = { Get-MigrationBatch -Nmae x } }, @{ Call = { Get-MigrationBatch -Nmae } }
        @{ Call = { New-MigrationBatch -Nmae B -SourceEndpoint Source -CSVData (Get-TestCsv) } }
        @{ Call = { New-MigrationEndpoint -IMAP -Nmae E -RemoteServer h -SkipVerification $true } }
        @{ Call = { $row = @{ Nmae = 'hunter2' }; Get-MigrationUser @row } }
    ) {
        $unknown = try { & $Call } catch { $_ }
        $unknown.FullyQualifiedErrorId | Should -BeLike 'NamedParameterNotFound,*'
        "$unknown" | Should -BeLike "*'Nmae'*"
        "$unknown" | Should -Not -BeLike '*hunter2*'
    }

    It 'is not repeated, however much it is' {
        foreach ($count in 1..9) {
            $texts = @('hunter2') * $count
            foreach ($cmdlet in 'Get-MigrationBatch', 'Get-MigrationWorker') {
                if ($count -eq 1 -and $cmdlet -eq 'Get-MigrationBatch') { continue }
                $stray = try { & $cmdlet @texts } catch { $_ }
                "$stray" | Should -BeLike '*No parameter takes a text*'
                "$stray" | Should -Not -BeLike '*hunter2*'
            }
        }
    }
}
