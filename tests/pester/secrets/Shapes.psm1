# A password in every shape in which it may get into an argument.

# One row of a CSV.
function Get-Row([string] $Secret, [string] $User = 'anna') {
    [pscustomobject]@{ EmailAddress = "$User@contoso.test"; UserName = $User; Password = $Secret; TargetPassword = $Secret }
}

# The shapes by name. Lists and bytes come as one object each.
function Get-Shape([string] $Secret, [string] $Folder) {
    $line = "anna@contoso.test,anna,$Secret,$Secret"
    $text = "EmailAddress,UserName,Password,TargetPassword`r`n$line`r`n"
    $bytes = [Text.Encoding]::UTF8.GetBytes($text)
    $file = Join-Path $Folder 'users.csv'
    [IO.File]::WriteAllBytes($file, $bytes)
    $secure = ConvertTo-SecureString $Secret -AsPlainText -Force
    [ordered]@{
        row        = Get-Row $Secret
        text       = $text
        line       = $line
        lines      = $text -split "`r`n"
        semicolons = $line -replace ',', ';'
        path       = $file
        file       = Get-Item $file
        bytes      = $bytes
        rowAndNull = @($null, (Get-Row $Secret))
        hashtable  = @{ EmailAddress = 'anna@contoso.test'; UserName = 'anna'; Password = $Secret }
        pair       = [Collections.Generic.KeyValuePair[string, string]]::new('anna@contoso.test', $Secret)
        builder    = [Text.StringBuilder]::new($line)
        secure     = $secure
        credential = [pscredential]::new('anna', $secure)
        identity   = [pscustomobject]@{ Identity = $line; Name = $line; Path = $line; FullName = $line; Endpoint = $line }
    }
}

Export-ModuleMember Get-Row, Get-Shape
