BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Connect-TestStore $TestDrive
    $null = New-UnreachableEndpoint
    $route = @{ SourceEndpoint = 'Source'; TargetEndpoint = 'Target' }
    $one = New-MigrationBatch -Name 'Wave 1' @route -CSVData (Get-TestCsv 'a@contoso.com', 'b@contoso.com')
    $null = New-MigrationBatch -Name 'Wave 2' @route -CSVData (Get-TestCsv 'c@contoso.com')
}

Describe 'Get-MigrationUser' {
    It 'has the sets of Exchange' {
        (Get-Command Get-MigrationUser).ParameterSets.Name | Sort-Object | Should -Be 'EmailAddress', 'Identity', 'MailboxGuid', 'StatusAndBatchId'
    }

    It 'shows all without an identity, and with $null' {
        (Get-MigrationUser).Identity | Should -Be 'a@contoso.com', 'b@contoso.com', 'c@contoso.com'
        Get-MigrationUser -Identity $null | Should -HaveCount 3
    }

    It 'finds one by address in any case, by guid and by object' {
        $user = Get-MigrationUser 'A@contoso.com'
        $user.Identity, $user.BatchId, $user.Status, $user.StatusSummary | Should -Be 'a@contoso.com', 'Wave 1', 'Queued', 'Active'
        (Get-MigrationUser -Identity $user.Guid).Identity | Should -Be 'a@contoso.com'
        ($user | Get-MigrationUser).Guid | Should -Be $user.Guid
        (Get-MigrationUser -EmailAddress 'b@contoso.com').Batch | Should -Be 'Wave 1'
    }

    It 'finds those of a batch and of a status' {
        (Get-MigrationUser -BatchId $one).Identity | Should -Be 'a@contoso.com', 'b@contoso.com'
        (Get-MigrationUser -BatchId 'Wave 2' -Status Queued).Identity | Should -Be 'c@contoso.com'
        Get-MigrationUser -StatusSummary Failed | Should -BeNullOrEmpty
    }

    It 'does not take a batch that is $null for all batches' {
        $id = (Get-FirstError { Get-MigrationUser -BatchId $null | New-MigrationBatch -Name Again }).FullyQualifiedErrorId
        $id | Should -BeLike 'IdentityRequired,*'
        Get-MigrationBatch | Should -HaveCount 2
    }

    It 'takes one status, and says so: <Call>' -ForEach @(
        @{ Call = { Get-MigrationUser -StatusSummary Failed, Synced } }, @{ Call = { Get-MigrationUser -StatusSummary 'Failed,Synced' } }
        @{ Call = { Get-MigrationUser -Status Failed, Synced } }, @{ Call = { Get-MigrationBatch -Status Failed, Synced } }
        @{ Call = { Get-MigrationEndpoint -Type IMAP, Maildir } }
    ) {
        "$(try { & $Call } catch { $_ })" | Should -BeLike '*It takes one of *, and was given several.'
    }

    It 'limits the number of results' {
        Get-MigrationUser -ResultSize 2 -WarningAction SilentlyContinue | Should -HaveCount 2
        Get-MigrationUser -ResultSize Unlimited | Should -HaveCount 3
    }

    It 'fails for a user and for a batch that are not there' {
        (Get-FirstError { Get-MigrationUser 'nobody@contoso.com' }).FullyQualifiedErrorId | Should -BeLike 'UserNotFound,*'
        (Get-FirstError { Get-MigrationUser -BatchId 'Wave 9' }).FullyQualifiedErrorId | Should -BeLike 'BatchNotFound,*'
    }

    It 'completes addresses' {
        $line = 'Get-MigrationUser -Identity b'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be "'b@contoso.com'"
    }
}
