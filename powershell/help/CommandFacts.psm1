# Reads from a cmdlet what nobody should have to write down: its parameters, with type, place and default.

$script:common = [Management.Automation.PSCmdlet]::CommonParameters

# The parameter sets that a user sees, each with its parameters in the order of the syntax.
function Get-Syntax([Management.Automation.CmdletInfo] $Command) {
    $defaults = [Activator]::CreateInstance($Command.ImplementingType)
    foreach ($set in $Command.ParameterSets) {
        $visible = @($set.Parameters | Where-Object { $_.Name -notin $script:common -and -not (Test-Hidden $_) })
        $facts = for ($i = 0; $i -lt $visible.Count; $i++) { Get-ParameterFact $visible[$i] $defaults $i }
        $byPlace = { if ($_.Position -lt 0) { [int]::MaxValue } else { $_.Position } }
        [pscustomobject]@{
            Name       = $set.Name
            Parameters = @($facts | Sort-Object $byPlace, { -not $_.IsMandatory }, Index)
        }
    }
}

# Each parameter once, by name. It is mandatory if every set that has it says so.
function Get-UniqueParameter([object[]] $Syntax) {
    foreach ($group in $Syntax.Parameters | Group-Object Name | Sort-Object Name) {
        $fact = $group.Group[0].PSObject.Copy()
        $fact.IsMandatory = $group.Group.IsMandatory -notcontains $false
        $fact
    }
}

function Test-Hidden($Parameter) {
    [bool]($Parameter.Attributes | Where-Object { $_ -is [Management.Automation.ParameterAttribute] -and $_.DontShow })
}

function Get-ParameterFact($Parameter, $Defaults, [int] $Index) {
    $type = $Parameter.ParameterType
    if ([Nullable]::GetUnderlyingType($type)) { $type = [Nullable]::GetUnderlyingType($type) }
    [pscustomobject]@{
        Index       = $Index
        Name        = $Parameter.Name
        Type        = $type
        IsSwitch    = $type -eq [switch]
        IsMandatory = $Parameter.IsMandatory
        Position    = $Parameter.Position
        Pipeline    = Get-PipelineInput $Parameter
        Aliases     = @($Parameter.Aliases) -join ', '
        Values      = @(Get-AcceptedValue $Parameter $type)
        Default     = if (-not $Parameter.IsMandatory) { Get-DefaultValue $Parameter $Defaults }
    }
}

function Get-PipelineInput($Parameter) {
    $ways = @(
        if ($Parameter.ValueFromPipeline) { 'ByValue' }
        if ($Parameter.ValueFromPipelineByPropertyName) { 'ByPropertyName' }
    )
    if ($ways) { "True ($($ways -join ', '))" } else { 'False' }
}

function Get-AcceptedValue($Parameter, [type] $Type) {
    if ($Type.IsEnum) { return [Enum]::GetNames($Type) }
    $Parameter.Attributes | Where-Object { $_ -is [Management.Automation.ValidateSetAttribute] } | ForEach-Object { $_.ValidValues }
}

# What the cmdlet starts with. WhatIf and Confirm are PowerShell's own, and no property.
function Get-DefaultValue($Parameter, $Defaults) {
    $property = $Defaults.GetType().GetProperty($Parameter.Name)
    if ($property) { "$($property.GetValue($Defaults))" }
}

Export-ModuleMember Get-Syntax, Get-UniqueParameter
