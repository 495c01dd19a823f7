BeforeDiscovery {
    Import-Module "$PSScriptRoot/TestModule.psm1" -Force
    Import-ModuleUnderTest
    $common = [Management.Automation.PSCmdlet]::CommonParameters + [Management.Automation.PSCmdlet]::OptionalCommonParameters
    $cmdlets = foreach ($command in Get-Command -Module ImapMigration) {
        $visible = $command.Parameters.Values | Where-Object {
            $_.Name -notin $common -and -not ($_.Attributes | Where-Object { $_ -is [Parameter] -and $_.DontShow })
        }
        @{ Name = $command.Name; Parameters = @($visible | ForEach-Object Name) }
    }
}

Describe 'Help of <Name>' -ForEach $cmdlets {
    BeforeAll {
        $help = Get-Help $Name -Full
        $examples = @($help.examples.example)
    }

    It 'says what the cmdlet is for' {
        $help.Synopsis.Trim() | Should -Not -BeLike "$Name *"
        ($help.description.Text -join '').Trim().Length | Should -BeGreaterThan 40
    }

    It 'describes every parameter' {
        foreach ($parameter in $Parameters) {
            $text = ($help.parameters.parameter | Where-Object name -eq $parameter).description.Text -join ''
            $text.Trim() | Should -Not -BeNullOrEmpty -Because "-$parameter needs a text"
        }
    }

    It 'has two examples that parse, of parameters that there are' {
        $examples.Count | Should -BeGreaterOrEqual 2
        foreach ($example in $examples) {
            $errors = $null
            $tree = [Management.Automation.Language.Parser]::ParseInput($example.code, [ref] $null, [ref] $errors)
            $errors | Should -BeNullOrEmpty -Because $example.code
            $ours = $tree.FindAll({ $args[0] -is [Management.Automation.Language.CommandAst] }, $true) |
                Where-Object { (Get-Command $_.GetCommandName() -ErrorAction Ignore).Source -eq 'ImapMigration' }
            foreach ($call in $ours) {
                $known = (Get-Command $call.GetCommandName()).Parameters
                $used = $call.CommandElements | Where-Object { $_ -is [Management.Automation.Language.CommandParameterAst] }
                foreach ($parameter in $used.ParameterName) {
                    $known.Keys -like "$parameter*" | Should -Not -BeNullOrEmpty -Because "-$parameter stands in: $($example.code)"
                }
            }
        }
    }
}

Describe 'Topics' {
    It 'has the topic <_>' -ForEach 'about_ImapMigration', 'about_ImapMigration_CSV', 'about_ImapMigration_Errors', 'about_ImapMigration_Filters', 'about_ImapMigration_Logins' {
        (Get-Help $_ | Out-String).Trim().Length | Should -BeGreaterThan 500
    }
}
