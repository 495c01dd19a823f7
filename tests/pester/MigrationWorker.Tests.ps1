# Get-, Start- and Stop-MigrationWorker: one life of a worker.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Connect-TestStore $TestDrive
}

Describe 'The worker' {
    AfterAll {
        $null = Stop-MigrationWorker -Confirm:$false
    }

    It 'does not run before it is needed, nor after -WhatIf' {
        Start-MigrationWorker -WhatIf
        $worker = Get-MigrationWorker
        $worker.Status | Should -Be 'Stopped'
        $worker.ProcessId | Should -BeNullOrEmpty
    }

    It 'is started once' {
        $worker = Start-MigrationWorker
        $worker.Status | Should -Be 'Running'
        (Get-Process -Id $worker.ProcessId).ProcessName | Should -BeLike 'imap-migration*'
        (Start-MigrationWorker).ProcessId | Should -Be $worker.ProcessId
        (Get-MigrationWorker).ProcessId | Should -Be $worker.ProcessId
    }

    It 'goes on when it is asked to stop with -WhatIf' {
        Stop-MigrationWorker -WhatIf
        (Get-MigrationWorker).Status | Should -Be 'Running'
    }

    It 'is stopped, and stopping it again is no error' {
        (Stop-MigrationWorker -Confirm:$false).Status | Should -Be 'Stopped'
        (Stop-MigrationWorker -Confirm:$false -ErrorAction Stop).Status | Should -Be 'Stopped'
    }
}
