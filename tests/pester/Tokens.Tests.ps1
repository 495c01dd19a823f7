# Endpoints with tokens in place of passwords: what admins type, before anything is asked of an authorization server.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Connect-TestStore $TestDrive
    $secret = 'Abc8Q~S3cret-Value'
    $office = @{ Office365 = $true; Name = 'Cloud'; TenantId = 'contoso.onmicrosoft.com'; ApplicationId = '3f5a1f1e-0c35-4f5b-9d5e-0f6f2b1f5c11' }
    $google = @{ Google = $true; Name = 'Workspace' }
    $imap = @{ IMAP = $true; Name = 'Broker'; RemoteServer = 'imap.contoso.test' }

    # The error of arguments that are refused, which is said with -WhatIf, too.
    function Get-Refusal([hashtable] $Set, [hashtable] $Arguments) {
        $all = $Set.Clone()
        $Arguments.Keys | ForEach-Object { $all[$_] = $Arguments[$_] }
        $refused = Get-FirstError { New-MigrationEndpoint @all -WhatIf }
        $refused.FullyQualifiedErrorId | Should -BeLike 'InvalidArgument,*'
        "$refused $($refused.ErrorDetails.RecommendedAction)"
    }

    # What a grant has become, in the request.
    function Get-Grant([string] $Class, [string] $Method, [object[]] $Arguments) {
        $type = [ImapMigration.MigrationBatch].Assembly.GetType("ImapMigration.$Class")
        $type.GetMethod($Method, [Reflection.BindingFlags] 'NonPublic, Static').Invoke($null, $Arguments)
    }

    function Save-File([string] $Name, [object] $Content) {
        $path = Join-Path $TestDrive $Name
        if ($Content -is [array]) { [IO.File]::WriteAllBytes($path, $Content) } else { [IO.File]::WriteAllText($path, "$Content") }
        "$path"
    }

    # Whether a grant holds this certificate, and the key that signs for it.
    function Test-Grant($Grant, $Certificate) {
        $key = [Security.Cryptography.RSA]::Create()
        $key.ImportFromPem($Grant.PrivateKey)
        $public = [Security.Cryptography.X509Certificates.RSACertificateExtensions]::GetRSAPublicKey($Certificate)
        $Grant.Kind -eq 'certificate' -and $Grant.Certificate -eq [Convert]::ToBase64String($Certificate.RawData) -and
            $key.ExportRSAPublicKeyPem() -eq $public.ExportRSAPublicKeyPem()
    }
}

