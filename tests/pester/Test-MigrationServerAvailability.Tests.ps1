BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Import-Module (Join-Path $PSScriptRoot 'Testbed.psm1') -Force
    Connect-TestStore $TestDrive
    $bed = Start-Testbed -Users 1 -Messages 1
    $source = Get-ServerParameter $bed.source
    $null = New-TestbedEndpoint $bed

    function Get-Credential([string] $Password) {
        [pscredential]::new($bed.users[0].name, (ConvertTo-SecureString $Password -AsPlainText -Force))
    }
}

Describe 'Test-MigrationServerAvailability' {
    AfterAll {
        Stop-Testbed $bed
    }

    It 'needs a port, as in Exchange' {
        (Get-ParameterAttribute Test-MigrationServerAvailability Port ([Parameter])).Mandatory | Should -BeTrue
    }

    It 'finds a server, and says what it is' {
        $test = Test-MigrationServerAvailability -Imap @source
        $test.Result, $test.SupportsCutover, $test.LoggedIn | Should -Be 'Success', $false, $false
        $test.TlsVersion | Should -BeLike 'TLSv1.*'
        $test.CertificateThumbprint | Should -Match '^[0-9A-F]{64}$'
        $test.Capabilities | Should -Contain 'IMAP4rev1'
        $test.Latency | Should -BeGreaterThan ([timespan]::Zero)
    }

    It 'speaks without TLS and with STARTTLS, too' {
        $plain = @{ RemoteServer = $bed.source.host; Port = $bed.source.port }
        (Test-MigrationServerAvailability -Imap @plain -Security None).Result | Should -Be 'Success'
        (Test-MigrationServerAvailability -Imap @plain -Security Tls -AcceptUntrustedCertificates).Result | Should -Be 'Success'
    }

    It 'logs in with credentials' {
        (Test-MigrationServerAvailability -Imap @source -Credentials (Get-Credential $bed.users[0].password)).LoggedIn | Should -BeTrue
    }

    It 'writes an object, not an error, when the <What> is wrong' -ForEach @(
        @{ What = 'password'; Code = 'AuthenticationFailed'; Change = { param($p) $p.Credentials = Get-Credential 'wrong-Word' } }
        @{ What = 'certificate'; Code = 'CertificateRejected'; Change = { param($p) $p.Remove('AcceptUntrustedCertificates') } }
        @{ What = 'port'; Code = 'ConnectFailed'; Change = { param($p) $p.Port = 9 } }
        @{ What = 'name'; Code = 'DnsFailed'; Change = { param($p) $p.RemoteServer = 'imap.contoso.invalid' } }
    ) {
        $parameters = $source.Clone()
        & $Change $parameters
        $test = Test-MigrationServerAvailability -Imap @parameters -ErrorAction Stop
        $test.Result | Should -Be 'Failed'
        $test.ErrorCode | Should -BeExactly $Code
        $test.ErrorDetail | Should -Not -BeNullOrEmpty
        $test | Format-List | Out-String | Should -Not -BeLike '*wrong-Word*'
    }

    It 'tests endpoints by name and from the pipeline' {
        (Test-MigrationServerAvailability -Endpoint Source).TestedEndpoint | Should -Be 'Source'
        (Get-MigrationEndpoint | Test-MigrationServerAvailability).Result | Should -Be 'Success', 'Success'
    }

    It 'fails for an endpoint that is not there' {
        (Get-FirstError { Test-MigrationServerAvailability -Endpoint Nothing }).FullyQualifiedErrorId | Should -BeLike 'EndpointNotFound,*'
    }
}
