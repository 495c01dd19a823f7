# Tokens from beginning to end: the testbed's token server gives them, and its target takes nothing else.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Import-Module (Join-Path $PSScriptRoot 'Testbed.psm1') -Force
    Import-ModuleUnderTest
    $store = Join-Path $TestDrive 'store'
    $null = Connect-MigrationStore $store -ErrorAction Stop
    $null = Start-Transcript "$TestDrive/transcript" -UseMinimalHeader
    $bed = Start-Testbed -Users 2 -Messages 10 -Tokens
    $tokens, $server = $bed.tokens, (Get-ServerParameter $bed.target)
    $office = @{ Office365 = $true; Target = $true; TenantId = $tokens.tenant; ApplicationId = $tokens.application; Authority = $tokens.authority } + $server
    $google = @{ Google = $true; Target = $true; Authority = $tokens.authority } + $server
    $secret = @{ ClientSecret = Get-Secure $tokens.secret }

    function Save-Pem([string] $Name, [string] $Certificate, [string] $Key) {
        $path = Join-Path $TestDrive $Name
        [IO.File]::WriteAllText($path, "-----BEGIN CERTIFICATE-----`n$Certificate`n-----END CERTIFICATE-----`n$Key")
        $path
    }

    # Makes an endpoint in a session of its own; the warnings as they come, then what it has made.
    function Start-NewEndpoint([hashtable] $Arguments) {
        $shell = [powershell]::Create()
        $null = $shell.AddScript('param($module, $store, $arguments) Import-Module $module; $null = Connect-MigrationStore $store; New-MigrationEndpoint @arguments').
            AddArgument((Join-Path (Get-ModuleFolder) 'ImapMigration.psd1')).AddArgument($store).AddArgument($Arguments)
        $shell.Streams.Warning.BlockingEnumerator = $true
        @{ Shell = $shell; Running = $shell.BeginInvoke() }
    }

    function Wait-Warning($Session, [string] $Like) {
        foreach ($warning in $Session.Shell.Streams.Warning) { if ("$warning" -like $Like) { return "$warning" } }
    }

    function Complete-NewEndpoint($Session) {
        try { $Session.Shell.EndInvoke($Session.Running); $Session.Shell.Streams.Error } finally { $Session.Shell.Dispose() }
    }
}

AfterAll {
    Get-MigrationBatch | Remove-MigrationBatch -Force -Confirm:$false -ErrorAction Ignore
    $null = Stop-MigrationWorker -Confirm:$false -ErrorAction Ignore
    Stop-Testbed $bed
}