Describe 'New-MigrationEndpoint -Office365' {
    It 'asks for one way to get tokens' {
        Get-Refusal $office @{} | Should -BeLike '*Nothing says how to ask for tokens*-ClientSecret, -CertificateThumbprint, -CertificateFile, -Interactive, -DeviceCode*'
        Get-Refusal $office @{ ClientSecret = Get-Secure $secret; Interactive = $true } | Should -BeLike '*-ClientSecret, -Interactive were given*'
    }

    It 'tells the id of a secret from its value, and shows neither' {
        $refusal = Get-Refusal $office @{ ClientSecret = Get-Secure '0f6f2b1f-0c35-4f5b-9d5e-3f5a1f1e5c11' }
        $refusal | Should -BeLike "*the secret's id and not its value*column `"Value`"*"
        $refusal | Should -Not -BeLike '*0f6f2b1f*'
    }

    It 'takes no secret in clear, and does not show it' {
        $refused = { New-MigrationEndpoint @office -ClientSecret 'Abc8Q~S3cret-Value' -WhatIf } | Should -Throw -PassThru
        "$refused" | Should -BeLike '*a SecureString, as (Read-Host -AsSecureString)*was given a text.'
        $refused | Format-List * -Force | Out-String | Should -Not -BeLike '*takes*Abc8Q*'
    }

    It 'refuses <TenantId> for a tenant' -ForEach @(
        @{ TenantId = 'https://contoso.onmicrosoft.com' }, @{ TenantId = 'anna@contoso.com' }, @{ TenantId = 'Contoso' }
    ) {
        Get-Refusal $office @{ TenantId = $TenantId; DeviceCode = $true } | Should -BeLike "*-TenantId*'$TenantId'*`"Directory (tenant) ID`"*"
    }

    It 'refuses an application id that is no guid' {
        Get-Refusal $office @{ ApplicationId = 'Mover'; DeviceCode = $true } | Should -BeLike "*-ApplicationId takes a guid*'Mover'*`"Application (client) ID`"*"
    }

    It 'names the clouds' {
        { New-MigrationEndpoint @office -Cloud Germany -DeviceCode -WhatIf } | Should -Throw '*one of Global, UsGovGccHigh, UsGovDoD, China*'
    }

    It 'makes nothing with -WhatIf, and asks nobody to sign in' {
        New-MigrationEndpoint @office -Interactive -WhatIf -ErrorAction Stop
        Get-MigrationEndpoint | Should -BeNullOrEmpty
    }
}

Describe 'A certificate' {
    BeforeAll {
        $certificate = New-TestCertificate
        $pfx = [Security.Cryptography.X509Certificates.X509ContentType]::Pfx
    }

    It 'is read from a PFX file with its password' {
        $path = Save-File 'app.pfx' $certificate.Export($pfx, 'P@ss')
        Test-Grant (Get-Grant CertificateFile Grant $path, (Get-Secure 'P@ss')) $certificate | Should -BeTrue
    }

    It 'is read from a PEM file, whatever the key is called there' -ForEach @(
        @{ Export = 'ExportPkcs8PrivateKeyPem' }, @{ Export = 'ExportRSAPrivateKeyPem' }
    ) {
        $key = [Security.Cryptography.X509Certificates.RSACertificateExtensions]::GetRSAPrivateKey($certificate)
        $path = Save-File 'app.pem' "Bag Attributes`n$($key.$Export())`n$($certificate.ExportCertificatePem())`n"
        Test-Grant (Get-Grant CertificateFile Grant $path, ([securestring]::new())) $certificate | Should -BeTrue
    }

    It 'is missed by its thumbprint' {
        Get-Refusal $office @{ CertificateThumbprint = 'AB' * 20 } | Should -BeLike '*no certificate ABAB*CurrentUser\My and LocalMachine\My*'
        Get-Refusal $office @{ CertificateThumbprint = 'AB12' } | Should -BeLike "*40 hexadecimal digits*'AB12'*"
    }

    It 'is refused: <Because>' -ForEach @(
        @{ Because = 'no password'; Words = '*has a password*-CertificatePassword*'; Make = { $certificate.Export($pfx, 'P@ss') } }
        @{ Because = 'another password'; Password = 'Wrong'; Words = '*is another one*'; Make = { $certificate.Export($pfx, 'P@ss') } }
        @{ Because = 'no key in a PFX'; Words = '*without its private key*'; Make = { [Security.Cryptography.X509Certificates.X509Certificate2]::new($certificate.RawData).Export($pfx) } }
        @{ Because = 'no key in PEM'; Words = '*without its private key*'; Make = { $certificate.ExportCertificatePem() } }
        @{ Because = 'the .cer file'; Words = '*without its private key*'; Make = { $certificate.RawData } }
        @{ Because = 'no certificate in PEM'; Words = '*has no certificate*'; Make = { [Security.Cryptography.RSA]::Create(2048).ExportPkcs8PrivateKeyPem() } }
        @{ Because = 'the key of another'; Words = '*is not that of its certificate*'; Make = { $certificate.ExportCertificatePem() + "`n" + [Security.Cryptography.RSA]::Create(2048).ExportPkcs8PrivateKeyPem() } }
        @{ Because = 'an encrypted key'; Words = '*is encrypted*openssl*'; Make = {
                $parameters = [Security.Cryptography.PbeParameters]::new('Aes256Cbc', 'SHA256', 1000)
                $certificate.ExportCertificatePem() + "`n" + [Security.Cryptography.RSA]::Create(2048).ExportEncryptedPkcs8PrivateKeyPem('P@ss', $parameters) } }
        @{ Because = 'an elliptic key in a PFX'; Words = '*has no RSA key*2048*'; Make = { (New-TestCertificate -Key ([Security.Cryptography.ECDsa]::Create())).Export($pfx) } }
        @{ Because = 'an elliptic key in PEM'; Words = '*has no RSA key*'; Make = {
                $curve = [Security.Cryptography.ECDsa]::Create()
                (New-TestCertificate -Key $curve).ExportCertificatePem() + "`n" + $curve.ExportPkcs8PrivateKeyPem() } }
        @{ Because = 'another file'; Words = '*neither a PFX file nor a PEM file*'; Make = { 'EmailAddress,UserName' } }
    ) {
        $arguments = @{ CertificateFile = Save-File 'refused.pfx' (& $Make) }
        if ($Password) { $arguments.CertificatePassword = Get-Secure $Password }
        Get-Refusal $office $arguments | Should -BeLike $Words
    }

    It 'is refused without its file, and a password without one' {
        Get-Refusal $office @{ CertificateFile = Join-Path $TestDrive 'nowhere.pfx' } | Should -BeLike '*nowhere.pfx* cannot be read*-CertificateFile*'
        Get-Refusal $office @{ DeviceCode = $true; CertificatePassword = Get-Secure 'P@ss' } | Should -BeLike '*-CertificatePassword was given without a file*'
    }
}

