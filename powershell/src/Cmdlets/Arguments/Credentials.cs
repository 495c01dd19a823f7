using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>Turns PowerShell's credentials into the contract's.</summary>
internal static class Credentials
{
    /// <summary>None for <see cref="PSCredential.Empty"/>, the default of wrappers. The password is in clear only inside the request, whose bytes are wiped.</summary>
    internal static LoginCredentials? ToLogin(this PSCredential? credential) => credential?.UserName is not { Length: > 0 } ? null : new LoginCredentials
    {
        UserName = credential.UserName.TrimStart('\\'),
        Password = credential.GetNetworkCredential().Password,
    };
}
