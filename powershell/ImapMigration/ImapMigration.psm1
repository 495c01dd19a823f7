# Loads the cmdlets and what PowerShell shows of their objects. .NET loads an assembly once a process, and PowerShell extends a
# type once a session: another copy of the module, in another folder, uses what is there, if it is the same version.

# Join-Path would load a module of PowerShell's first, which takes longer than all of this.
$file = "$PSScriptRoot/ImapMigration.dll"
try {
    Import-Module $file -ErrorAction Stop
}
catch {
    $loaded = [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -eq 'ImapMigration' }
    if (-not $loaded) { throw }
    $ours, $theirs = [Reflection.AssemblyName]::GetAssemblyName($file).Version, $loaded.GetName().Version
    if ($ours -ne $theirs) {
        throw "ImapMigration $theirs is loaded from '$($loaded.Location)'. Start a new PowerShell to use version $ours."
    }
    Import-Module -Assembly $loaded -ErrorAction Stop
    $Error.RemoveAt(0)
}

if (-not (Get-Module 'ImapMigration.Types' -All)) {
    Import-Module "$PSScriptRoot/ImapMigration.Types.psd1" -ErrorAction Stop
}
