BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Connect-TestStore $TestDrive
    $null = New-UnreachableEndpoint
    $null = New-MigrationEndpoint -IMAP -Name 'Spare' -RemoteServer imap.contoso.test -SkipVerification
}

Describe 'Remove-MigrationEndpoint' {
    It 'removes nothing with -WhatIf, nor for $null' {
        Remove-MigrationEndpoint Spare -WhatIf
        (Get-FirstError { Remove-MigrationEndpoint -Identity $null -Confirm:$false }).FullyQualifiedErrorId | Should -BeLike 'IdentityRequired,*'
        (Get-FirstError { $null | Remove-MigrationEndpoint -Confirm:$false }).FullyQualifiedErrorId | Should -BeLike 'IdentityRequired,*'
        @() | Remove-MigrationEndpoint -Confirm:$false
        Get-MigrationEndpoint | Should -HaveCount 3
    }

    It 'removes one' {
        Remove-MigrationEndpoint Spare -Confirm:$false | Should -BeNullOrEmpty
        (Get-MigrationEndpoint).Identity | Should -Be 'Source', 'Target'
    }

    It 'refuses one that batches use, and names them' {
        $null = New-MigrationBatch -Name 'Wave 1' -SourceEndpoint Source -TargetEndpoint Target -CSVData (Get-TestCsv)
        $failed = Get-FirstError { Remove-MigrationEndpoint Source -Confirm:$false }
        $failed.FullyQualifiedErrorId | Should -BeLike 'EndpointInUse,*'
        $failed.Exception.Message | Should -BeLike '*Wave 1*'
    }
}
