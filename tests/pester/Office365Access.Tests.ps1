# Setting a tenant up and taking it down, with cmdlets of Exchange and Graph that only pretend.

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'TestModule.psm1') -Force
    Connect-TestStore $TestDrive
    $app, $principal, $wrong = '3f5a1f1e-0c35-4f5b-9d5e-0f6f2b1f5c11', '9d5e3f5a-0c35-4f5b-8d5e-0f6f2b1f5c22', '11111111-0c35-4f5b-8d5e-0f6f2b1f5c33'
    $application = @{ TenantId = 'contoso.onmicrosoft.com'; ApplicationId = $app }
    $known = $application + @{ ServicePrincipalObjectId = $principal }

    # A tenant: what its cmdlets answer from, and what was called that changes it.
    function New-Tenant {
        $global:tenant = @{ Principals = @(); Rights = @{}; Imap = @{ 'anna@contoso.com' = $true; 'ben@contoso.com' = $true }; Calls = [Collections.Generic.List[string]]::new() }
        function global:Get-ServicePrincipal { [CmdletBinding()] param() $tenant.Principals | ForEach-Object { [pscustomobject]$_ } }
        function global:New-ServicePrincipal { [CmdletBinding()] param($AppId, $ObjectId, $DisplayName)
            $tenant.Calls.Add("New $AppId $ObjectId"); $tenant.Principals += @{ AppId = $AppId; ObjectId = [guid] $ObjectId } }
        function global:Remove-ServicePrincipal { [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')] param($Identity)
            $tenant.Calls.Add("Remove $Identity"); $tenant.Principals = @($tenant.Principals | Where-Object { "$($_.ObjectId)" -ne $Identity }) }
        function global:Get-MailboxPermission { [CmdletBinding()] param($Identity, $User)
            if ($tenant.Rights["$Identity $User"]) { [pscustomobject]@{ AccessRights = @('FullAccess'); Deny = $false } } }
        function global:Add-MailboxPermission { [CmdletBinding()] param($Identity, $User, $AccessRights)
            if ($Identity -like 'nobody*') { throw "The operation couldn't be performed because object 'nobody' couldn't be found." }
            $tenant.Calls.Add("Add $Identity $User $AccessRights"); $tenant.Rights["$Identity $User"] = $true }
        function global:Remove-MailboxPermission { [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')] param($Identity, $User, $AccessRights)
            $tenant.Calls.Add("Forbid $Identity $User $AccessRights"); $tenant.Rights.Remove("$Identity $User") }
        function global:Get-CASMailbox { [CmdletBinding()] param($Identity) [pscustomobject]@{ ImapEnabled = $tenant.Imap[$Identity] } }
        function global:Set-CASMailbox { [CmdletBinding()] param($Identity, $ImapEnabled)
            $tenant.Calls.Add("Imap $Identity $ImapEnabled"); $tenant.Imap[$Identity] = $ImapEnabled }
    }

    function Remove-Tenant {
        Remove-Item Function:\*-ServicePrincipal, Function:\*-MailboxPermission, Function:\*-CASMailbox, Function:\*-MgServicePrincipal -ErrorAction Ignore
    }

    function Get-State($Steps) { $Steps | ForEach-Object { "$($_.State) $($_.Step)$(if ($_.Mailbox) { " $($_.Mailbox)" })" } }
}

Describe 'Initialize-MigrationOffice365Access without a session of Exchange' {
    It 'prints commands that can be typed, and claims nothing' {
        $steps = Initialize-MigrationOffice365Access "o'brien@contoso.com" @known
        $steps.State | Sort-Object -Unique | Should -Be 'Unknown'
        $steps.Command | Should -Be @(
            "Start-Process 'https://login.microsoftonline.com/contoso.onmicrosoft.com/adminconsent?client_id=$app'"
            "New-ServicePrincipal -AppId '$app' -ObjectId '$principal' -DisplayName 'ImapMigration'"
            "Add-MailboxPermission -Identity 'o''brien@contoso.com' -User '$principal' -AccessRights 'FullAccess'"
            "Set-CASMailbox -Identity 'o''brien@contoso.com' -ImapEnabled `$true")
        "$($steps[1])" | Should -Be $steps[1].Command
    }

    It 'lets Graph find the enterprise application where nobody says which it is' {
        $commands = (Initialize-MigrationOffice365Access anna@contoso.com @application -Cloud China).Command
        $commands[0] | Should -Be "`$principal = (Get-MgServicePrincipal -Filter `"appId eq '$app'`").Id"
        $commands[1] | Should -BeLike "*https://login.partner.microsoftonline.cn/*"
        $commands[2], $commands[3] | Should -BeLike '*$principal*'
        $faults = $null
        $null = [Management.Automation.Language.Parser]::ParseInput(($commands -join "`n"), [ref] $null, [ref] $faults)
        $faults | Should -BeNullOrEmpty
    }

    It 'takes the mailboxes of a CSV, of rows, and of a batch' {
        New-UnreachableEndpoint | Out-Null
        $null = New-MigrationBatch -Name 'Wave' -SourceEndpoint Source -TargetEndpoint Target -CSVData (Get-TestCsv 'anna@contoso.com', 'ben@contoso.com') -ErrorAction Stop
        $csv = "EmailAddress,TargetUserName,Password`r`nanna@contoso.com,,`"a,b`"`r`nben@old.test,ben@contoso.com,c`r`n"
        $rows = [pscustomobject]@{ EmailAddress = 'anna@contoso.com' }, [pscustomobject]@{ EmailAddress = 'ben@contoso.com' }
        foreach ($steps in @(
                , (Initialize-MigrationOffice365Access @known -CSVData ([Text.Encoding]::UTF8.GetBytes($csv)))
                , ($rows | Initialize-MigrationOffice365Access @known)
                , (Initialize-MigrationOffice365Access @known -BatchId Wave))) {
            $steps.Mailbox | Where-Object { $_ } | Sort-Object -Unique | Should -Be 'anna@contoso.com', 'ben@contoso.com'
        }
        (Get-FirstError { Initialize-MigrationOffice365Access @known -CSVData ([Text.Encoding]::UTF8.GetBytes("Name`r`nanna`r`n")) }).FullyQualifiedErrorId | Should -BeLike 'InvalidCsv,*'
    }

    It 'applies nothing' {
        $refused = Get-FirstError { Initialize-MigrationOffice365Access anna@contoso.com @known -Apply }
        "$refused $($refused.ErrorDetails.RecommendedAction)" | Should -BeLike '*no cmdlets of Exchange Online*Connect-ExchangeOnline*'
    }

    It 'wants to know whose access it is' {
        "$(Get-FirstError { Initialize-MigrationOffice365Access anna@contoso.com })" | Should -BeLike '*which application*'
        "$(Get-FirstError { Initialize-MigrationOffice365Access anna@contoso.com -Endpoint Source })" | Should -BeLike "*at the endpoint 'Source' no application logs in*"
        "$(Get-FirstError { Initialize-MigrationOffice365Access anna@contoso.com @application -ServicePrincipalObjectId Mover })" | Should -BeLike '*-ServicePrincipalObjectId takes a guid*'
    }
}

Describe 'Initialize-MigrationOffice365Access in a session of Exchange' {
    BeforeEach { New-Tenant }
    AfterEach { Remove-Tenant }

    It 'tells what is there and what is missing' {
        $tenant.Principals = @(@{ AppId = $app; ObjectId = [guid] $principal })
        $tenant.Rights["anna@contoso.com $principal"] = $true
        $tenant.Imap['ben@contoso.com'] = $false
        Get-State (Initialize-MigrationOffice365Access anna@contoso.com, ben@contoso.com @known) | Should -Be @(
            'Unknown Consent to IMAP.AccessAsApp', 'Done Register the service principal'
            'Done Give Full Access anna@contoso.com', 'Done Switch IMAP on anna@contoso.com'
            'Missing Give Full Access ben@contoso.com', 'Missing Switch IMAP on ben@contoso.com')
        $tenant.Calls | Should -BeNullOrEmpty
    }

    It 'does with -Apply what is missing, and nothing else' {
        $tenant.Imap['ben@contoso.com'] = $false
        (Initialize-MigrationOffice365Access anna@contoso.com, ben@contoso.com @known -Apply).State | Should -Be 'Unknown', 'Done', 'Done', 'Done', 'Done', 'Done'
        $tenant.Calls | Should -Be "New $app $principal", "Add anna@contoso.com $principal FullAccess", "Add ben@contoso.com $principal FullAccess", 'Imap ben@contoso.com True'
        $tenant.Calls.Clear()
        $null = Initialize-MigrationOffice365Access anna@contoso.com, ben@contoso.com @known -Apply
        $tenant.Calls | Should -BeNullOrEmpty
    }

    It 'changes nothing with -WhatIf' {
        (Initialize-MigrationOffice365Access anna@contoso.com @known -Apply -WhatIf).State | Should -Be 'Unknown', 'Missing', 'Missing', 'Done'
        $tenant.Calls | Should -BeNullOrEmpty
    }

    It 'replaces a service principal that has the object id of the app registration' {
        $tenant.Principals = @(@{ AppId = $app; ObjectId = [guid] $wrong })
        $null = Initialize-MigrationOffice365Access anna@contoso.com @known -Apply
        $tenant.Calls | Should -Be "Remove $wrong", "New $app $principal", "Add anna@contoso.com $principal FullAccess"
    }

    It 'does not say that a service principal is the right one where nobody can know' {
        $tenant.Principals = @(@{ AppId = $app; ObjectId = [guid] $wrong })
        $step = Initialize-MigrationOffice365Access anna@contoso.com @application | Where-Object Step -Like 'Register*'
        $step.State | Should -Be 'Unknown'
        $step.Message | Should -BeLike '*that of the enterprise application*'
    }

    It 'asks Graph which one it is, and believes it more than what is typed' {
        function global:Get-MgServicePrincipal { [CmdletBinding()] param($Filter) if ($Filter -eq "appId eq '$app'") { [pscustomobject]@{ Id = $principal } } }
        $null = Initialize-MigrationOffice365Access anna@contoso.com @application -Apply
        $tenant.Calls[0] | Should -Be "New $app $principal"
        "$(Get-FirstError { Initialize-MigrationOffice365Access anna@contoso.com @application -ServicePrincipalObjectId $wrong })" | Should -BeLike "*'$wrong' is not the object id*which is '$principal'*"
    }

    It 'names what fails, and goes on with the others' {
        $steps = Initialize-MigrationOffice365Access nobody@contoso.com, anna@contoso.com @known -Apply -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed | Should -HaveCount 1
        "$failed" | Should -BeLike "Cannot give Full Access for 'nobody@contoso.com'*couldn't be found*"
        $failed.TargetObject | Should -Be 'nobody@contoso.com'
        ($steps | Where-Object Mailbox -EQ 'anna@contoso.com').State | Should -Be 'Done', 'Done'
    }

    It 'wants to know the enterprise application before it changes anything' {
        "$(Get-FirstError { Initialize-MigrationOffice365Access anna@contoso.com @application -Apply })" | Should -BeLike '*which enterprise application*'
        $tenant.Calls | Should -BeNullOrEmpty
    }
}

Describe 'Remove-MigrationOffice365Access' {
    BeforeEach {
        New-Tenant
        $null = Initialize-MigrationOffice365Access anna@contoso.com @known -Apply
        $tenant.Calls.Clear()
    }
    AfterEach { Remove-Tenant }

    It 'undoes what was done' {
        (Remove-MigrationOffice365Access anna@contoso.com, ben@contoso.com @known -Apply -Confirm:$false).State | Should -Be 'Done', 'Done', 'Done'
        $tenant.Calls | Should -Be "Forbid anna@contoso.com $principal FullAccess", "Remove $principal"
    }

    It 'shows what there is to undo' {
        Get-State (Remove-MigrationOffice365Access anna@contoso.com @known) | Should -Be 'Missing Take Full Access back anna@contoso.com', 'Missing Remove the service principal'
        $tenant.Calls | Should -BeNullOrEmpty
    }

    It 'leaves the service principal to the other mailboxes, and switches IMAP off if told so' {
        $null = Remove-MigrationOffice365Access anna@contoso.com @known -KeepServicePrincipal -DisableImap -Apply -Confirm:$false
        $tenant.Calls | Should -Be "Forbid anna@contoso.com $principal FullAccess", 'Imap anna@contoso.com False'
    }

    It 'asks before it takes anything back' {
        Get-ConfirmImpact Remove-MigrationOffice365Access | Should -Be 'High'
    }
}