Describe 'New-MigrationEndpoint -Google' {
    It 'refuses JSON of another kind: <Words>' -ForEach @(
        @{ Words = '*OAuth client*-Interactive -ApplicationId*'; Make = { '{"installed":{"client_id":"1.apps.googleusercontent.com","client_secret":"GOCSPX-S3cret"}}' } }
        @{ Words = '*OAuth client*'; Make = { '{"web":{"client_id":"1.apps.googleusercontent.com"}}' } }
        @{ Words = "*of the type 'authorized_user'*"; Make = { Get-ServiceAccountKey @{ type = 'authorized_user' } } }
        @{ Words = '*is incomplete*'; Make = { Get-ServiceAccountKey @{ private_key = '' } } }
        @{ Words = '*is a JSON file, and this is none*'; Make = { 'MIIB' } }
        @{ Words = '*is a JSON file, and this is none*'; Make = { '' } }
    ) {
        $refusal = Get-Refusal $google @{ ServiceAccountKey = Save-File 'other.json' (& $Make) }
        $refusal | Should -BeLike $Words
        $refusal | Should -Not -BeLike '*GOCSPX*'
    }

    It 'keeps no bytes of a key in an error' {
        $refused = Get-FirstError { New-MigrationEndpoint @google -ServiceAccountKeyFileData ([Text.Encoding]::UTF8.GetBytes('{"type":"S3cret"}')) -WhatIf }
        $refused.InvocationInfo.BoundParameters.ServiceAccountKeyFileData | Should -Not -BeOfType [byte[]]
        { New-MigrationEndpoint @google -ServiceAccountKeyFileData 'key.json' -WhatIf } | Should -Throw '*a path goes to -ServiceAccountKey*'
    }

    It 'wants the secret of its client for a person, too' {
        Get-Refusal $google @{ Interactive = $true; ApplicationId = '1.apps.googleusercontent.com' } | Should -BeLike '*wants the secret of the OAuth client*-ClientSecret*'
        Get-Refusal $google @{ ClientSecret = Get-Secure 'GOCSPX-1'; ServiceAccountKey = 'key.json' } | Should -BeLike '*-ClientSecret was given without -Interactive*'
    }
}

