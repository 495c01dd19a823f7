@{
    # A module of its own, so that another copy of ImapMigration can leave it out: a session takes it once.
    ModuleVersion     = '0.1.0'
    GUID              = 'e0a6f6f7-4b0e-4f1f-8a56-9a0f4c8f5b1d'
    Author            = 'ImapMigration contributors'
    PowerShellVersion = '5.1'
    TypesToProcess    = @('ImapMigration.Types.ps1xml')
    FunctionsToExport = @()
    CmdletsToExport   = @()
    AliasesToExport   = @()
    VariablesToExport = @()
}
