BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Connect-TestStore $TestDrive
    $null = New-UnreachableEndpoint
    $later = @{ SourceEndpoint = 'Source'; TargetEndpoint = 'Target'; StartAfter = '2099-01-01'; AutoStart = $true }
    $null = New-MigrationBatch -Name 'Wave 1' @later -CSVData (Get-TestCsv 'a@contoso.com')
    $null = New-MigrationBatch -Name 'Wave 2' @later -CSVData (Get-TestCsv 'b@contoso.com')
}

Describe 'Stop-MigrationBatch' {
    AfterAll {
        $null = Stop-MigrationWorker -Confirm:$false
    }

    It 'stops none without an identity when there are several, nor for $null' {
        (Get-FirstError { Stop-MigrationBatch -Confirm:$false }).FullyQualifiedErrorId | Should -BeLike 'IdentityRequired,*'
        (Get-FirstError { $null | Stop-MigrationBatch -Confirm:$false }).FullyQualifiedErrorId | Should -BeLike 'IdentityRequired,*'
        Stop-MigrationBatch 'Wave 1' -WhatIf
        (Get-MigrationBatch).Status | Should -Be 'Waiting', 'Waiting'
    }

    It 'stops one, which can be started again' {
        Stop-MigrationBatch 'Wave 1' -Confirm:$false | Should -BeNullOrEmpty
        (Get-MigrationBatch 'Wave 1').Status | Should -Be 'Stopped'
        Start-MigrationBatch 'Wave 1'
        (Get-MigrationBatch 'Wave 1').Status | Should -Be 'Waiting'
    }

    It 'refuses one that was never started' {
        $null = New-MigrationBatch -Name 'Wave 3' -SourceEndpoint Source -TargetEndpoint Target -CSVData (Get-TestCsv 'c@contoso.com')
        $failed = Get-FirstError { Stop-MigrationBatch 'Wave 3' -Confirm:$false }
        $failed.FullyQualifiedErrorId | Should -BeLike 'InvalidState,*'
        $failed.TargetObject | Should -Be 'Wave 3'
    }
}