Describe 'New-MigrationEndpoint -IMAP with tokens of another' {
    BeforeAll {
        # What the worker would run, with its input and for this mailbox.
        function Invoke-Grant($Grant, [string] $Mailbox) {
            $start = [Diagnostics.ProcessStartInfo]::new($Grant.Program)
            $Grant.Arguments | ForEach-Object { $start.ArgumentList.Add($_) }
            $start.RedirectStandardInput = $start.RedirectStandardOutput = $start.RedirectStandardError = $true
            $start.Environment['IMAP_MIGRATION_MAILBOX'] = $Mailbox
            $process = [Diagnostics.Process]::Start($start)
            $process.StandardInput.Write($Grant.Input)
            $process.StandardInput.Close()
            $faults = $process.StandardError.ReadToEndAsync()
            $output = $process.StandardOutput.ReadToEnd()
            $process.WaitForExit()
            @{ Output = $output; Error = $faults.Result; ExitCode = $process.ExitCode }
        }

        # The grant of a script, as a cmdlet makes it.
        function Get-ScriptGrant([scriptblock] $Script) {
            & { [CmdletBinding()] param() Get-Grant TokenScript OfScript $Script, $PSCmdlet }
        }
    }

    It 'runs a script in a PowerShell like this one: <Name>' -ForEach @(
        @{ Name = 'a text'; Script = { "token-of-$Mailbox" } }
        @{ Name = 'a SecureString'; Script = { ConvertTo-SecureString "token-of-$Mailbox" -AsPlainText -Force } }
        @{ Name = 'an object of Azure'; Script = { [pscustomobject]@{ Token = ConvertTo-SecureString "token-of-$Mailbox" -AsPlainText -Force; ExpiresOn = 1 } } }
        @{ Name = 'an argument'; Script = { param($who) Write-Warning 'soon'; Write-Host 'here'; "token-of-$who" } }
        @{ Name = 'several lines'; Script = {
                if ($Mailbox) {

                    "token-of-$Mailbox"
                }
            } }
    ) {
        $ran = Invoke-Grant (Get-ScriptGrant $Script) "o'brien`$(1)@contoso.com"
        $ran.Error | Should -BeNullOrEmpty
        $ran.ExitCode, $ran.Output.TrimEnd() | Should -Be 0, "token-of-o'brien`$(1)@contoso.com"
    }

    It 'tells what a script fails with, by its exit code and its error' {
        $ran = Invoke-Grant (Get-ScriptGrant { Get-Item '/no/such/thing' }) ''
        $ran.ExitCode, $ran.Output | Should -Be 1, ''
        $ran.Error | Should -BeLike "*/no/such/thing*"
    }

    It 'is no token itself, which is not shown' {
        { New-MigrationEndpoint @imap -AccessToken 'eyJ0-S3cret' -WhatIf } | Should -Throw '*a script block*was given a text.'
    }

    It 'refuses a program that is not there' {
        Get-Refusal $imap @{ TokenCommand = 'no-such-program', '{mailbox}' } | Should -BeLike "*no program 'no-such-program'*"
        Get-Refusal $imap @{ TokenCommand = '', 'x' } | Should -BeLike '*-TokenCommand is empty*'
    }

    It 'refuses variables of this session, two ways at once, and passwords beside' {
        Get-Refusal $imap @{ AccessToken = { $using:token } } | Should -BeLike '*$using:*PowerShell of its own*'
        Get-Refusal $imap @{ AccessToken = { 1 }; TokenCommand = 'pwsh' } | Should -BeLike '*-AccessToken, -TokenCommand were given*'
        Get-Refusal $imap @{ AccessToken = { 1 }; Credentials = [pscredential]::new('admin', (Get-Secure 'P@ss')) } | Should -BeLike '*-Credentials was given, and tokens*'
    }
}

Describe 'What is shown of tokens' {
    It 'has the names of the portal' {
        $oauth = (Get-OutputObject item_endpoint_oauth).OAuth
        $oauth.Provider, $oauth.Grant, $oauth.Cloud, $oauth.TenantId | Should -Be 'Office365', 'Certificate', 'Global', 'contoso.onmicrosoft.com'
        $oauth.CertificateNotAfter | Should -Be ([datetime] '2027-11-01T00:00:00Z')
        $oauth.Claims.Roles, $oauth.Claims.Audience | Should -Be 'IMAP.AccessAsApp', 'https://outlook.office365.com'
        $oauth.Claims.ExpirationTime | Should -Be ([datetime] '2026-12-01T00:00:00Z')
        "$oauth", "$($oauth.Claims)" | Should -Be 'Office365, Certificate', 'IMAP.AccessAsApp at https://outlook.office365.com'
    }
}
