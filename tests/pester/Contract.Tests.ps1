# The JSON contract, seen from C#: the same golden samples that the Rust tests read.

BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    $requests = Get-FixturePath requests | ForEach-Object { @{ Name = $_.BaseName } }
    $events = Get-FixturePath events | ForEach-Object { @{ Name = $_.BaseName } }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Import-ModuleUnderTest

    # Operation, its function, and the type of its arguments.
    $operations = @{}
    foreach ($method in [ImapMigration.Interop.Contract.Operations].GetMethods() | Where-Object IsStatic) {
        $word = [regex]::Replace($method.Name, '(?<=.)(?=[A-Z])', '_').ToLowerInvariant()
        $operations[$word] = $method
    }

    # JSON with sorted keys and without nulls: an absent key and null mean the same.
    function Get-Normal($Value) {
        if ($Value -is [Management.Automation.PSCustomObject]) {
            $pairs = foreach ($property in $Value.PSObject.Properties | Sort-Object Name) {
                if ($null -ne $property.Value) { '"{0}":{1}' -f $property.Name, (Get-Normal $property.Value) }
            }
            return '{' + ($pairs -join ',') + '}'
        }
        if ($Value -is [array]) {
            return '[' + (($Value | ForEach-Object { Get-Normal $_ }) -join ',') + ']'
        }
        ConvertTo-Json $Value
    }
}

Describe 'Requests' {
    It 'writes <Name> as the library reads it' -ForEach $requests {
        $json = Read-Fixture "requests/$Name"
        $expected = $json | ConvertFrom-Json
        $method = $operations[$expected.op]
        $argumentType = $method.GetParameters() | ForEach-Object ParameterType
        $arguments = @(if ($argumentType) { Read-Contract (ConvertTo-Json $expected.args -Depth 9) $argumentType })
        # ObjectIdentity always names an object; the sample without one is a request that we never send.
        if ($arguments -and $argumentType.Name -eq 'ObjectIdentity' -and -not $expected.args.identity) {
            $expected.args.identity = ''
            $arguments = @([ImapMigration.Interop.Contract.ObjectIdentity]::new())
        }

        $request = $method.Invoke($null, $arguments)
        $request.Store = if ($expected.PSObject.Properties['store']) { $expected.store } else { [NullString]::Value }
        $request.Worker = if ($expected.PSObject.Properties['worker']) { $expected.worker } else { [NullString]::Value }
        $request.DryRun = [bool] $expected.PSObject.Properties['dry_run']
        if ($expected.PSObject.Properties['environment']) {
            $request.Environment = [Collections.Generic.Dictionary[string, string]]::new()
            foreach ($variable in $expected.environment.PSObject.Properties) {
                $request.Environment[$variable.Name] = if ($null -eq $variable.Value) { [NullString]::Value } else { $variable.Value }
            }
        }
        $written = [Text.Encoding]::UTF8.GetString([ImapMigration.Interop.Contract.Json]::Write($request))

        Get-Normal ($written | ConvertFrom-Json) | Should -BeExactly (Get-Normal $expected)
    }

    It 'has a sample of every operation' {
        $sampled = Get-FixturePath requests | ForEach-Object { (Get-Content $_ -Raw | ConvertFrom-Json).op } | Sort-Object -Unique
        $operations.Keys | Sort-Object | Should -Be $sampled
    }

    It 'names the worker beside the library where a worker may be started' {
        $request = [ImapMigration.Interop.Contract.Operations]::StartWorker()
        $request.Worker | Should -BeLike "$(Get-ModuleFolder)*imap-migration-worker*"
    }
}

Describe 'Events' {
    It 'reads <Name> without losing anything' -ForEach $events {
        $json = Read-Fixture "events/$Name"
        $jobEvent = Read-Contract $json ([ImapMigration.Interop.Contract.JobEvent])
        $written = [Text.Encoding]::UTF8.GetString([ImapMigration.Interop.Contract.Json]::Write($jobEvent))

        Get-Normal ($written | ConvertFrom-Json) | Should -BeExactly (Get-Normal ($json | ConvertFrom-Json))
    }

    It 'turns every kind of item into an object of the module' {
        $items = Get-FixturePath events | Where-Object Name -Like 'item_*'
        foreach ($item in $items) {
            Get-OutputObject $item.BaseName | Should -Not -BeNullOrEmpty -Because $item.Name
        }
    }

    It 'passes over an item that it does not know' {
        $jobEvent = Read-Contract '{"event":"item","novelty":{"a":1}}' ([ImapMigration.Interop.Contract.JobEvent])
        Invoke-Internal OutputObjects From $jobEvent | Should -BeNullOrEmpty
    }
}
