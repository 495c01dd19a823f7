# Makes calls and writes down all that errors hold, for the scripts of this folder.

# Calls go into one file, errors into another.
function Start-Watch([string] $Errors, [string] $Calls) {
    $script:log, $script:made = [IO.StreamWriter]::new($Errors), [IO.StreamWriter]::new($Calls)
    $script:seen = [Collections.Generic.HashSet[string]]::new()
}

function Stop-Watch {
    $script:log.Dispose()
    $script:made.Dispose()
}

# What an error keeps, beside its text: all of it can be printed.
function Get-ErrorText($Record) {
    $info = $Record.InvocationInfo
    "$($Record.FullyQualifiedErrorId)", "$Record", "$($Record.ErrorDetails)", "$($Record.TargetObject)", "$($Record.CategoryInfo)", $info.Line, $info.PositionMessage
    for ($exception = $Record.Exception; $exception; $exception = $exception.InnerException) { $exception.Message }
    $info.BoundParameters.Values
    $info.UnboundArguments
}

# Every form in which PowerShell prints an error.
function Show-Error($Record) {
    foreach ($ErrorView in 'NormalView', 'CategoryView', 'ConciseView', 'DetailedView') { $Record | Out-String -Width 500 | Write-Host }
    $Record, $Record.Exception, $Record.InvocationInfo | Format-List * -Force | Out-String -Width 500 | Write-Host
    Write-Host $Record.Exception.ToString()
}

# All errors in short; the first of each kind of each cmdlet in full.
function Save-Error([string] $Call) {
    $texts = [Collections.Generic.HashSet[string]]::new()
    foreach ($problem in $global:Error) {
        $record = $problem -is [Management.Automation.ErrorRecord] ? $problem : $problem.ErrorRecord
        if (-not $record -or -not $texts.Add("$record")) { continue }
        $script:log.WriteLine("== $Call`n" + ((Get-ErrorText $record) -join "`n"))
        if ($script:seen.Add("$($record.FullyQualifiedErrorId) $($record.CategoryInfo.Activity)")) { Show-Error $record }
    }
    $global:Error.Clear()
}

function Invoke-Call([string] $Call, [scriptblock] $Block) {
    $script:made.WriteLine($Call)
    $said = try { & $Block *>&1 } catch { $_ }
    if ($said) { Write-Host ([Linq.Enumerable]::Distinct([string[]] $said) -join "`n") }
    Save-Error $Call
}

Export-ModuleMember Start-Watch, Stop-Watch, Invoke-Call