Describe 'A token that is asked for at once' {
    It 'is had with a secret, opens a mailbox, and says what it is for' {
        $endpoint = New-MigrationEndpoint @office @secret -Name Office365 -TestMailbox user1 -ErrorAction Stop
        $endpoint.OAuth.Claims.Roles, $endpoint.OAuth.Claims.Audience | Should -Be 'IMAP.AccessAsApp', 'https://outlook.office365.com'
        $endpoint.OAuth.Claims.TenantId, $endpoint.OAuth.Claims.ApplicationId | Should -Be $tokens.tenant, $tokens.application
        $endpoint.OAuth.Claims.ExpirationTime | Should -BeGreaterThan (Get-Date)
        (Get-MigrationEndpoint Office365).OAuth.Claims.Roles | Should -Be 'IMAP.AccessAsApp'
    }

    It 'is had with a certificate' {
        $pem = Save-Pem 'app.pem' $tokens.certificate $tokens.private_key
        $endpoint = New-MigrationEndpoint @office -Name Certificate -CertificateFile $pem -TestMailbox user1 -ErrorAction Stop
        $endpoint.OAuth.Grant, $endpoint.OAuth.Claims.Roles | Should -Be 'Certificate', 'IMAP.AccessAsApp'
    }

    It 'is had with the key of a service account' {
        $key = Join-Path $TestDrive 'key.json'
        [IO.File]::WriteAllText($key, ($tokens.service_account | ConvertTo-Json))
        $endpoint = New-MigrationEndpoint @google -Name Google -ServiceAccountKey $key -TestMailbox user1 -ErrorAction Stop
        $endpoint.OAuth.Provider, $endpoint.OAuth.Grant | Should -Be 'Google', 'ServiceAccount'
    }

    It 'is had by a script, which gets it in a PowerShell of its own' {
        $body = "grant_type = 'client_credentials'; client_id = '$($tokens.application)'; client_secret = '$($tokens.secret)'; scope = 'https://outlook.office365.com/.default'"
        $script = [scriptblock]::Create("Invoke-RestMethod -Method Post '$($tokens.authority)/$($tokens.tenant)/oauth2/v2.0/token' -Body @{ $body } | ForEach-Object access_token")
        $endpoint = New-MigrationEndpoint -IMAP -Target @server -Name Script -AccessToken $script -TestMailbox user1 -ErrorAction Stop
        $endpoint.OAuth.Grant, $endpoint.OAuth.Claims.Roles | Should -Be 'Command', 'IMAP.AccessAsApp'
    }

    It 'is had by a person with a code, which is shown' {
        $session = Start-NewEndpoint ($office + @{ Name = 'Device'; DeviceCode = $true })
        Wait-Warning $session '*code*' | Should -BeLike '*http*'
        Send-TestbedRequest $bed @{ tokens = 'consent' }
        (Complete-NewEndpoint $session).OAuth.Grant | Should -Be 'DeviceCode'
    }

    It 'is had by a person in a browser, to the address that is shown' {
        $session = Start-NewEndpoint ($office + @{ Name = 'Browser'; Interactive = $true })
        $address = (Wait-Warning $session '*authorize*') -replace '^.*?(http\S+).*$', '$1'
        (Invoke-WebRequest $address).StatusCode | Should -Be 200
        (Complete-NewEndpoint $session).OAuth.Grant | Should -Be 'Interactive'
    }

    It 'is not waited for after Ctrl+C' {
        $session = Start-NewEndpoint ($office + @{ Name = 'Stopped'; DeviceCode = $true })
        $null = Wait-Warning $session '*code*'
        $session.Shell.Stop()
        $session.Shell.InvocationStateInfo.State | Should -Be 'Stopped'
        (Get-MigrationEndpoint).Identity | Should -Not -Contain 'Stopped'
    }

    It 'is not asked for with -SkipVerification, nor with -WhatIf' {
        $wrong = @{ ClientSecret = Get-Secure 'wrong' }
        New-MigrationEndpoint @office @wrong -Name Unasked -WhatIf
        (New-MigrationEndpoint @office @wrong -Name Unasked -SkipVerification -ErrorAction Stop).OAuth.Claims | Should -BeNullOrEmpty
        Remove-MigrationEndpoint Unasked -Confirm:$false
    }
}

Describe 'A token that is refused' {
    It 'is <Id>, and makes no endpoint' -ForEach @(
        @{ Id = 'OauthSecretInvalid'; Other = { @{ ClientSecret = Get-Secure 'another-s3cret' } } }
        @{ Id = 'OauthTenantUnknown'; Other = { @{ TenantId = 'fabrikam.example' } + $secret } }
        @{ Id = 'OauthApplicationUnknown'; Other = { @{ ApplicationId = '99999999-2222-3333-4444-555555555555' } + $secret } }
        @{ Id = 'OauthAssertionRejected'; Other = { $one = New-TestCertificate
                @{ CertificateFile = Save-Pem 'other.pem' ([Convert]::ToBase64String($one.RawData)) ([Security.Cryptography.X509Certificates.RSACertificateExtensions]::GetRSAPrivateKey($one).ExportPkcs8PrivateKeyPem()) } } }
    ) {
        $arguments = $office.Clone()
        (& $Other).GetEnumerator() | ForEach-Object { $arguments[$_.Key] = $_.Value }
        $failed = Get-FirstError { New-MigrationEndpoint @arguments -Name Refused }
        $failed.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        $failed.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        (Get-MigrationEndpoint).Identity | Should -Not -Contain 'Refused'
    }

    It 'leaves an endpoint as it was' {
        $failed = Get-FirstError { Set-MigrationEndpoint Office365 -ClientSecret (Get-Secure 'another-s3cret') }
        $failed.FullyQualifiedErrorId | Should -BeLike 'OauthSecretInvalid,*'
        (Test-MigrationServerAvailability -Endpoint Office365 -TestMailbox user1).Result | Should -Be 'Success'
    }
}

