BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Connect-TestStore $TestDrive
    $null = New-UnreachableEndpoint
}

Describe 'Set-MigrationEndpoint' {
    It 'takes a boolean where New- takes a switch, as Exchange does' {
        (Get-Command Set-MigrationEndpoint).Parameters['AcceptUntrustedCertificates'].ParameterType | Should -Be ([Nullable[bool]])
        (Get-Command Set-MigrationEndpoint).Parameters.Keys | Should -Not -Contain 'Name'
    }

    It 'changes what is given and nothing else' {
        Set-MigrationEndpoint Source -Port 143 -Security Tls -MaxConcurrentMigrations 50 -AcceptUntrustedCertificates $true -SkipVerification | Should -BeNullOrEmpty
        $endpoint = Get-MigrationEndpoint Source
        $endpoint.Port, $endpoint.Security, $endpoint.MaxConcurrentMigrations.Value | Should -Be 143, 'Tls', 50
        $endpoint.AcceptUntrustedCertificates | Should -BeTrue
        $endpoint.RemoteServer, $endpoint.MaxConcurrentIncrementalSyncs.Value | Should -Be '127.0.0.1', 10
    }

    It 'takes endpoints from the pipeline' {
        Get-MigrationEndpoint | Set-MigrationEndpoint -MaxConcurrentIncrementalSyncs 3 -SkipVerification
        (Get-MigrationEndpoint).MaxConcurrentIncrementalSyncs.Value | Should -Be 3, 3
    }

    It 'tests the server again, and keeps the old values when that fails' {
        (Get-FirstError { Set-MigrationEndpoint Source -Port 10 }).FullyQualifiedErrorId | Should -BeLike 'ConnectFailed,*'
        (Get-MigrationEndpoint Source).Port | Should -Be 143
    }

    It 'changes nothing for $null' {
        (Get-FirstError { Set-MigrationEndpoint -Identity $null -Port 1 -SkipVerification }).FullyQualifiedErrorId | Should -BeLike 'IdentityRequired,*'
        (Get-MigrationEndpoint).Port | Should -Not -Contain 1
    }

    It 'changes nothing with -WhatIf' {
        Set-MigrationEndpoint Source -Port 1 -SkipVerification -WhatIf
        (Get-MigrationEndpoint Source).Port | Should -Be 143
    }
}
