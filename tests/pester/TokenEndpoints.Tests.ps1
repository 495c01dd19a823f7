# Endpoints with tokens in place of passwords, in the store and as they are shown. Nobody is asked for a token here.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Connect-TestStore $TestDrive
    $secret = 'Abc8Q~S3cret-Value'
    $office = @{ Office365 = $true; Name = 'Cloud'; TenantId = 'contoso.onmicrosoft.com'; ApplicationId = '3f5a1f1e-0c35-4f5b-9d5e-0f6f2b1f5c11' }
    $google = @{ Google = $true; Name = 'Workspace' }
    $imap = @{ IMAP = $true; Name = 'Broker'; RemoteServer = 'imap.contoso.test' }

    function Save-File([string] $Name, [object] $Content) {
        $path = Join-Path $TestDrive $Name
        if ($Content -is [array]) { [IO.File]::WriteAllBytes($path, $Content) } else { [IO.File]::WriteAllText($path, "$Content") }
        "$path"
    }
}

Describe 'New-MigrationEndpoint with tokens' {
    AfterEach {
        Get-MigrationEndpoint | Remove-MigrationEndpoint -Confirm:$false
    }

    It 'is a source, and a target with -Target, at the server of its cloud' -ForEach @(
        @{ Cloud = 'Global'; Server = 'outlook.office365.com' }
        @{ Cloud = 'UsGovGccHigh'; Server = 'outlook.office365.us' }
        @{ Cloud = 'UsGovDoD'; Server = 'outlook-dod.office365.us' }
        @{ Cloud = 'China'; Server = 'partner.outlook.cn' }
    ) {
        $endpoint = New-MigrationEndpoint @office -Cloud $Cloud -ClientSecret (Get-Secure $secret) -SkipVerification -Target:($Cloud -eq 'China') -ErrorAction Stop
        $endpoint.RemoteServer, $endpoint.Port, $endpoint.Security | Should -Be $Server, 993, 'Ssl'
        $endpoint.Role | Should -Be $(if ($Cloud -eq 'China') { 'Target' } else { 'Source' })
        $endpoint.OAuth.Provider, $endpoint.OAuth.Grant, $endpoint.OAuth.Cloud | Should -Be 'Office365', 'ClientSecret', $Cloud
        $endpoint.OAuth.TenantId, $endpoint.OAuth.ApplicationId | Should -Be 'contoso.onmicrosoft.com', $office.ApplicationId
    }

    It 'takes a server, an authority and a scope of its own' {
        $endpoint = New-MigrationEndpoint @office -ClientSecret (Get-Secure $secret) -RemoteServer 127.0.0.1 -Port 1993 -Security Tls -AcceptUntrustedCertificates `
            -Authority 'http://127.0.0.1:8080' -Scope 'https://mail.test/.default' -SkipVerification -WarningAction SilentlyContinue -ErrorAction Stop
        $endpoint.RemoteServer, $endpoint.Port, $endpoint.Security | Should -Be '127.0.0.1', 1993, 'Tls'
        $endpoint.OAuth.Authority, $endpoint.OAuth.Scope | Should -Be 'http://127.0.0.1:8080', 'https://mail.test/.default'
    }

    It 'refuses an authority that anybody on the way could read' {
        $refused = Get-FirstError { New-MigrationEndpoint @office -ClientSecret (Get-Secure $secret) -Authority 'http://login.contoso.test' -SkipVerification }
        "$refused" | Should -BeLike "*'http://login.contoso.test' is no https*"
    }

    It 'is found in the certificate store by its thumbprint, as the dialog of Windows shows it' {
        $certificate = New-TestCertificate
        $store = [Security.Cryptography.X509Certificates.X509Store]::new('My', 'CurrentUser')
        $store.Open('ReadWrite')
        $stored = [Security.Cryptography.X509Certificates.X509Certificate2]::new($certificate.Export('Pfx'), '', 'Exportable, PersistKeySet')
        $store.Add($stored)
        try {
            $shown = "$([char] 0x200E)$($certificate.Thumbprint.ToLowerInvariant() -replace '(..)', '$1 ')"
            $endpoint = New-MigrationEndpoint @office -CertificateThumbprint $shown -SkipVerification -ErrorAction Stop
            $endpoint.OAuth.Grant | Should -Be 'Certificate'
            }
        finally {
            $store.Remove($stored)
            $store.Close()
        }
    }

    It 'takes the key of a service account by path, and by its bytes as Exchange does' {
        $path = Save-File 'key.json' (Get-ServiceAccountKey)
        $endpoint = New-MigrationEndpoint @google -ServiceAccountKey $path -SkipVerification -ErrorAction Stop
        $endpoint.RemoteServer, $endpoint.Port, $endpoint.Role | Should -Be 'imap.gmail.com', 993, 'Source'
        $endpoint.OAuth.Provider, $endpoint.OAuth.Grant | Should -Be 'Google', 'ServiceAccount'

        $endpoint = New-MigrationEndpoint -Gmail -Name 'Exchange' -ServiceAccountKeyFileData ([IO.File]::ReadAllBytes($path)) -EmailAddress anna@contoso.com -SkipVerification -ErrorAction Stop
        $endpoint.OAuth.Grant | Should -Be 'ServiceAccount'
    }

    It 'shows no script' {
        $endpoint = New-MigrationEndpoint @imap -AccessToken { 'S3cret-Token' } -SkipVerification -ErrorAction Stop
        $endpoint.OAuth.Provider, $endpoint.OAuth.Grant | Should -Be 'Other', 'Command'
        $endpoint | ConvertTo-Json -Depth 5 | Should -Not -BeLike '*S3cret*'
    }

    It 'takes a program and its arguments, whatever characters they have' {
        $endpoint = New-MigrationEndpoint @imap -TokenCommand 'pwsh', '-Command', 'a,b;c', '{mailbox}' -SkipVerification -ErrorAction Stop
        $endpoint.OAuth.Grant | Should -Be 'Command'
    }

    It 'is warned of where a certificate ends soon: <Days>' -ForEach @(@{ Days = 29 }, @{ Days = -2 }) {
        $pem = { $one = New-TestCertificate -Days $Days; $one.ExportCertificatePem() + "`n" + [Security.Cryptography.X509Certificates.RSACertificateExtensions]::GetRSAPrivateKey($one).ExportPkcs8PrivateKeyPem() }
        $null = New-MigrationEndpoint @office -CertificateFile (Save-File 'short.pem' (& $pem)) -SkipVerification -WarningVariable made -WarningAction SilentlyContinue -ErrorAction Stop
        $null = Get-MigrationEndpoint Cloud -WarningVariable shown -WarningAction SilentlyContinue
        foreach ($warning in $made, $shown) {
            "$warning" | Should -BeLike "*'CN=Mover' of the endpoint 'Cloud' $(if ($Days -lt 0) { 'ended' } else { 'ends' }) on*"
        }
    }
}

