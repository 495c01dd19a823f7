# The help of the module: complete, true to the cmdlets, and with examples that can be typed.

BeforeDiscovery {
    $module = if ($env:IMAP_MIGRATION_MODULE) { $env:IMAP_MIGRATION_MODULE } else { Join-Path $PSScriptRoot '../../out/ImapMigration' }
    $cmdlets = (Import-PowerShellDataFile (Join-Path $module 'ImapMigration.psd1')).CmdletsToExport | ForEach-Object { @{ Name = $_ } }
    $pages = Get-ChildItem (Join-Path $PSScriptRoot '../../powershell/help/en-US') -Filter about_*.md
    $topics = $pages | ForEach-Object { @{ Topic = $_.BaseName } }

    # The fenced samples of the topics in this language, each with the line where it stands.
    function Get-Sample([string] $Language) {
        foreach ($page in $pages) {
            $text = [IO.File]::ReadAllText($page.FullName) -replace "`r"
            foreach ($match in [regex]::Matches($text, "(?ms)^``````$Language\n(.*?)^``````")) {
                $line = ($text.Substring(0, $match.Index) -split "`n").Count + 1
                @{ Place = "$($page.Name):$line"; Sample = $match.Groups[1].Value }
            }
        }
    }
    $scripts = Get-Sample powershell
    $tables = Get-Sample csv
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Import-ModuleUnderTest
    $sources = Join-Path $PSScriptRoot '../../powershell/help'

    # What is wrong with a script: that it does not parse, or gives one of our cmdlets a parameter that it does not have.
    function Get-ScriptFault([string] $Script) {
        $parseErrors = $null
        $tree = [Management.Automation.Language.Parser]::ParseInput($Script, [ref] $null, [ref] $parseErrors)
        $parseErrors | ForEach-Object { $_.Message }
        foreach ($call in $tree.FindAll({ $args[0] -is [Management.Automation.Language.CommandAst] }, $true)) {
            $command = Get-Command "$($call.GetCommandName())" -Module ImapMigration -ErrorAction Ignore
            if (-not $command) {
                if ($call.GetCommandName() -like '*-Migration*') { "there is no $($call.GetCommandName())" }
                continue
            }
            $call.CommandElements | Where-Object { $_ -is [Management.Automation.Language.CommandParameterAst] } |
                Where-Object { $_.ParameterName -notin $command.Parameters.Keys } | ForEach-Object { "$($command.Name) has no -$($_.ParameterName)" }
        }
    }

    # Builds help from pages that were changed, and returns what the build says.
    function Invoke-ChangedBuild([scriptblock] $Change) {
        $copy = Join-Path $TestDrive ([guid]::NewGuid().ToString('N'))
        Copy-Item $sources $copy -Recurse
        Push-Location (Join-Path $copy 'en-US')
        try { & $Change } finally { Pop-Location }
        $output = & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -File (Join-Path $copy 'Build-Help.ps1') -Module (Get-ModuleFolder) 2>&1
        # The error is wrapped to the width of the window.
        $output -join ' ' -replace '[\s|]+', ' '
    }

    function Edit-Page([string] $Name, [string] $Pattern, [string] $Replacement) {
        [IO.File]::WriteAllText("$PWD/$Name", ([IO.File]::ReadAllText("$PWD/$Name") -replace $Pattern, $Replacement))
    }
}

