<#
.SYNOPSIS
Makes the help of a built module: MAML for its cmdlets, and its about topics.

.DESCRIPTION
The texts are the pages in en-US, one a cmdlet and one a topic. What the module itself knows (types, positions, pipeline
input, aliases, defaults) is read from the module, so that it cannot be wrong. A parameter without a text, a text
without a parameter, a cmdlet without a page and a page without a cmdlet are errors.

A cmdlet's page has its synopsis below the title, and the sections Description, Parameters, Inputs, Outputs, Errors,
Examples and Links. A parameter that it leaves out has its text in Parameters.md. Errors lists error ids, whose texts
are in about_ImapMigration_Errors.md. A parameter's text may end in `Default: ...`, where the engine decides and not
the cmdlet.

.EXAMPLE
./powershell/help/Build-Help.ps1 -Module ./out/ImapMigration
#>
[CmdletBinding()]
param(
    # The folder of the built module. The help goes into its folder en-US.
    [Parameter(Mandatory, Position = 0)]
    [string] $Module
)

$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/HelpPage.psm1", "$PSScriptRoot/CommandHelp.psm1", "$PSScriptRoot/Maml.psm1" -Force

$pages = Join-Path $PSScriptRoot 'en-US'
$built = Import-Module (Resolve-Path (Join-Path $Module 'ImapMigration.psd1')).Path -PassThru -Force
$commands = @(Get-Command -Module $built.Name -CommandType Cmdlet | Sort-Object Name)

$titles = (Get-ChildItem $pages -Filter *-*.md).BaseName
$faults = @(
    $commands.Name | Where-Object { $_ -notin $titles } | ForEach-Object { "${_}: there is no page" }
    $titles | Where-Object { $_ -notin $commands.Name } | ForEach-Object { "${_}: there is no such cmdlet" }
)
$shared = Read-SharedText $pages
$help = @($commands | Where-Object { $_.Name -in $titles } | ForEach-Object { Get-CommandHelp $_ $pages $shared })
foreach ($one in $help) { $faults += Get-HelpFault $one | ForEach-Object { "$($one.Name): $_" } }
if ($faults) { throw "The help is not complete.`n$($faults -join "`n")" }

$folder = (New-Item (Join-Path $built.ModuleBase 'en-US') -ItemType Directory -Force).FullName
(ConvertTo-MamlDocument ($help | ForEach-Object { ConvertTo-MamlCommand $_ })).Save((Join-Path $folder 'ImapMigration.dll-Help.xml'))
foreach ($topic in Get-ChildItem $pages -Filter about_*.md) {
    # With a byte order mark: Windows PowerShell takes a topic without one for ANSI.
    $lines = [string[]](ConvertTo-AboutTopic (Read-HelpPage $topic.FullName))
    [IO.File]::WriteAllLines((Join-Path $folder "$($topic.BaseName).help.txt"), $lines, [Text.Encoding]::UTF8)
}
"help: $($commands.Count) cmdlets, $(@(Get-ChildItem $folder -Filter *.txt).Count) topics in $folder"
