# From the contract's errors to error records.

BeforeDiscovery {
    $source = Get-Content (Join-Path $PSScriptRoot '../../rust/model/src/error.rs') -Raw
    $kinds = [regex]::Match($source, '(?s)pub enum ErrorKind \{(.*?)\n\}').Groups[1].Value
    $kinds = [regex]::Matches($kinds, '(?m)^\s+([A-Z]\w+),') | ForEach-Object { @{ Id = $_.Groups[1].Value } }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Import-ModuleUnderTest

    function Get-ErrorRecord([string] $Json) {
        Invoke-Internal ErrorRecords From (Read-Contract $Json ([ImapMigration.Interop.Contract.ErrorView]))
    }

    function ConvertTo-SnakeCase([string] $Word) {
        [regex]::Replace($Word, '(?<=.)(?=[A-Z])', '_').ToLowerInvariant()
    }
}

Describe 'The error table' {
    It 'knows <Id>' -ForEach $kinds {
        $record = Get-ErrorRecord ('{{"kind":"{0}","message":"m"}}' -f (ConvertTo-SnakeCase $Id))
        $record.FullyQualifiedErrorId | Should -BeExactly $Id
        if ($Id -ne 'Internal') {
            $record.CategoryInfo.Category | Should -Not -Be 'NotSpecified'
        }
    }

    It 'shows a kind of a newer library as an internal error, with its text' {
        $record = Get-ErrorRecord '{"kind":"novelty","message":"something new"}'
        $record.FullyQualifiedErrorId | Should -BeExactly 'Internal'
        $record.Exception.Message | Should -BeExactly 'Something new.'
    }
}

Describe 'An error record' {
    It 'has our sentence, the server''s words and the remedy' {
        $record = Invoke-Internal ErrorRecords From (Read-Contract (Read-Fixture events/error) ([ImapMigration.Interop.Contract.JobEvent])).Error
        $record.Exception.Message | Should -BeExactly ("Cannot log in as 'anna' at 'imap.contoso.com'. The server said: A1 NO [AUTHENTICATIONFAILED] " +
            'Authentication failed. Check UserName and Password in the CSV, and that IMAP is allowed for the user.')
        $record.ErrorDetails.RecommendedAction | Should -BeExactly 'Check UserName and Password in the CSV, and that IMAP is allowed for the user.'
        $record.TargetObject | Should -BeExactly 'Contoso source'
        $record.CategoryInfo.Category | Should -Be 'AuthenticationError'
        $record.Exception.ServerResponse | Should -BeLike 'A1 NO*'
        $record.Exception.User, $record.Exception.Folder, $record.Exception.Uid | Should -Be 'anna.beebe@contoso.com', 'Projects/2019', 4711
    }

    It 'says "couldn''t be found" of a missing <Noun>' -ForEach @(
        @{ Kind = 'endpoint_not_found'; Noun = 'migration endpoint' }
        @{ Kind = 'batch_not_found'; Noun = 'migration batch' }
        @{ Kind = 'user_not_found'; Noun = 'migration user' }
    ) {
        $record = Get-ErrorRecord ('{{"kind":"{0}","message":"none","object":"X 1"}}' -f $Kind)
        $record.Exception.GetType().Name | Should -BeExactly 'ManagementObjectNotFoundException'
        $record.Exception.Message | Should -BeExactly "The $Noun 'X 1' couldn't be found."
        $record.CategoryInfo.Category | Should -Be 'ObjectNotFound'
    }

    It 'has an exception that tells whether a retry may help' {
        (Get-ErrorRecord '{"kind":"timed_out","message":"m","retryable":true}').Exception.GetType().Name | Should -BeExactly 'MigrationTransientException'
        (Get-ErrorRecord '{"kind":"tls_failed","message":"m","retryable":false}').Exception.GetType().Name | Should -BeExactly 'MigrationPermanentException'
    }
}
