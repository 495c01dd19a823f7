BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Connect-TestStore $TestDrive
    $credentials = [pscredential]::new('mailadmin', (ConvertTo-SecureString 'S3cret-Word' -AsPlainText -Force))
}

Describe 'New-MigrationEndpoint' {
    It 'has the parameters of Exchange in its set IMAP, and ours' {
        Get-VisibleParameter New-MigrationEndpoint IMAP | Sort-Object | Should -Be (@(
            'IMAP', 'Name', 'RemoteServer', 'Port', 'Security', 'AcceptUntrustedCertificates', 'Authentication', 'MaxConcurrentMigrations',
            'MaxConcurrentIncrementalSyncs', 'SkipVerification', 'Target', 'Credentials', 'AdminLoginFormat', 'LoginSeparator', 'AccessToken', 'TokenCommand',
            'TestMailbox') | Sort-Object)
    }

    It 'has a set for Maildir targets' {
        Get-VisibleParameter New-MigrationEndpoint Maildir | Should -Contain 'Path'
        Get-VisibleParameter New-MigrationEndpoint Maildir | Should -Not -Contain 'RemoteServer'
    }

    It 'makes a source with the defaults of the specification' {
        $endpoint = New-MigrationEndpoint -IMAP -Name 'Defaults' -RemoteServer imap.contoso.test -SkipVerification
        $endpoint.Identity | Should -Be 'Defaults'
        $endpoint.Role, $endpoint.EndpointType, $endpoint.Port, $endpoint.Security | Should -Be 'Source', 'IMAP', 993, 'Ssl'
        $endpoint.MaxConcurrentMigrations.Value, $endpoint.MaxConcurrentIncrementalSyncs.Value | Should -Be 20, 10
        $endpoint.AcceptUntrustedCertificates | Should -BeFalse
    }

    It 'makes a target with everything set' {
        $endpoint = New-MigrationEndpoint -IMAP -Target -Name 'Full' -RemoteServer imap.contoso.test -Port 143 -Security Tls -Authentication Basic `
            -AcceptUntrustedCertificates:$true -MaxConcurrentMigrations Unlimited -MaxConcurrentIncrementalSyncs 7 `
            -Credentials $credentials -AdminLoginFormat Dovecot -LoginSeparator '+' -SkipVerification
        $endpoint.Role, $endpoint.Port, $endpoint.Security | Should -Be 'Target', 143, 'Tls'
        $endpoint.MaxConcurrentMigrations.IsUnlimited, $endpoint.MaxConcurrentIncrementalSyncs.Value | Should -Be $true, 7
        $endpoint.Username, $endpoint.AdminLoginFormat, $endpoint.LoginSeparator | Should -Be 'mailadmin', 'Dovecot', '+'
    }

    It 'shows no password, in no form' {
        $endpoint = New-MigrationEndpoint -IMAP -Name 'Secret' -RemoteServer imap.contoso.test -Credentials $credentials -AdminLoginFormat SaslPlain -SkipVerification
        $endpoint | Format-List * | Out-String | Should -Not -BeLike '*S3cret-Word*'
        $endpoint | ConvertTo-Json -Depth 5 | Should -Not -BeLike '*S3cret-Word*'
    }

    It 'makes a Maildir target from a relative path' {
        Push-Location $TestDrive
        try { $endpoint = New-MigrationEndpoint -Maildir -Name 'Archive' -Path 'archive' -SkipVerification }
        finally { Pop-Location }
        $endpoint.EndpointType, $endpoint.Role | Should -Be 'Maildir', 'Target'
        $endpoint.Path | Should -Be (Join-Path $TestDrive 'archive')
    }

    It 'tests the server first, and makes no endpoint that cannot be reached' {
        $failed = Get-FirstError { New-MigrationEndpoint -IMAP -Name 'Nowhere' -RemoteServer 127.0.0.1 -Port 9 }
        $failed.FullyQualifiedErrorId | Should -BeLike 'ConnectFailed,*'
        $failed.TargetObject | Should -Be 'Nowhere'
        (Get-MigrationEndpoint).Identity | Should -Not -Contain 'Nowhere'
    }

    It 'refuses a name that is taken' {
        $failed = Get-FirstError { New-MigrationEndpoint -IMAP -Name 'defaults' -RemoteServer imap.contoso.test -SkipVerification }
        $failed.FullyQualifiedErrorId | Should -BeLike 'EndpointExists,*'
        $failed.CategoryInfo.Category | Should -Be 'ResourceExists'
    }

    It 'refuses more incremental syncs than migrations' {
        $failed = Get-FirstError { New-MigrationEndpoint -IMAP -Name 'Limits' -RemoteServer imap.contoso.test -MaxConcurrentMigrations 5 -MaxConcurrentIncrementalSyncs 6 -SkipVerification }
        $failed.FullyQualifiedErrorId | Should -BeLike 'InvalidArgument,*'
    }

    It 'says which ports there are' {
        { New-MigrationEndpoint -IMAP -Name 'Port' -RemoteServer imap.contoso.test -Port 0 } | Should -Throw '*from 1 to 65535, and was given 0.'
    }

    It 'makes nothing with -WhatIf' {
        New-MigrationEndpoint -IMAP -Name 'Perhaps' -RemoteServer imap.contoso.test -SkipVerification -WhatIf
        (Get-MigrationEndpoint).Identity | Should -Not -Contain 'Perhaps'
    }

    It 'warns of parameters of Exchange that mean nothing here' {
        $null = New-MigrationEndpoint -IMAP -Name 'Copied' -RemoteServer imap.contoso.test -SkipVerification -DomainController dc1 -Partition p -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -HaveCount 2
        "$warnings" | Should -BeLike '*-DomainController has no meaning*ignored*'
    }

    It 'takes $true after a switch' {
        $endpoint = New-MigrationEndpoint -IMAP -Name 'Scripted' -RemoteServer imap.contoso.test -SkipVerification $true -Target $true
        $endpoint.Role | Should -Be 'Target'
    }

    It 'refuses any other stray value' {
        { New-MigrationEndpoint -IMAP -Name 'Stray' -RemoteServer imap.contoso.test -SkipVerification $false } | Should -Throw "*'False'*-Name:`$false*"
    }
}
