# The module as a whole: its manifest, its import, and how it finds the native library.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Import-ModuleUnderTest
    $manifest = Import-PowerShellDataFile (Join-Path (Get-ModuleFolder) 'ImapMigration.psd1')

    # The module without its native files, and with others in their place.
    function Copy-Module([string] $Name) {
        $copy = New-Item (Join-Path $TestDrive $Name) -ItemType Directory
        Copy-Item (Join-Path (Get-ModuleFolder) '*.*') $copy
        "$copy"
    }

    $reportError = @'
try { Get-MigrationBatch -ErrorAction Stop }
catch { $_.FullyQualifiedErrorId; $_.Exception.Message }
'@
}

Describe 'The manifest' {
    It 'exports every cmdlet by name, and nothing else' {
        $implemented = [ImapMigration.MigrationBatch].Assembly.GetTypes() |
            ForEach-Object { [Attribute]::GetCustomAttribute($_, [Management.Automation.CmdletAttribute]) } |
            Where-Object { $_ } | ForEach-Object { "$($_.VerbName)-$($_.NounName)" } | Sort-Object
        $manifest.CmdletsToExport | Sort-Object | Should -Be $implemented
        (Get-Command -Module ImapMigration).Name | Sort-Object | Should -Be $implemented
        $manifest.FunctionsToExport + $manifest.AliasesToExport + $manifest.VariablesToExport | Should -BeNullOrEmpty
    }

    It 'runs on Windows PowerShell 5.1 and on PowerShell 7' {
        $manifest.PowerShellVersion | Should -Be '5.1'
        $manifest.CompatiblePSEditions | Should -Be 'Desktop', 'Core'
        [ImapMigration.MigrationBatch].Assembly.GetCustomAttributes([Runtime.Versioning.TargetFrameworkAttribute], $false).FrameworkName |
            Should -Be '.NETStandard,Version=v2.0'
    }

    It 'needs no assembly that one of the editions lacks' {
        $needed = [ImapMigration.MigrationBatch].Assembly.GetReferencedAssemblies().Name
        $needed | Sort-Object | Should -Be 'ImapMigration.Interop', 'netstandard', 'System.Management.Automation'
    }
}

Describe 'Cmdlets' {
    It 'use approved verbs' {
        $approved = (Get-Verb).Verb
        (Get-Command -Module ImapMigration).Verb | Sort-Object -Unique | Should -BeIn $approved
    }

    It 'have no loose values in their syntax' {
        Get-Command -Module ImapMigration -Syntax | Out-String | Should -Not -BeLike '*OtherValue*'
    }

    It 'declare what they write' {
        foreach ($command in Get-Command -Module ImapMigration) {
            if ($command.Name -notmatch '^(Set|Remove|Start|Stop)-' -or $command.Noun -eq 'MigrationWorker') {
                $command.OutputType | Should -Not -BeNullOrEmpty -Because $command.Name
            }
        }
    }

    It 'ask before they stop or remove something' {
        foreach ($command in (Get-Command -Module ImapMigration -Verb Stop, Remove).Name) {
            Get-ConfirmImpact $command | Should -Be 'High' -Because $command
        }
        foreach ($command in (Get-Command -Module ImapMigration -Verb New, Set, Start).Name) {
            Get-ConfirmImpact $command | Should -Be 'Medium' -Because $command
        }
        foreach ($command in (Get-Command -Module ImapMigration -Verb Get).Name) {
            Get-ConfirmImpact $command | Should -Be 'None' -Because $command
        }
    }
}

Describe 'Import' {
    It 'loads no native library' {
        Invoke-FreshPowerShell '(Get-Process -Id $PID).Modules.FileName -match "imap_migration"; "imported"' -Module (Copy-Module bare) |
            Should -Be 'imported'
    }

    It 'works with a prefix, beside Exchange Online' {
        Invoke-FreshPowerShell @"
Remove-Module ImapMigration
Import-Module '$(Join-Path (Get-ModuleFolder) 'ImapMigration.psd1')' -Prefix Imap
(Get-Command Get-ImapMigrationBatch).Name
"@ | Should -Be 'Get-ImapMigrationBatch'
    }
}

Describe 'The native library' {
    It 'is named in the error when it is missing' {
        $copy = Copy-Module missing
        $id, $message = Invoke-FreshPowerShell $reportError -Module $copy
        $id | Should -BeExactly 'NativeLibraryNotFound,ImapMigration.Commands.GetMigrationBatchCommand'
        $message | Should -Match ([regex]::Escape($copy))
        $message | Should -BeLike '*imap_migration.* does not exist. Install the module again*'
    }

    It 'is named in the error when it is no library' {
        $copy = Copy-Module broken
        $message = (Invoke-FreshPowerShell $reportError -Module $copy)[1]
        $path = [regex]::Match($message, "library '([^']+)'").Groups[1].Value
        [void](New-Item $path -Force -Value 'not a library')
        $id, $message = Invoke-FreshPowerShell $reportError -Module $copy
        $id | Should -BeExactly 'NativeLibraryNotLoaded,ImapMigration.Commands.GetMigrationBatchCommand'
        $message | Should -Match ([regex]::Escape($path))
    }

    It 'is refused when it has another ABI version' -Skip:(-not (Get-Command cc -CommandType Application -ErrorAction Ignore)) {
        $copy = Copy-Module old
        $message = (Invoke-FreshPowerShell $reportError -Module $copy)[1]
        $path = [regex]::Match($message, "library '([^']+)'").Groups[1].Value
        [void](New-Item (Split-Path $path) -ItemType Directory)
        $source = Join-Path $TestDrive old.c
        Set-Content $source 'unsigned im_abi_version(void) { return 99; }'
        cc -shared -fPIC -o $path $source
        $id, $message = Invoke-FreshPowerShell $reportError -Module $copy
        $id | Should -BeExactly 'NativeLibraryVersionMismatch,ImapMigration.Commands.GetMigrationBatchCommand'
        $message | Should -BeLike '*has ABI version 99, the module needs version 1.*'
    }

    It 'turns a panic into a status' {
        [ImapMigration.Interop.MigrationJob]::SurvivesPanic() | Should -BeTrue
    }
}
