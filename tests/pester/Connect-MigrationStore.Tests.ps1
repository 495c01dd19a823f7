BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Import-ModuleUnderTest
}

Describe 'Connect-MigrationStore' {
    It 'makes a store where there is none, and opens it again' {
        $folder = Join-Path $TestDrive 'new'
        $made = Connect-MigrationStore $folder
        $made.Created, $made.Path | Should -Be $true, $folder
        $made.EndpointCount, $made.BatchCount, $made.UserCount | Should -Be 0, 0, 0
        (Connect-MigrationStore -Path $folder).Created | Should -BeFalse
    }

    It 'takes a relative path from the current location' {
        Push-Location $TestDrive
        try { (Connect-MigrationStore 'relative').Path | Should -Be (Join-Path $TestDrive 'relative') }
        finally { Pop-Location }
    }

    It 'takes a path on a PowerShell drive' {
        (Connect-MigrationStore 'TestDrive:\drive').Path | Should -Be (Join-Path $TestDrive 'drive')
    }

    It 'lets the session work with it' {
        $null = Connect-MigrationStore (Join-Path $TestDrive 'one')
        $null = New-UnreachableEndpoint
        $null = Connect-MigrationStore (Join-Path $TestDrive 'two')
        Get-MigrationEndpoint | Should -BeNullOrEmpty
        $null = Connect-MigrationStore (Join-Path $TestDrive 'one')
        (Get-MigrationEndpoint).Identity | Should -Be 'Source', 'Target'
    }

    It 'stays with the store it had when another cannot be opened' {
        $null = Connect-MigrationStore (Join-Path $TestDrive 'one')
        Set-Content (Join-Path $TestDrive 'file') 'no folder'
        $failed = Get-FirstError { Connect-MigrationStore (Join-Path $TestDrive 'file') }
        $failed.FullyQualifiedErrorId | Should -BeLike 'StoreUnavailable,*'
        $failed.Exception.Message | Should -Match ([regex]::Escape((Join-Path $TestDrive 'file')))
        (Get-MigrationEndpoint).Identity | Should -Be 'Source', 'Target'
    }

    It 'changes nothing in other sessions of the process' {
        $null = Connect-MigrationStore (Join-Path $TestDrive 'one')
        $other = [powershell]::Create()
        $null = $other.AddScript("Import-Module '$(Join-Path (Get-ModuleFolder) 'ImapMigration.psd1')'; (Connect-MigrationStore '$(Join-Path $TestDrive 'other')').Path").Invoke()
        $other.Dispose()
        (Get-MigrationEndpoint).Identity | Should -Be 'Source', 'Target'
    }
}
