# Two real IMAP servers with mail on the source: the testkit's `testbed`, for as long as a test file runs.

$script:root = Split-Path (Split-Path $PSScriptRoot)

function Get-TestbedPath {
    if ($env:IMAP_MIGRATION_TESTBED) { return $env:IMAP_MIGRATION_TESTBED }
    $target = if ($env:CARGO_TARGET_DIR) { $env:CARGO_TARGET_DIR } else { Join-Path $script:root 'target' }
    (Get-ChildItem (Join-Path $target 'debug') -Filter 'testbed*' | Where-Object Extension -In '', '.exe').FullName
}

function Start-Testbed([int] $Users = 2, [int] $Messages = 20, [switch] $Tokens) {
    $start = [Diagnostics.ProcessStartInfo]::new((Get-TestbedPath), "--users $Users --messages $Messages$(if ($Tokens) { ' --tokens' })")
    $start.UseShellExecute = $false
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
    $process = [Diagnostics.Process]::Start($start)
    $bed = $process.StandardOutput.ReadLine() | ConvertFrom-Json
    $bed | Add-Member Process $process -PassThru
}

# Changes the source: @{ append = @{ user = 'user1'; folder = 'INBOX'; count = 5 } }
function Send-TestbedRequest($Bed, [hashtable] $Request) {
    $Bed.Process.StandardInput.WriteLine(($Request | ConvertTo-Json -Compress -Depth 5))
    $answer = $Bed.Process.StandardOutput.ReadLine() | ConvertFrom-Json
    if ($answer.PSObject.Properties['error']) { throw $answer.error }
}

function Stop-Testbed($Bed) {
    if ($Bed) {
        $Bed.Process.StandardInput.Close()
        $Bed.Process.WaitForExit()
    }
}

# How to reach a side of the testbed.
function Get-ServerParameter($Server) {
    @{ RemoteServer = $Server.host; Port = $Server.tls_port; AcceptUntrustedCertificates = $true }
}

function New-TestbedEndpoint($Bed) {
    $source = Get-ServerParameter $Bed.source
    $target = Get-ServerParameter $Bed.target
    New-MigrationEndpoint -IMAP -Name 'Source' @source -ErrorAction Stop
    New-MigrationEndpoint -IMAP -Name 'Target' -Target @target -ErrorAction Stop
}

# Rows for Import-Csv's place: every user of the testbed, or these.
function Get-TestbedRow($Bed, [string[]] $Name = $Bed.users.name) {
    foreach ($user in $Bed.users | Where-Object name -In $Name) {
        [pscustomobject]@{
            EmailAddress   = "$($user.name)@example.com"
            UserName       = $user.name
            Password       = $user.password
            TargetUserName = $user.name
            TargetPassword = $user.password
        }
    }
}

Export-ModuleMember -Function *
