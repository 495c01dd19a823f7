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
}

Describe 'A password sent by every parameter of every cmdlet, in every shape' {
    BeforeAll {
        $secret = "S3cr3t-$([guid]::NewGuid().ToString('N'))"
        $store, $sent = (Join-Path $TestDrive store), (New-Item (Join-Path $TestDrive sent) -ItemType Directory)
        $files = @{ SecretFile = "$sent/secret"; Transcript = "$TestDrive/transcript"; Errors = "$TestDrive/errors"; Calls = "$TestDrive/calls"; Processes = "$TestDrive/processes" }
        [IO.File]::WriteAllText($files.SecretFile, $secret)
        $screen = Invoke-Sender Send.ps1 ($files + @{ Module = Join-Path (Get-ModuleFolder) ImapMigration.psd1; Store = $store })
    }

    It 'went by all of them' {
        $calls = [IO.File]::ReadAllText($files.Calls)
        $common = [Management.Automation.PSCmdlet]::CommonParameters + [Management.Automation.PSCmdlet]::OptionalCommonParameters
        foreach ($command in Get-Command -Module ImapMigration) {
            foreach ($parameter in $command.Parameters.Keys | Where-Object { $_ -notin $common }) {
                $calls | Should -Match "(?m)^$($command.Name) -$parameter <identity>$"
            }
        }
        [IO.File]::ReadAllText($files.Errors) | Should -Match 'It takes'
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
        $found = Get-ChildItem $store -Recurse -Force | Where-Object {
            $_.Name.Contains($secret) -or ($_ -is [IO.FileInfo] -and (Find-Secret ([IO.File]::ReadAllBytes($_.FullName)) $secret))
        }
        $found | Should -BeNullOrEmpty
        Get-ChildItem $TestDrive -Recurse | Where-Object { $_.Name.Contains($secret) } | Should -BeNullOrEmpty
    }

    It 'is in no process''s command line' {
        $lines = [IO.File]::ReadAllText($files.Processes)
        $lines.Contains('imap-migration-worker') | Should -BeTrue
        Find-SecretLine $lines $secret | Should -BeNullOrEmpty
    }
}
