BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Connect-TestStore $TestDrive
    $null = New-UnreachableEndpoint
}

Describe 'Remove-MigrationBatch' {
    BeforeEach {
        foreach ($n in 1, 2) {
            $null = New-MigrationBatch -Name "Wave $n" -SourceEndpoint Source -TargetEndpoint Target -CSVData (Get-TestCsv "user$n@contoso.com")
        }
    }

    AfterEach {
        Get-MigrationBatch | Remove-MigrationBatch -Confirm:$false
    }

    It 'removes none without an identity when there are several, nor for $null, nor with -WhatIf' {
        (Get-FirstError { Remove-MigrationBatch -Confirm:$false }).FullyQualifiedErrorId | Should -BeLike 'IdentityRequired,*'
        (Get-FirstError { Remove-MigrationBatch $null -Confirm:$false }).FullyQualifiedErrorId | Should -BeLike 'IdentityRequired,*'
        (Get-FirstError { $null | Remove-MigrationBatch -Force }).FullyQualifiedErrorId | Should -BeLike 'IdentityRequired,*'
        Get-MigrationBatch | Remove-MigrationBatch -WhatIf
        Get-MigrationBatch | Remove-MigrationBatch -Force -WhatIf
        Get-MigrationBatch | Should -HaveCount 2
    }

    It 'removes not even the only one for $true, nor where that may be the value of a switch' {
        Remove-MigrationBatch 'Wave 2' -Confirm:$false
        foreach ($call in { Remove-MigrationBatch $true -Confirm:$false }, { Remove-MigrationBatch $true -Force }, { Remove-MigrationBatch -Force $true }) {
            "$(try { Get-FirstError $call } catch { $_ })" | Should -Not -BeNullOrEmpty
        }
        (Get-MigrationBatch).Identity | Should -Be 'Wave 1'
    }

    It 'removes one, with its users' {
        Remove-MigrationBatch 'Wave 1' -Confirm:$false | Should -BeNullOrEmpty
        (Get-MigrationBatch).Identity | Should -Be 'Wave 2'
        (Get-MigrationUser).Identity | Should -Be 'user2@contoso.com'
    }

    It 'does not ask with -Force' {
        Invoke-FreshPowerShell @"
`$null = Connect-MigrationStore '$(Join-Path $TestDrive 'force')'
`$null = New-MigrationEndpoint -IMAP -Name Source -RemoteServer imap.contoso.test -SkipVerification
`$null = New-MigrationBatch -Name 'Wave 1' -SourceEndpoint Source -Analyze -CSVData ([pscustomobject]@{ EmailAddress = 'a@contoso.com'; UserName = 'a'; Password = 'b' })
Remove-MigrationBatch -Force
(Get-MigrationBatch | Measure-Object).Count
"@ | Should -Be '0'
    }

    It 'lets the name be used again' {
        Remove-MigrationBatch 'Wave 1' -Confirm:$false
        $again = New-MigrationBatch -Name 'Wave 1' -SourceEndpoint Source -TargetEndpoint Target -CSVData (Get-TestCsv 'user1@contoso.com')
        $again.Status | Should -Be 'Created'
    }
}