Describe 'The help of <Name>' -ForEach $cmdlets {
    BeforeAll {
        $help = Get-Help $Name -Full
    }

    It 'is written, not made up from the syntax' {
        $help.Synopsis | Should -Not -Match "^\s*$Name"
        $help.Synopsis | Should -Match '\.\s*$'
        "$($help.description.Text)" | Should -Not -BeNullOrEmpty
    }

    It 'tells what each parameter is, and hides those that mean nothing here' {
        $command = Get-Command $Name
        $visible = @($command.ParameterSets.Name | ForEach-Object { Get-VisibleParameter $Name $_ }) + @('WhatIf', 'Confirm' | Where-Object { $command.Parameters[$_] })
        $told = @($help.parameters.parameter | Where-Object { $_ })
        $told | ForEach-Object { $_.name } | Sort-Object | Should -Be ($visible | Sort-Object -Unique)
        foreach ($parameter in $told) {
            "$($parameter.description.Text)" | Should -Match '\S' -Because "-$($parameter.name)"
        }
    }

    It 'tells what it writes, which errors there are, and what else to read' {
        @($help.returnValues.returnValue) | Should -Not -BeNullOrEmpty
        $help.alertSet.alert.Text -join ' ' | Should -Match '[A-Z][a-z]+[A-Z]\w+: .+\.'
        foreach ($link in $help.relatedLinks.navigationLink.linkText) {
            @(Get-Help $link -ErrorAction Ignore) | Should -Not -BeNullOrEmpty -Because $link
        }
    }

    It 'has two examples or more that can be typed, each with a sentence' {
        $examples = @($help.examples.example)
        $examples.Count | Should -BeGreaterOrEqual 2
        foreach ($example in $examples) {
            Get-ScriptFault $example.code | Should -BeNullOrEmpty -Because $example.title
            "$($example.remarks.Text)".Trim() | Should -Match '\.$' -Because $example.title
        }
        $examples.code -join "`n" | Should -Match $Name
    }
}

Describe 'The topic <Topic>' -ForEach $topics {
    It 'is found, and says in one sentence what it is about' {
        (Get-Help about_* | Where-Object Name -EQ $Topic).Synopsis | Should -Match '\.\s*$'
    }

    It 'has all sections of its page' {
        $page = [IO.File]::ReadAllText((Join-Path $sources "en-US/$Topic.md")) -replace '(?ms)^```.*?^```'
        $titles = [regex]::Matches($page, '(?m)^## (.+?)\r?$') | ForEach-Object { $_.Groups[1].Value.ToUpperInvariant() }
        $shown = (Get-Help $Topic) -split '\r?\n'
        $titles | Where-Object { $_ -cnotin $shown } | Should -BeNullOrEmpty
    }
}

Describe 'The samples in topics' {
    It 'can be typed: <Place>' -ForEach $scripts {
        Get-ScriptFault $Sample | Should -BeNullOrEmpty
    }

    It 'are valid, but for passwords that an administrator replaces: <Place>' -ForEach $tables {
        $check = Test-MigrationCsv -CSVData ([Text.Encoding]::UTF8.GetBytes($Sample)) -ErrorAction Stop
        $check.Errors | Where-Object Column -NE 'Password' | Should -BeNullOrEmpty
        $check.RowCount | Should -BeGreaterThan 0
    }
}

Describe 'The errors' {
    It 'are all explained, and no others' {
        $table = [ImapMigration.MigrationBatch].Assembly.GetType('ImapMigration.ErrorTable').GetField('Kinds', [Reflection.BindingFlags] 'NonPublic, Static').GetValue($null)
        $page = [IO.File]::ReadAllText((Join-Path $sources 'en-US/about_ImapMigration_Errors.md'))
        $explained = [regex]::Matches($page, '(?m)^### (\w+)') | ForEach-Object { $_.Groups[1].Value } | Sort-Object
        $explained | Should -Be ($table.Values | ForEach-Object { $_.Item1 } | Sort-Object)
    }
}

Describe 'Build-Help' {
    It 'refuses a parameter without a text' {
        Invoke-ChangedBuild { Edit-Page 'Wait-MigrationBatch.md' '### TimeoutSec' '### Patience' } |
            Should -Match 'Wait-MigrationBatch: -TimeoutSec has no text.*there is no parameter -Patience'
    }

    It 'refuses a cmdlet without a page, and a page without a cmdlet' {
        Invoke-ChangedBuild { Rename-Item 'Get-MigrationUser.md' 'Get-MigrationNobody.md' } |
            Should -Match 'Get-MigrationUser: there is no page.*Get-MigrationNobody: there is no such cmdlet'
    }

    It 'refuses an error that is not explained' {
        Invoke-ChangedBuild { Edit-Page 'Get-MigrationUser.md' '- UserNotFound' '- NobodyHome' } |
            Should -Match 'Get-MigrationUser: there is no error NobodyHome'
    }
}
