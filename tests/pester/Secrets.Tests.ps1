# No error, no screen, no transcript, no file and no process shows a password, whatever it was given to.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Import-ModuleUnderTest

    # The text, and what holds it: in UTF-8, in UTF-16, in base64, as numbers.
    function Find-Secret([byte[]] $Bytes, [string] $Secret) {
        $text = [Text.Encoding]::Latin1.GetString($Bytes)
        $utf8 = [Text.Encoding]::UTF8.GetBytes($Secret)
        $base64 = 0..2 | ForEach-Object { [Convert]::ToBase64String([byte[]](, 0 * $_) + $utf8).Substring(4, 12) }
        $forms = @($Secret, [Text.Encoding]::Latin1.GetString([Text.Encoding]::Unicode.GetBytes($Secret))) + $base64 + @(($utf8 -join ' '), ($utf8 -join ', '), ($utf8 -join "`n"))
        $forms | Where-Object { $text.Contains($_) }
    }

    # The lines that hold it.
    function Find-SecretLine([string] $Text, [string] $Secret) {
        $Text -split "`n" | Where-Object { Find-Secret ([Text.Encoding]::UTF8.GetBytes($_)) $Secret } | Select-Object -First 5
    }

    # Runs a script of the folder `secrets` in a PowerShell of its own; its screen.
    function Invoke-Sender([string] $Script, [hashtable] $Parameter) {
        $start = [Diagnostics.ProcessStartInfo]::new((Get-Process -Id $PID).Path)
        $start.ArgumentList.Add('-NoProfile'); $start.ArgumentList.Add('-NonInteractive'); $start.ArgumentList.Add('-File')
        $start.ArgumentList.Add((Join-Path $PSScriptRoot "secrets/$Script"))
        foreach ($name in $Parameter.Keys) { $start.ArgumentList.Add("-$name"); $start.ArgumentList.Add($Parameter[$name]) }
        $start.RedirectStandardOutput = $start.RedirectStandardError = $start.RedirectStandardInput = $true
        $process = [Diagnostics.Process]::Start($start)
        $process.StandardInput.Close()
        $output, $problems = $process.StandardOutput.ReadToEndAsync(), $process.StandardError.ReadToEndAsync()
        $process.WaitForExit()
        $output.Result + $problems.Result
    }

    # A folder on a file system of 512 KiB, where this account can make one.
    function New-SmallDisk([string] $Folder) {
        $null = New-Item $Folder -ItemType Directory
        if (-not $IsLinux -or (id -u) -ne 0) { return '' }
        $null = mount -t tmpfs -o size=512k tmpfs $Folder 2>&1
        if ($LASTEXITCODE -eq 0) { $Folder } else { '' }
    }
}

Describe 'A password <Case>' -ForEach @(
    @{ Case = 'sent by every parameter of every cmdlet, in every shape'; Script = 'Send.ps1'; Small = $false }
    @{ Case = 'whose login is refused or repeated, or whose store is locked, full or not to be written'; Script = 'Fail.ps1'; Small = $true }
) {
    BeforeAll {
        $secret = "S3cr3t-$([guid]::NewGuid().ToString('N'))"
        $folder = (New-Item (Join-Path $TestDrive $Script) -ItemType Directory).FullName
        $store, $sent = "$folder/store", (New-Item "$folder/sent" -ItemType Directory)
        $files = @{ SecretFile = "$sent/secret"; Transcript = "$folder/transcript"; Errors = "$folder/errors"; Calls = "$folder/calls"; Processes = "$folder/processes" }
        $disk = if ($Small) { @{ Small = New-SmallDisk "$folder/small" } } else { @{} }
        [IO.File]::WriteAllText($files.SecretFile, $secret)
        $screen = Invoke-Sender $Script ($files + $disk + @{ Module = Join-Path (Get-ModuleFolder) ImapMigration.psd1; Store = $store })
    }

    AfterAll {
        if ($disk.Small) { umount $disk.Small }
    }

    It 'went by all of them' {
        $calls, $problems = [IO.File]::ReadAllText($files.Calls), [IO.File]::ReadAllText($files.Errors)
        if ($Small) {
            $ids = @('AuthenticationFailed,ImapMigration.Commands.NewMigrationEndpointCommand', 'AuthenticationFailed,ImapMigration.Commands.SetMigrationEndpointCommand', 'StoreLocked,')
            if ($disk.Small) { $ids += 'DiskFull,', 'StoreUnavailable,' }
            foreach ($id in $ids) { $problems | Should -Match "(?m)^$id" }
            $screen | Should -BeLike '*"ErrorCode": "AuthenticationFailed"*"ErrorCode": "AuthenticationFailed"*'
            return
        }
        $common = [Management.Automation.PSCmdlet]::CommonParameters + [Management.Automation.PSCmdlet]::OptionalCommonParameters
        foreach ($command in Get-Command -Module ImapMigration) {
            foreach ($parameter in $command.Parameters.Keys | Where-Object { $_ -notin $common }) {
                $calls | Should -Match "(?m)^$($command.Name) -$parameter <identity>$"
            }
        }
        $problems | Should -Match 'It takes'
    }

    It 'is on no screen' {
        Find-SecretLine $screen $secret | Should -BeNullOrEmpty
    }

    It 'is in no error, whatever is printed of it' {
        Find-SecretLine ([IO.File]::ReadAllText($files.Errors)) $secret | Should -BeNullOrEmpty
    }

    It 'is in no transcript' {
        Find-SecretLine ([IO.File]::ReadAllText($files.Transcript)) $secret | Should -BeNullOrEmpty
    }

    It 'is in no file of the store, nor the name of one' {
        $stores = @($store) + @($disk.Small | Where-Object { $_ })
        $found = Get-ChildItem $stores -Recurse -Force | Where-Object {
            $_.Name.Contains($secret) -or ($_ -is [IO.FileInfo] -and (Find-Secret ([IO.File]::ReadAllBytes($_.FullName)) $secret))
        }
        $found | Should -BeNullOrEmpty
        Get-ChildItem $folder -Recurse | Where-Object { $_.Name.Contains($secret) } | Should -BeNullOrEmpty
    }

    It 'is in no process''s command line' {
        $lines = [IO.File]::ReadAllText($files.Processes)
        $lines.Contains('imap-migration-worker') | Should -BeTrue
        Find-SecretLine $lines $secret | Should -BeNullOrEmpty
    }
}
