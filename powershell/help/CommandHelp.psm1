# Joins a cmdlet's page with what the module knows of the cmdlet, and finds where the two disagree.

Import-Module "$PSScriptRoot/HelpPage.psm1", "$PSScriptRoot/CommandFacts.psm1"

$script:sections = 'Description', 'Parameters', 'Inputs', 'Outputs', 'Errors', 'Examples', 'Links'

# What the pages share: texts of parameters that mean the same everywhere, and the texts of error ids.
function Read-SharedText([string] $Folder) {
    $errorTexts = @{}
    foreach ($section in (Read-HelpPage "$Folder/about_ImapMigration_Errors.md").Parts.PSBase.Values) {
        foreach ($entry in $section.Parts.PSBase.Values) { $errorTexts[$entry.Title] = $entry }
    }
    @{ Parameters = (Read-HelpPage "$Folder/Parameters.md").Parts['Parameters'].Parts; Errors = $errorTexts }
}

# Everything of a cmdlet that its help is made from.
function Get-CommandHelp([Management.Automation.CmdletInfo] $Command, [string] $Folder, [hashtable] $Shared) {
    $syntax = @(Get-Syntax $Command)
    [pscustomobject]@{
        Name       = $Command.Name
        Verb       = $Command.Verb
        Noun       = $Command.Noun
        Page       = Read-HelpPage "$Folder/$($Command.Name).md"
        Shared     = $Shared
        Syntax     = $syntax
        Parameters = @(Get-UniqueParameter $syntax)
    }
}

# What is wrong with a page, a line each.
function Get-HelpFault($Help) {
    $page = $Help.Page
    if ($page.Title -ne $Help.Name) { "the title is $($page.Title)" }
    $missing = $script:sections | Where-Object { -not $page.Parts.Contains($_) }
    $missing | ForEach-Object { "there is no section $_" }
    if ($missing) { return }

    $names = @($Help.Parameters | ForEach-Object { $_.Name })
    $names | Where-Object { -not (Get-ParameterPart $Help $_) } | ForEach-Object { "-$_ has no text" }
    $page.Parts['Parameters'].Parts.PSBase.Keys | Where-Object { $_ -notin $names } | ForEach-Object { "there is no parameter -$_" }
    foreach ($parameter in $Help.Parameters | Where-Object { $_.Default -and (Get-ToldDefault $Help $_.Name) }) {
        "-$($parameter.Name) has a default in its text, and from the cmdlet"
    }
    Get-ListItem $page 'Errors' | Where-Object { -not $Help.Shared.Errors[$_] } | ForEach-Object { "there is no error $_" }

    $examples = @(Get-Entry $page 'Examples')
    if ($examples.Count -lt 2) { 'there are fewer than two examples' }
    $examples | Where-Object { -not $_.Paragraphs[0].IsCode -or $_.Paragraphs.Count -lt 2 } |
        ForEach-Object { "the example '$($_.Title)' is not code and then a sentence" }
}

# The text of a parameter: the page's own, else the shared one.
function Get-ParameterPart($Help, [string] $Name) {
    $own = $Help.Page.Parts['Parameters'].Parts
    if ($own.Contains($Name)) { $own[$Name] } else { $Help.Shared.Parameters[$Name] }
}

# The paragraphs of a parameter, without the line that tells its default.
function Get-ParameterParagraph($Help, [string] $Name) {
    Get-Paragraph (Get-ParameterPart $Help $Name) | Where-Object { $_.Text -notmatch '^Default: ' }
}

# The default in the text of a parameter, where the engine decides and not the cmdlet.
function Get-ToldDefault($Help, [string] $Name) {
    $line = Get-Paragraph (Get-ParameterPart $Help $Name) | Where-Object { $_.Text -match '^Default: ' }
    if ($line) { ($line.Text -replace '^Default: ').TrimEnd('.') }
}

# The default of a parameter, from the cmdlet or from the text.
function Get-Default($Help, $Parameter) {
    $told = Get-ToldDefault $Help $Parameter.Name
    if ($told) { $told } elseif ($Parameter.Default) { $Parameter.Default } else { 'None' }
}

# The paragraphs of a section.
function Get-SectionParagraph($Page, [string] $Section) {
    Get-Paragraph $Page.Parts[$Section]
}

# The entries of a section, with their paragraphs.
function Get-Entry($Page, [string] $Section) {
    foreach ($entry in $Page.Parts[$Section].Parts.PSBase.Values) {
        [pscustomobject]@{ Title = $entry.Title; Paragraphs = @(Get-Paragraph $entry) }
    }
}

# The items of a section that is a list.
function Get-ListItem($Page, [string] $Section) {
    Get-Paragraph $Page.Parts[$Section] | ForEach-Object { $_.Text -replace '^- ' }
}

# A paragraph for each error id that the page lists.
function Get-ErrorNote($Help) {
    $lead = 'Errors of this cmdlet, and what to do. about_ImapMigration_Errors has all.'
    [pscustomobject]@{ IsCode = $false; Text = $lead }
    foreach ($id in Get-ListItem $Help.Page 'Errors') {
        $text = (Get-Paragraph $Help.Shared.Errors[$id]).Text -join ' '
        [pscustomobject]@{ IsCode = $false; Text = "${id}: $text" }
    }
}

Export-ModuleMember Read-SharedText, Get-CommandHelp, Get-HelpFault, Get-ParameterParagraph, Get-Default, Get-SectionParagraph, Get-Entry,
    Get-ListItem, Get-ErrorNote