Describe 'Set-MigrationEndpoint' {
    BeforeAll {
        $null = New-MigrationEndpoint @office -ClientSecret (Get-Secure $secret) -SkipVerification -ErrorAction Stop
        $null = New-MigrationEndpoint -IMAP -Name 'Plain' -RemoteServer imap.contoso.test -SkipVerification -ErrorAction Stop
    }

    It 'changes cloud, tenant and application, and the server along with its cloud' {
        Set-MigrationEndpoint Cloud -Cloud China -TenantId contoso.cn -ApplicationId '{11111111-0C35-4f5b-9d5e-0f6f2b1f5c11}' -SkipVerification -ErrorAction Stop
        $endpoint = Get-MigrationEndpoint Cloud
        $endpoint.RemoteServer, $endpoint.OAuth.Cloud, $endpoint.OAuth.TenantId | Should -Be 'partner.outlook.cn', 'China', 'contoso.cn'
        $endpoint.OAuth.ApplicationId | Should -Be '11111111-0c35-4f5b-9d5e-0f6f2b1f5c11'
        $endpoint.OAuth.Grant | Should -Be 'ClientSecret'
    }

    It 'leaves a server alone that the admin has named' {
        Set-MigrationEndpoint Cloud -RemoteServer 127.0.0.1 -SkipVerification -ErrorAction Stop
        Set-MigrationEndpoint Cloud -Cloud Global -SkipVerification -ErrorAction Stop
        (Get-MigrationEndpoint Cloud).RemoteServer | Should -Be '127.0.0.1'
    }

    It 'replaces the grant' {
        $certificate = New-TestCertificate
        $path = Save-File 'new.pfx' $certificate.Export('Pfx', 'P@ss')
        Set-MigrationEndpoint Cloud -CertificateFile $path -CertificatePassword (Get-Secure 'P@ss') -SkipVerification -ErrorAction Stop
        $oauth = (Get-MigrationEndpoint Cloud).OAuth
        $oauth.Grant, $oauth.CertificateSubject | Should -Be 'Certificate', 'CN=Mover'
    }

    It 'refuses what is of another provider' {
        $refused = Get-FirstError { Set-MigrationEndpoint Cloud -ServiceAccountKey 'key.json' }
        "$refused" | Should -BeLike "*-ServiceAccountKey is for tokens of Google, and the endpoint's are those of Office365*"
        $refused = Get-FirstError { Set-MigrationEndpoint Plain -ClientSecret (Get-Secure $secret) }
        "$refused" | Should -BeLike '*-ClientSecret is for tokens of Office365*'
    }

    It 'changes nothing with -WhatIf' {
        Set-MigrationEndpoint Cloud -TenantId fabrikam.com -WhatIf
        (Get-MigrationEndpoint Cloud).OAuth.TenantId | Should -Not -Be 'fabrikam.com'
    }
}
