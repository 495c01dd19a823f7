# Sends a password by every parameter of every cmdlet, by its pipeline and as what belongs to no parameter, in every shape.
# The parameters are those that the module has: a new one is sent a password, too. In a PowerShell of its own, so that its
# screen, transcript and errors can be searched. The password comes in a file: a command line would show it.
param([string] $Module, [string] $Store, [string] $SecretFile, [string] $Transcript, [string] $Errors, [string] $Calls, [string] $Processes, [string] $Only = '*')

$VerbosePreference = $DebugPreference = 'Continue'
$ProgressPreference = 'SilentlyContinue'
$MaximumHistoryCount = 1
Import-Module $Module 4>$null 5>$null
Import-Module (Join-Path $PSScriptRoot Shapes.psm1), (Join-Path $PSScriptRoot Watch.psm1) 4>$null 5>$null
$secret = [IO.File]::ReadAllText($SecretFile)
$null = Start-Transcript $Transcript
$null = Connect-MigrationStore $Store -ErrorAction Stop

$unreachable = @{ RemoteServer = '127.0.0.1'; Port = 9; Security = 'None'; SkipVerification = $true; WarningAction = 'Ignore' }
$null = New-MigrationEndpoint -IMAP -Name Source @unreachable
$null = New-MigrationEndpoint -IMAP -Name Target -Target @unreachable
$harmless = [Text.Encoding]::UTF8.GetBytes("EmailAddress,UserName,Password`nnobody@contoso.test,nobody,p`n")
$shapes = Get-Shape $secret (Split-Path $SecretFile)

# A value for a parameter that must be given.
function Get-Filler($Parameter) {
    switch ($Parameter) {
        { $_.ParameterType -eq [switch] } { return $true }
        { $_.Name -eq 'CSVData' } { return , $harmless }
        { $_.Name -eq 'RemoteServer' } { return '127.0.0.1' }
        { $_.Name -eq 'Path' } { return $PSScriptRoot }
        { $_.Name -like '*Endpoint' } { return 'Source' }
        { $_.ParameterType -eq [string[]] -or $_.ParameterType.Name -like '*IdParameter[[][]]' } { return , @('nobody') }
        { $_.ParameterType -in [string], [object] -or $_.ParameterType.Name -like '*IdParameter' } { return 'nobody' }
        { $_.ParameterType -eq [Nullable[guid]] } { return [guid]::Empty }
        default {
            $type = [Nullable]::GetUnderlyingType($_.ParameterType) ?? $_.ParameterType
            return $type -eq [int] ? 9 : $type.IsEnum ? [Enum]::GetValues($type)[0] : [Activator]::CreateInstance($type)
        }
    }
}

# What a parameter set needs besides a parameter.
function Get-Filling($Command, $Set, [string] $Besides) {
    $filling = @{ WarningAction = 'Continue' }
    foreach ($parameter in $Set.Parameters | Where-Object { $_.IsMandatory -and $_.Name -ne $Besides }) {
        $filling[$parameter.Name] = Get-Filler $parameter
    }
    if ($Command.Parameters.ContainsKey('Confirm')) { $filling.Confirm = $false }
    $filling
}

Start-Watch $Errors $Calls
function Send-Shape([string] $Shape, $Command) {
    $name, $value = $Command.Name, $shapes[$Shape]
    foreach ($parameter in $Command.Parameters.Values | Where-Object Name -NotIn $common) {
        $set = $Command.ParameterSets | Where-Object { $_.Parameters.Name -contains $parameter.Name } | Select-Object -First 1
        $arguments = Get-Filling $Command $set $parameter.Name
        $arguments[$parameter.Name] = $value
        Invoke-Call "$name -$($parameter.Name) <$Shape>" { & $name @arguments }
        if ($name -eq 'Connect-MigrationStore') { $null = Connect-MigrationStore $Store }
    }
    foreach ($set in $Command.ParameterSets) {
        $arguments = Get-Filling $Command $set
        Invoke-Call "<$Shape> | $name ($($set.Name))" { $value | & $name @arguments }
    }
    $arguments = $Command.Parameters.ContainsKey('Confirm') ? @{ Confirm = $false } : @{}
    Invoke-Call "<$Shape> | $name" { $value | & $name @arguments }
    Invoke-Call "$name <$Shape>" { & $name @arguments $value }
    if ($value -is [Collections.IDictionary]) { Invoke-Call "$name @<$Shape>" { & $name @value } }
}

# A transcript formats every error, which takes longer than all the rest: it is written for the first two shapes.
$common = [Management.Automation.PSCmdlet]::CommonParameters + [Management.Automation.PSCmdlet]::OptionalCommonParameters
foreach ($shape in $shapes.Keys) {
    Get-Command $Only -Module ImapMigration | ForEach-Object { Send-Shape $shape $_ }
    if ($shape -eq 'text') { $null = Stop-Transcript }
}

# What a worker with such users has on its command line, and all others.
$null = New-MigrationBatch -Name Running -SourceEndpoint Source -TargetEndpoint Target -CSVData $shapes.row -AdoptPreexisting -AutoStart -ErrorAction Stop
[IO.File]::WriteAllLines($Processes, [string[]] (Get-Process).CommandLine)
$null = Stop-MigrationWorker -Confirm:$false
Stop-Watch