Describe 'A test of an endpoint with tokens' {
    It 'logs in to a mailbox, and shows what the token says' {
        $test = Test-MigrationServerAvailability -Endpoint Office365 -TestMailbox user2
        $test.Result, $test.LoggedIn, $test.Claims.Roles | Should -Be 'Success', $true, 'IMAP.AccessAsApp'
    }

    It 'asks for a token without a mailbox, too' {
        $test = Get-MigrationEndpoint Office365 | Test-MigrationServerAvailability
        $test.Result, $test.LoggedIn, $test.Claims.Audience | Should -Be 'Success', $false, 'https://outlook.office365.com'
    }

    It 'is the end of setting a tenant up' {
        $steps = Initialize-MigrationOffice365Access user1 -Endpoint Office365 -ServicePrincipalObjectId 9d5e3f5a-0c35-4f5b-8d5e-0f6f2b1f5c22
        ($steps | Where-Object Step -Like 'Consent*').State | Should -Be 'Done'
        $login = $steps[-1]
        $login.Step, $login.Mailbox, $login.State | Should -Be 'Log in', 'user1', 'Done'
    }
}

Describe 'Secrets' {
    It 'are in no error, no transcript and no file of the store' {
        $null = Stop-Transcript
        $secrets = $tokens.secret, 'another-s3cret', $tokens.private_key.Split("`n")[5], $tokens.service_account.private_key.Split("`n")[5]
        $texts = @{ errors = $Error | Format-List * -Force | Out-String -Width 500; transcript = [IO.File]::ReadAllText("$TestDrive/transcript") }
        foreach ($file in Get-ChildItem $store -Recurse -File) { $texts[$file.Name] = [Text.Encoding]::Latin1.GetString([IO.File]::ReadAllBytes($file.FullName)) }
        $texts.Keys | Should -Contain 'transcript'
        foreach ($name in $texts.Keys) { $secrets | Where-Object { $texts[$name].Contains($_) } | Should -BeNullOrEmpty -Because $name }
    }
}

# Last: what has read the store's files in this process must not keep it from seeing the worker.
Describe 'A batch with tokens' {
    It 'needs no passwords for that side, in no pass' {
        $source = Get-ServerParameter $bed.source
        $null = New-MigrationEndpoint -IMAP -Name Source @source -ErrorAction Stop
        $rows = Get-TestbedRow $bed | Select-Object EmailAddress, UserName, Password, TargetUserName
        $null = New-MigrationBatch -Name Wave -SourceEndpoint Source -TargetEndpoint Office365 -CSVData $rows -AutoStart -ErrorAction Stop
        (Wait-MigrationBatch Wave -TimeoutSec 120 -ErrorAction Stop).Status | Should -Be 'Synced'
        Send-TestbedRequest $bed @{ append = @{ user = 'user1'; folder = 'INBOX'; count = 3 } }
        Set-MigrationBatch Wave -SyncNow -ErrorAction Stop
        (Wait-MigrationBatch Wave -TimeoutSec 120 -ErrorAction Stop).Status | Should -Be 'Synced'
        $users = Get-MigrationUser -BatchId Wave
        ($users | Measure-Object SyncedItemCount -Sum).Sum | Should -Be 23
        $users.Status | Should -Be 'Synced', 'Synced'
    }
}
