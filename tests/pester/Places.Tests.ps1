# Where the module runs: environments, folders, accounts, sessions beside the one at the prompt.

BeforeDiscovery {
    $isRoot = $IsLinux -and (id -u) -eq '0'
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Import-ModuleUnderTest
    $pwsh = (Get-Process -Id $PID).Path
    $newEndpoint = 'New-MigrationEndpoint -IMAP -Name E -RemoteServer h -SkipVerification'

    function Copy-Module([string] $Name) {
        Copy-Item (Get-ModuleFolder) (Join-Path $TestDrive "$Name/ImapMigration") -Recurse -Force
        Join-Path $TestDrive "$Name/ImapMigration"
    }

    # Runs a script as sh would from this command line, with the module imported.
    function Invoke-From([string] $Command, [string] $Script, [string] $Module = (Get-ModuleFolder)) {
        $file = Join-Path $TestDrive "$([guid]::NewGuid()).ps1"
        Set-Content $file "Import-Module '$Module/ImapMigration.psd1'`n$Script"
        sh -c "$Command '$pwsh' -NoProfile -NonInteractive -File '$file' 2>&1"
    }
}

Describe 'A variable of the environment' {
    It 'counts as PowerShell has it when a cmdlet needs it: the store' {
        $first, $second = (Join-Path $TestDrive first), (Join-Path $TestDrive second)
        Invoke-FreshPowerShell @"
`$env:IMAP_MIGRATION_STORE = '$first'; `$null = $newEndpoint
`$env:IMAP_MIGRATION_STORE = '$second'; @(Get-MigrationEndpoint).Count
`$env:IMAP_MIGRATION_STORE = '$first'; @(Get-MigrationEndpoint).Count
(Connect-MigrationStore).Path
"@ | Should -Be '0', '1', $first
    }

    It 'is given to the worker' {
        $store = Join-Path $TestDrive logged
        Invoke-FreshPowerShell @"
`$null = Connect-MigrationStore '$store'
`$env:IMAP_MIGRATION_LOG = 'off'
`$null = Start-MigrationWorker; `$null = Stop-MigrationWorker -Confirm:`$false
"@
        Get-Content (Join-Path $store worker.log) | Should -BeNullOrEmpty
    }
}

Describe 'The worker' -Skip:(-not $IsLinux) {
    AfterEach {
        if ((Get-MigrationWorker).Status -eq 'Running') { $null = Stop-MigrationWorker -Confirm:$false }
    }

    It 'keeps nothing open of a cron job that started PowerShell' {
        $store, $lock = (Join-Path $TestDrive cron), (Join-Path $TestDrive lock)
        $null = Connect-MigrationStore $store
        Invoke-From "exec 9>'$lock'; flock -n 9;" "`$null = Connect-MigrationStore '$store'; (Start-MigrationWorker).Status" | Should -Be 'Running'
        sh -c "flock -n '$lock' echo free || echo held" | Should -Be 'free'
    }

    It 'starts from a module that a gallery has installed, where no file is executable' {
        $copy = Copy-Module gallery
        chmod -R a-x+X $copy
        $store = Join-Path $TestDrive gallery-store
        Invoke-From '' "`$null = Connect-MigrationStore '$store'; (Get-Process -Id (Start-MigrationWorker).ProcessId).ProcessName" -Module $copy |
            Should -BeLike 'imap-migration*'
        $null = Connect-MigrationStore $store
    }

    It 'is not started from a file system that forbids it, and what the error advises helps' -Skip:(-not $isRoot) {
        $copy, $mount = (Copy-Module noexec), (Join-Path $TestDrive mount)
        $worker = Get-Item "$copy/*/imap-migration-worker"
        $null = New-Item $mount -ItemType Directory
        mount -t tmpfs -o noexec tmpfs $mount
        try {
            Move-Item $worker $mount
            $null = New-Item $worker -ItemType SymbolicLink -Target "$mount/imap-migration-worker"
            $start = 'try { Start-MigrationWorker -ErrorAction Stop } catch { $_.FullyQualifiedErrorId; $_.Exception.Message }'
            $id, $message = Invoke-From '' "`$null = Connect-MigrationStore '$TestDrive/noexec-store'; $start" -Module $copy
            $id | Should -BeLike 'WorkerUnavailable,*'
            $message | Should -BeLike '*noexec*copy the executable elsewhere and name it in IMAP_MIGRATION_WORKER.'
            $elsewhere = Copy-Item "$mount/imap-migration-worker" $TestDrive -PassThru
            $null = Connect-MigrationStore "$TestDrive/noexec-store"
            Invoke-From "IMAP_MIGRATION_WORKER='$elsewhere'" "`$null = Connect-MigrationStore '$TestDrive/noexec-store'; (Start-MigrationWorker).Status" -Module $copy |
                Should -Be 'Running'
        }
        finally { umount $mount }
    }
}

