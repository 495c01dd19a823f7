# The module under test, and what the tests ask of it again and again.

$script:root = Split-Path (Split-Path $PSScriptRoot)
$script:fixtures = Join-Path $root 'tests/fixtures/contract'
$script:module = if ($env:IMAP_MIGRATION_MODULE) { $env:IMAP_MIGRATION_MODULE } else { Join-Path $root 'out/ImapMigration' }

function Get-ModuleFolder {
    $script:module
}

# Imports the built module, both assemblies of it.
function Import-ModuleUnderTest {
    Import-Module (Join-Path $script:module 'ImapMigration.psd1') -Global
    [void][Reflection.Assembly]::LoadFrom((Join-Path $script:module 'ImapMigration.Interop.dll'))
}

# A new store of its own, for this session.
function Connect-TestStore([string] $Folder) {
    Import-ModuleUnderTest
    $null = Connect-MigrationStore -Path (Join-Path $Folder "store-$([guid]::NewGuid().ToString('N').Substring(0, 8))") -ErrorAction Stop
}

# A source and a target that nobody looks at.
function New-UnreachableEndpoint {
    $unreachable = @{ RemoteServer = '127.0.0.1'; Port = 9; SkipVerification = $true; ErrorAction = 'Stop' }
    New-MigrationEndpoint -IMAP -Name 'Source' @unreachable
    New-MigrationEndpoint -IMAP -Name 'Target' -Target @unreachable
}

# The bytes of a CSV with that many users, or with these addresses.
function Get-TestCsv([string[]] $Address = 'anna@contoso.com') {
    $rows = $Address | ForEach-Object { "$_,$(($_ -split '@')[0]),P@ss,P@ss`r`n" }
    [Text.Encoding]::UTF8.GetBytes("EmailAddress,UserName,Password,TargetPassword`r`n$(-join $rows)")
}

function Get-FixturePath([string] $Kind) {
    Get-ChildItem (Join-Path $script:fixtures $Kind) -Filter *.json
}

function Read-Fixture([string] $Name) {
    [IO.File]::ReadAllText((Join-Path $script:fixtures "$Name.json"))
}

# Reads JSON as the module does.
function Read-Contract([string] $Json, [type] $Type) {
    [ImapMigration.Interop.Contract.Json]::Read([Text.Encoding]::UTF8.GetBytes($Json), $Type)
}

# The object that a cmdlet writes for an event.
function Get-OutputObject([string] $Fixture) {
    $jobEvent = Read-Contract (Read-Fixture "events/$Fixture") ([ImapMigration.Interop.Contract.JobEvent])
    Invoke-Internal OutputObjects From $jobEvent
}

# Calls a static method that the assembly keeps to itself.
function Invoke-Internal([string] $Type, [string] $Method, $Argument) {
    $class = [ImapMigration.MigrationBatch].Assembly.GetType("ImapMigration.$Type")
    $class.GetMethod($Method, [Reflection.BindingFlags] 'NonPublic, Static').Invoke($null, @($Argument))
}

# The attribute of that type on a parameter.
function Get-ParameterAttribute([string] $Command, [string] $Parameter, [type] $Type) {
    (Get-Command $Command).Parameters[$Parameter].Attributes | Where-Object { $_ -is $Type }
}

function Get-ConfirmImpact([string] $Command) {
    $type = (Get-Command $Command).ImplementingType
    $attribute = [Attribute]::GetCustomAttribute($type, [Management.Automation.CmdletAttribute])
    if ($attribute.SupportsShouldProcess) { "$($attribute.ConfirmImpact)" } else { 'None' }
}

# The parameters of a set that a user sees, without the common ones.
function Get-VisibleParameter([string] $Command, [string] $Set) {
    $parameters = ((Get-Command $Command).ParameterSets | Where-Object Name -EQ $Set).Parameters
    $common = [Management.Automation.PSCmdlet]::CommonParameters + [Management.Automation.PSCmdlet]::OptionalCommonParameters
    foreach ($parameter in $parameters) {
        $hidden = $parameter.Attributes | Where-Object { $_ -is [Management.Automation.ParameterAttribute] -and $_.DontShow }
        if (-not $hidden -and $parameter.Name -notin $common) { $parameter.Name }
    }
}

# The first error of a command, and nothing else of it.
function Get-FirstError([scriptblock] $Command) {
    & $Command 2>&1 | Where-Object { $_ -is [Management.Automation.ErrorRecord] } | Select-Object -First 1
}

# The text as a SecureString.
function Get-Secure([string] $Text) {
    [Net.NetworkCredential]::new('', $Text).SecurePassword
}

# A certificate made on the spot, with its key: RSA unless told otherwise.
function New-TestCertificate([int] $Days = 365, [Security.Cryptography.AsymmetricAlgorithm] $Key = [Security.Cryptography.RSA]::Create(2048)) {
    $sha = [Security.Cryptography.HashAlgorithmName]::SHA256
    $request = if ($Key -is [Security.Cryptography.RSA]) {
        [Security.Cryptography.X509Certificates.CertificateRequest]::new('CN=Mover', $Key, $sha, [Security.Cryptography.RSASignaturePadding]::Pkcs1)
    }
    else { [Security.Cryptography.X509Certificates.CertificateRequest]::new('CN=Mover', $Key, $sha) }
    $request.CreateSelfSigned([datetimeoffset]::UtcNow.AddDays(-500), [datetimeoffset]::UtcNow.AddDays($Days))
}

# The file of a service account's key, with that key; `type` and more can be replaced.
function Get-ServiceAccountKey([hashtable] $Other = @{}) {
    $key = @{
        type = 'service_account'; client_email = 'mover@contoso.iam.gserviceaccount.com'; client_id = '104857600000000000000'; private_key_id = '4c1d'
        private_key = [Security.Cryptography.RSA]::Create(2048).ExportPkcs8PrivateKeyPem(); token_uri = 'https://oauth2.googleapis.com/token'
    }
    $Other.Keys | ForEach-Object { $key[$_] = $Other[$_] }
    $key | ConvertTo-Json
}

# Runs a script in a PowerShell of its own, with the module imported, and returns what it writes.
function Invoke-FreshPowerShell([string] $Script, [string] $Module = $script:module) {
    $import = "Import-Module '$(Join-Path $Module 'ImapMigration.psd1')'`n"
    $encoded = [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($import + $Script))
    & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -EncodedCommand $encoded
}

Export-ModuleMember -Function *
