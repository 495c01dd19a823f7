@{
    RootModule             = 'ImapMigration.psm1'
    ModuleVersion          = '0.1.0'
    GUID                   = '5b0a3c1e-6f0c-4a55-9d53-7d8f1a3f5b26'
    Author                 = 'ImapMigration contributors'
    CompanyName            = 'ImapMigration'
    Copyright              = '(c) ImapMigration contributors. MIT License.'
    Description            = 'Migrates mailboxes from any IMAP server to Office 365, to any other IMAP server or to Maildir trees, exactly once, with the cmdlets of Exchange.'
    PowerShellVersion      = '5.1'
    DotNetFrameworkVersion = '4.7.2'
    CompatiblePSEditions   = @('Desktop', 'Core')
    FormatsToProcess       = @('ImapMigration.Format.ps1xml')
    FunctionsToExport      = @()
    AliasesToExport        = @()
    VariablesToExport      = @()
    CmdletsToExport        = @(
        'Connect-MigrationStore'
        'Get-MigrationBatch'
        'Get-MigrationEndpoint'
        'Get-MigrationUser'
        'Get-MigrationUserStatistics'
        'Get-MigrationWorker'
        'Initialize-MigrationOffice365Access'
        'New-MigrationBatch'
        'New-MigrationEndpoint'
        'Remove-MigrationBatch'
        'Remove-MigrationEndpoint'
        'Remove-MigrationOffice365Access'
        'Set-MigrationBatch'
        'Set-MigrationEndpoint'
        'Start-MigrationBatch'
        'Start-MigrationWorker'
        'Stop-MigrationBatch'
        'Stop-MigrationWorker'
        'Test-MigrationCsv'
        'Test-MigrationServerAvailability'
        'Test-MigrationUser'
        'Wait-MigrationBatch'
    )
    PrivateData            = @{
        PSData = @{
            Tags = @('IMAP', 'Migration', 'Exchange', 'Office365', 'Mail', 'Windows', 'Linux', 'MacOS')
        }
    }
}