Describe 'The module' {
    It 'is imported beside a copy of itself from another folder, and both work' {
        $copy = Copy-Module copy
        Invoke-FreshPowerShell @"
Import-Module '$copy' -ErrorAction Stop
`$null = Connect-MigrationStore '$(Join-Path $TestDrive copies)'
(($newEndpoint) -is [ImapMigration.MigrationEndpoint])
(Get-MigrationEndpoint).Identity.Name
`$Error.Count
"@ | Should -Be 'True', 'E', '0'
    }

    It 'of another version is refused, and the error names the one that is loaded' -Skip:($PSVersionTable.PSVersion -lt '7.5') {
        $copy = Copy-Module other
        Remove-Item "$copy/ImapMigration.dll"
        $assembly = [Reflection.Emit.PersistedAssemblyBuilder]::new('ImapMigration, Version=9.9.9.9', [object].Assembly, $null)
        $null = $assembly.DefineDynamicModule('ImapMigration')
        $assembly.Save("$copy/ImapMigration.dll")
        Invoke-FreshPowerShell "try { Import-Module '$copy' -ErrorAction Stop } catch { `"`$_`" }" |
            Should -BeLike "ImapMigration 0.1.0.0 is loaded from '*'. Start a new PowerShell to use version 9.9.9.9."
    }

    It 'runs without HOME and TERM, and under a narrow umask' -Skip:$IsWindows {
        $store = Join-Path $TestDrive bare
        $script = "`$null = Connect-MigrationStore '$store'; ($newEndpoint).Identity.Name; (Start-MigrationWorker).Status; (Stop-MigrationWorker -Confirm:`$false).Status"
        Invoke-From "umask 077; env -i PATH=""`$PATH""" $script | Should -Be 'E', 'Running', 'Stopped'
    }

    It 'runs for an account that owns nothing, in a store of its own' -Skip:(-not $isRoot) {
        $folder = Join-Path ([IO.Path]::GetTempPath()) "nobody-$([guid]::NewGuid())"
        $null = New-Item $folder -ItemType Directory
        chown nobody $folder
        try {
            $script = "($newEndpoint).Identity.Name; (Start-MigrationWorker).Status; (Stop-MigrationWorker -Confirm:`$false).Status"
            $file = Join-Path $folder run.ps1
            Set-Content $file "Import-Module '$(Get-ModuleFolder)/ImapMigration.psd1'`n$script"
            setpriv --reuid nobody --clear-groups env -i "PATH=$env:PATH" "HOME=$folder" $pwsh -NoProfile -NonInteractive -File $file 2>&1 |
                Should -Be 'E', 'Running', 'Stopped'
            Get-ChildItem "$folder/.local/state/imap-migration" | Should -Not -BeNullOrEmpty
        }
        finally { Remove-Item $folder -Recurse -Force }
    }
}

Describe 'A session beside the one at the prompt' {
    BeforeEach {
        $store, $other = (Join-Path $TestDrive ([guid]::NewGuid())), (Join-Path $TestDrive ([guid]::NewGuid()))
        $atPrompt = "`$null = Connect-MigrationStore '$store'; `$null = $newEndpoint; `$path = '$(Get-ModuleFolder)'"
        $looks = "Import-Module `$using:path; (Get-MigrationEndpoint).Identity.Name"
    }

    It 'sees the store of the prompt if it has connected to none: <_>' -Skip:($PSVersionTable.PSVersion.Major -lt 7) -ForEach @(
        'Start-ThreadJob { LOOKS } | Receive-Job -Wait'
        '1 | ForEach-Object -Parallel { LOOKS }'
    ) {
        Invoke-FreshPowerShell "$atPrompt; $($_ -replace 'LOOKS', $looks)" | Should -Be 'E'
    }

    It 'sees it in a runspace pool' {
        Invoke-FreshPowerShell @"
$atPrompt
`$pool = [runspacefactory]::CreateRunspacePool(1, 2); `$pool.Open()
`$shell = [powershell]::Create(); `$shell.RunspacePool = `$pool
`$shell.AddScript('Import-Module ' + `$path + '; (Get-MigrationEndpoint).Identity.Name').Invoke()
"@ | Should -Be 'E'
    }

    It 'connects for itself alone, also to the default store' -Skip:($PSVersionTable.PSVersion.Major -lt 7) {
        Invoke-FreshPowerShell @"
$atPrompt
`$env:IMAP_MIGRATION_STORE = '$other'
Start-ThreadJob { Import-Module `$using:path; (Connect-MigrationStore).EndpointCount } | Receive-Job -Wait
Start-ThreadJob { Import-Module `$using:path; (Connect-MigrationStore '$other-2').EndpointCount } | Receive-Job -Wait
(Get-MigrationEndpoint).Identity.Name
"@ | Should -Be '0', '0', 'E'
    }

    It 'of another process has the store of the environment' {
        Invoke-FreshPowerShell @"
`$env:IMAP_MIGRATION_STORE = '$store'
Start-Job { Import-Module '$(Get-ModuleFolder)'; (Connect-MigrationStore).Path } | Receive-Job -Wait
"@ | Should -Be $store
    }
}
