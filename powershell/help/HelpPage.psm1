# Reads help pages: Markdown of titles, paragraphs, lists and fenced code, and nothing else.

# A page, a section or an entry: its lines, and the parts below it by title. A title may be a word such as Values, which hides
# the dictionary's own member: ask PSBase for that.
function New-Part([string] $Title) {
    [pscustomobject]@{
        Title = $Title
        Lines = New-Object System.Collections.Generic.List[string]
        Parts = [ordered]@{}
    }
}

# The page of a file: `#` is its title, `##` opens a section, `###` an entry of the section.
function Read-HelpPage([string] $Path) {
    $open = @($null) * 4
    $level = 0
    $fenced = $false
    foreach ($line in [IO.File]::ReadAllLines($Path)) {
        if ($line -match '^```') { $fenced = -not $fenced }
        if (-not $fenced -and $line -match '^(#{1,3}) (.+)$') {
            $level = $Matches[1].Length
            $open[$level] = New-Part $Matches[2].Trim()
            if ($level -gt 1) { $open[$level - 1].Parts.Add($open[$level].Title, $open[$level]) }
        }
        elseif ($level -gt 0) { $open[$level].Lines.Add($line) }
    }
    $open[1]
}

# The paragraphs of a part, in order: plain text in one line each, an item of a list each, or code as it stands.
function Get-Paragraph($Part) {
    $text = $null
    $code = $null
    foreach ($line in $Part.Lines + '') {
        if ($line -match '^```') {
            if ($null -eq $code) { $code = @() }
            else { [pscustomobject]@{ IsCode = $true; Text = $code -join "`n" }; $code = $null }
        }
        elseif ($null -ne $code) { $code += $line }
        else {
            if ($text -and ($line -eq '' -or $line -match '^- ')) {
                [pscustomobject]@{ IsCode = $false; Text = ConvertTo-PlainText $text }
                $text = $null
            }
            $text = "$text $($line.Trim())".Trim()
        }
    }
}

# Text without the marks of code, emphasis and links.
function ConvertTo-PlainText([string] $Text) {
    $Text -replace '\[([^\]]+)\]\([^)]+\)', '$1' -replace '\*\*|`', ''
}

# An about topic: the lines as they are written, indented, below the headings that Get-Help looks for. It takes the
# fifth line for the synopsis.
function ConvertTo-AboutTopic($Page) {
    'TOPIC', "    $($Page.Title)", '', 'SHORT DESCRIPTION'
    Get-TopicLine $Page
    '', 'LONG DESCRIPTION'
    foreach ($section in $Page.Parts.PSBase.Values) {
        '', $section.Title.ToUpperInvariant()
        Get-TopicLine $section
        foreach ($entry in $section.Parts.PSBase.Values) {
            '', "  $($entry.Title)"
            Get-TopicLine $entry
        }
    }
}

# The lines of a part without the empty ones around them.
function Get-TopicLine($Part) {
    $fenced = $false
    $lines = foreach ($line in $Part.Lines) {
        if ($line -match '^```') { $fenced = -not $fenced }
        elseif ($line -eq '') { '' }
        elseif ($fenced) { "        $line" }
        else { "    $(ConvertTo-PlainText $line)" }
    }
    $text = ($lines -join "`n").Trim("`n")
    if ($text) { $text -split "`n" }
}

Export-ModuleMember Read-HelpPage, Get-Paragraph, ConvertTo-PlainText, ConvertTo-AboutTopic
