BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Connect-TestStore $TestDrive
    $null = New-UnreachableEndpoint
    # Started, they wait: nothing runs before this date.
    $later = @{ SourceEndpoint = 'Source'; TargetEndpoint = 'Target'; StartAfter = '2099-01-01' }
}

Describe 'Start-MigrationBatch' {
    AfterAll {
        $null = Stop-MigrationWorker -Confirm:$false
    }

    It 'says so when there is no batch at all' {
        (Get-FirstError { Start-MigrationBatch }).FullyQualifiedErrorId | Should -BeLike 'BatchNotFound,*'
    }

    It 'starts the only batch without an identity, and a worker with it' {
        $null = New-MigrationBatch -Name 'Wave 1' @later -CSVData (Get-TestCsv 'a@contoso.com')
        Start-MigrationBatch | Should -BeNullOrEmpty
        (Get-MigrationBatch 'Wave 1').Status | Should -Be 'Waiting'
        (Get-MigrationWorker).Status | Should -Be 'Running'
    }

    It 'starts none without an identity when there are several' {
        $null = New-MigrationBatch -Name 'Wave 2' @later -CSVData (Get-TestCsv 'b@contoso.com')
        (Get-FirstError { Start-MigrationBatch }).FullyQualifiedErrorId | Should -BeLike 'IdentityRequired,*'
        (Get-MigrationBatch 'Wave 2').Status | Should -Be 'Created'
    }

    It 'starts none for $null, an empty text or an empty pipeline' {
        foreach ($nothing in $null, '') {
            (Get-FirstError { Start-MigrationBatch -Identity $nothing }).FullyQualifiedErrorId | Should -BeLike 'IdentityRequired,*'
            (Get-FirstError { $nothing | Start-MigrationBatch }).FullyQualifiedErrorId | Should -BeLike 'IdentityRequired,*'
        }
        @() | Start-MigrationBatch
        Get-MigrationBatch -Status Synced | Start-MigrationBatch
        (Get-MigrationBatch 'Wave 2').Status | Should -Be 'Created'
    }

    It 'starts none with -WhatIf' {
        Start-MigrationBatch 'Wave 2' -WhatIf
        (Get-MigrationBatch 'Wave 2').Status | Should -Be 'Created'
    }

    It 'takes batches from the pipeline, and identities in every form' {
        Get-MigrationBatch | Start-MigrationBatch
        (Get-MigrationBatch).Status | Should -Be 'Waiting', 'Waiting'
        foreach ($batch in Get-MigrationBatch) {
            Start-MigrationBatch $batch.Identity.Name -ErrorAction Stop
            Start-MigrationBatch $batch.BatchGuid -ErrorAction Stop
        }
    }

    It 'goes on with the others when one is not there' {
        $failed = $null
        'Wave 9', 'Wave 1' | Start-MigrationBatch -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed.FullyQualifiedErrorId | Should -BeLike 'BatchNotFound,*'
    }
}
