BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Connect-TestStore $TestDrive
    $source, $target = New-UnreachableEndpoint
    $null = New-MigrationEndpoint -Maildir -Name 'Archive' -Path (Join-Path $TestDrive 'archive') -SkipVerification
}

Describe 'Get-MigrationEndpoint' {
    It 'shows all without an identity, and with $null' {
        (Get-MigrationEndpoint).Identity | Should -Be 'Archive', 'Source', 'Target'
        (Get-MigrationEndpoint -Identity $null).Identity | Should -Be 'Archive', 'Source', 'Target'
    }

    It 'finds one by name in any case, by guid, and by object' {
        (Get-MigrationEndpoint source).Identity | Should -BeExactly 'Source'
        (Get-MigrationEndpoint -Identity $source.Guid).Identity | Should -Be 'Source'
        ($source, $target | Get-MigrationEndpoint).Identity | Should -Be 'Source', 'Target'
        ([pscustomobject]@{ Identity = 'Target' } | Get-MigrationEndpoint).Identity | Should -Be 'Target'
        ($source.Identity | Get-MigrationEndpoint).Identity | Should -Be 'Source'
    }

    It 'finds those of a type' {
        (Get-MigrationEndpoint -Type IMAP).Identity | Should -Be 'Source', 'Target'
        (Get-MigrationEndpoint -Type Maildir).Identity | Should -Be 'Archive'
        Get-MigrationEndpoint -Type ExchangeRemoteMove | Should -BeNullOrEmpty
    }

    It 'fails for a name that is not there, and goes on with the others' {
        $failed = $null
        $found = 'Source', 'Nothing', 'Target' | Get-MigrationEndpoint -ErrorAction SilentlyContinue -ErrorVariable failed
        $found.Identity | Should -Be 'Source', 'Target'
        $failed | Should -HaveCount 1
        $failed[0].FullyQualifiedErrorId | Should -BeExactly 'EndpointNotFound,ImapMigration.Commands.GetMigrationEndpointCommand'
        $failed[0].Exception.Message | Should -BeLike "The migration endpoint 'Nothing' couldn't be found.*"
    }

    It 'throws with -ErrorAction Stop and is silent with Ignore' {
        { Get-MigrationEndpoint 'Nothing' -ErrorAction Stop } | Should -Throw -ErrorId 'EndpointNotFound,*'
        $Error.Clear()
        Get-MigrationEndpoint 'Nothing' -ErrorAction Ignore | Should -BeNullOrEmpty
        $Error | Should -HaveCount 0
    }

    It 'completes names from the store' {
        $line = 'Get-MigrationEndpoint -Identity S'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be 'Source'
    }
}
