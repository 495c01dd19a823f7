using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>Turns PowerShell's credentials into the contract's.</summary>
internal static class Credentials
{
    /// <summary>The password is in clear only inside the request, whose bytes are wiped.</summary>
    internal static LoginCredentials? ToLogin(this PSCredential? credential) => credential is null ? null : new LoginCredentials
    {
        UserName = credential.UserName.TrimStart('\\'),
        Password = credential.GetNetworkCredential().Password,
    };
}
