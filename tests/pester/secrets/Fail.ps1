# Lets calls fail that bring a password: for a login that is refused, a server that repeats it, and a store that is locked, full
# or not to be written. In a PowerShell of its own, like Send.ps1. The parameter Small is a folder on a file system of 512 KiB, if there is one.
param([string] $Module, [string] $Store, [string] $SecretFile, [string] $Transcript, [string] $Errors, [string] $Calls, [string] $Processes, [string] $Small)

$VerbosePreference = $DebugPreference = 'Continue'
$ProgressPreference = 'SilentlyContinue'
Import-Module $Module, (Join-Path $PSScriptRoot Watch.psm1), (Join-Path $PSScriptRoot Shapes.psm1), (Join-Path $PSScriptRoot ../Testbed.psm1) 4>$null 5>$null
$secret = [IO.File]::ReadAllText($SecretFile)
$null = Start-Transcript $Transcript
$null = Connect-MigrationStore $Store -ErrorAction Stop
$login = [pscredential]::new('anna', (ConvertTo-SecureString $secret -AsPlainText -Force))
$unreachable = @{ RemoteServer = '127.0.0.1'; Port = 9; SkipVerification = $true }
$route = @{ SourceEndpoint = 'Source'; TargetEndpoint = 'Target' }
Start-Watch $Errors $Calls

# All that is known of a batch, in every form.
function Show-Batch([string] $Name) {
    $all = @(Get-MigrationBatch $Name -IncludeReport) + @(Get-MigrationUser -BatchId $Name) + @(Get-MigrationUserStatistics -BatchId $Name -IncludeReport)
    $all | Format-List * -Force | Out-String -Width 500 | Write-Host
    $all | ConvertTo-Json -Depth 9 -WarningAction Ignore | Write-Host
}

# Adds and changes what holds a password, in the store of now.
function Save-Secret([string] $Why) {
    Invoke-Call "New-MigrationBatch, $Why" { New-MigrationBatch -Name Late @route -CSVData (Get-Row $secret 'late') }
    Invoke-Call "Set-MigrationEndpoint, $Why" { Set-MigrationEndpoint Source -Credentials $login -SkipVerification }
}

# A server that answers each login with what it was sent.
function Start-Parrot {
    $listener = [Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
    $listener.Start()
    $null = Start-ThreadJob -ThrottleLimit 99 -ArgumentList $listener {
        param($listener)
        # Until the listener is stopped.
        while ($client = $listener.AcceptTcpClient()) {
            $lines = [IO.StreamReader]::new($client.GetStream()), [IO.StreamWriter]::new($client.GetStream())
            $lines[1].AutoFlush = $true
            $lines[1].WriteLine("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready`r")
            # One at a time: whoever is refused hangs up.
            while ($line = $lines[0].ReadLine()) {
                $tag, $rest = $line -split ' ', 2
                $plain = try { [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String(($rest -split ' ')[-1])) -replace "`0", ' ' } catch { '' }
                $lines[1].WriteLine("$tag NO [AUTHENTICATIONFAILED] you said $rest, which is $plain`r")
            }
        }
    }
    $listener
}

# A password that is wrong, for the administrator and for a user.
$bed = Start-Testbed -Users 1 -Messages 1
$null = New-TestbedEndpoint $bed
$server = Get-ServerParameter $bed.source
Invoke-Call 'New-MigrationEndpoint, refused' { New-MigrationEndpoint -IMAP -Name Admin @server -Credentials $login }
Invoke-Call 'Set-MigrationEndpoint, refused' { Set-MigrationEndpoint Source -Credentials $login }
Invoke-Call 'Test-MigrationServerAvailability, refused' { Test-MigrationServerAvailability -Imap @server -Credentials $login | Format-List * | Out-String -Width 500 }
Invoke-Call 'New-MigrationBatch, refused' { New-MigrationBatch -Name Wrong @route -CSVData (Get-Row $secret) -AutoStart; Wait-MigrationBatch Wrong -TimeoutSec 60 }
Show-Batch Wrong

# A server that repeats it.
$listener = Start-Parrot
$parrot = @{ RemoteServer = '127.0.0.1'; Port = $listener.LocalEndpoint.Port; Security = 'None' }
Invoke-Call 'New-MigrationEndpoint, repeated' { New-MigrationEndpoint -IMAP -Name Parrot @parrot -Credentials $login }
Invoke-Call 'Test-MigrationServerAvailability, repeated' { Test-MigrationServerAvailability -Imap @parrot -Credentials $login | Format-List * | Out-String -Width 500 }
$null = New-MigrationEndpoint -IMAP -Name Parrot @parrot -SkipVerification
Invoke-Call 'New-MigrationBatch, repeated' { New-MigrationBatch -Name Repeated -SourceEndpoint Parrot -TargetEndpoint Target -CSVData (Get-Row $secret 'polly') -AutoStart; Wait-MigrationBatch Repeated -TimeoutSec 60 }
Show-Batch Repeated
$listener.Stop()
[IO.File]::WriteAllLines($Processes, [string[]] (Get-Process).CommandLine)
$Error.Clear()

# A store that another process has locked.
$start = [Diagnostics.ProcessStartInfo]::new('python3')
$hold = 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute("BEGIN IMMEDIATE"); print("held", flush=True); sys.stdin.read()'
'-c', $hold, (Join-Path $Store migration.db) | ForEach-Object { $start.ArgumentList.Add($_) }
$start.RedirectStandardInput = $start.RedirectStandardOutput = $true
$holder = [Diagnostics.Process]::Start($start)
$null = $holder.StandardOutput.ReadLine()
Save-Secret locked
$holder.StandardInput.Close()
$holder.WaitForExit()
$null = Stop-MigrationWorker -Confirm:$false
Stop-Testbed $bed

# One whose disk is full, and one that may not be written.
if ($Small) {
    $null = Connect-MigrationStore "$Small/store" -ErrorAction Stop
    $null = New-MigrationEndpoint -IMAP -Name Source @unreachable
    $null = New-MigrationEndpoint -IMAP -Name Target -Target @unreachable
    $filling = [IO.File]::Create("$Small/filling")
    try { while ($true) { $filling.Write([byte[]]::new(512)); $filling.Flush() } } catch [IO.IOException] { }
    try { $filling.Dispose() } catch [IO.IOException] { }
    $Error.Clear()
    Save-Secret full
    mount -o remount,ro $Small
    Save-Secret 'not to be written'
}
Stop-Watch
