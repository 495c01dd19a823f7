# Writes the help of cmdlets as MAML, the XML that Get-Help reads.

Import-Module "$PSScriptRoot/HelpPage.psm1", "$PSScriptRoot/CommandHelp.psm1"

$script:namespaces = [ordered]@{
    'xmlns:maml'    = 'http://schemas.microsoft.com/maml/2004/10'
    'xmlns:command' = 'http://schemas.microsoft.com/maml/dev/command/2004/10'
    'xmlns:dev'     = 'http://schemas.microsoft.com/maml/dev/2004/10'
}

# The document of all commands.
function ConvertTo-MamlDocument([string[]] $Command) {
    [xml](New-Element helpItems $Command @{ schema = 'maml'; xmlns = 'http://msh' })
}

# The help of one cmdlet.
function ConvertTo-MamlCommand($Help) {
    New-Element command:command -Attributes $script:namespaces -Content @(
        New-Element command:details @(
            New-TextElement command:name $Help.Name
            New-Element maml:description (New-Paragraphs (Get-Paragraph $Help.Page))
            New-TextElement command:verb $Help.Verb
            New-TextElement command:noun $Help.Noun
        )
        New-Element maml:description (New-Paragraphs (Get-SectionParagraph $Help.Page 'Description'))
        New-Element command:syntax ($Help.Syntax | ForEach-Object { New-SyntaxItem $Help $_ })
        New-Element command:parameters ($Help.Parameters | ForEach-Object { New-Parameter $Help $_ })
        New-Element command:inputTypes (Get-Entry $Help.Page 'Inputs' | ForEach-Object { New-TypeDescription command:inputType $_ })
        New-Element command:returnValues (Get-Entry $Help.Page 'Outputs' | ForEach-Object { New-TypeDescription command:returnValue $_ })
        New-Element maml:alertSet (New-Element maml:alert (New-Paragraphs (Get-ErrorNote $Help)))
        New-Element command:examples (New-Examples (Get-Entry $Help.Page 'Examples'))
        New-Element command:relatedLinks (Get-ListItem $Help.Page 'Links' | ForEach-Object { New-Link $_ })
    )
}

function New-SyntaxItem($Help, $Set) {
    New-Element command:syntaxItem @(
        New-TextElement maml:name $Help.Name
        $Set.Parameters | ForEach-Object { New-Parameter $Help $_ -InSyntax }
    )
}

# In the syntax a switch has no value, and a word is one of those accepted, as long as they are few.
function New-Parameter($Help, $Parameter, [switch] $InSyntax) {
    $value = if (-not ($InSyntax -and $Parameter.IsSwitch)) {
        New-TextElement command:parameterValue $Parameter.Type.Name @{ required = "$(-not $Parameter.IsSwitch)".ToLower(); variableLength = 'false' }
    }
    $choice = if ($InSyntax -and $Parameter.Values.Count -in 1..8) {
        New-Element command:parameterValueGroup ($Parameter.Values | ForEach-Object {
                New-TextElement command:parameterValue $_ @{ required = 'false'; variableLength = 'false' }
            })
    }
    New-Element command:parameter -Attributes (Get-ParameterMark $Parameter) -Content @(
        New-TextElement maml:name $Parameter.Name
        New-Element maml:description (New-Paragraphs (Get-ParameterParagraph $Help $Parameter.Name))
        $choice
        $value
        New-Element dev:type @(New-TextElement maml:name $Parameter.Type.FullName; New-Element maml:uri)
        New-TextElement dev:defaultValue (Get-Default $Help $Parameter)
    )
}

function Get-ParameterMark($Parameter) {
    [ordered]@{
        required       = "$($Parameter.IsMandatory)".ToLower()
        variableLength = "$($Parameter.Type.IsArray)".ToLower()
        globbing       = 'false'
        pipelineInput  = $Parameter.Pipeline
        position       = if ($Parameter.Position -lt 0) { 'named' } else { "$($Parameter.Position)" }
        aliases        = if ($Parameter.Aliases) { $Parameter.Aliases } else { 'none' }
    }
}

function New-TypeDescription([string] $Name, $Entry) {
    New-Element $Name @(
        New-Element dev:type (New-TextElement maml:name $Entry.Title)
        New-Element maml:description (New-Paragraphs $Entry.Paragraphs)
    )
}

# The first code of an example is its command; what follows explains it.
function New-Examples([object[]] $Example) {
    for ($i = 0; $i -lt $Example.Count; $i++) {
        $code, $remarks = $Example[$i].Paragraphs
        New-Element command:example @(
            New-TextElement maml:title "Example $($i + 1): $($Example[$i].Title)"
            New-TextElement dev:code $code.Text
            New-Element dev:remarks (New-Paragraphs $remarks)
        )
    }
}

function New-Link([string] $Name) {
    New-Element maml:navigationLink @(New-TextElement maml:linkText $Name; New-Element maml:uri)
}

function New-Paragraphs([object[]] $Paragraph) {
    $Paragraph | Where-Object { $_ } | ForEach-Object {
        New-TextElement maml:para $(if ($_.IsCode) { $_.Text -replace '(?m)^', '    ' } else { $_.Text })
    }
}

function New-TextElement([string] $Name, [string] $Text, [Collections.IDictionary] $Attributes = @{}) {
    New-Element $Name ([Security.SecurityElement]::Escape($Text)) $Attributes
}

function New-Element([string] $Name, [string[]] $Content = @(), [Collections.IDictionary] $Attributes = @{}) {
    $marks = $Attributes.GetEnumerator() | ForEach-Object { ' {0}="{1}"' -f $_.Key, [Security.SecurityElement]::Escape($_.Value) }
    "<$Name$(-join $marks)>$(-join $Content)</$Name>"
}

Export-ModuleMember ConvertTo-MamlDocument, ConvertTo-MamlCommand
