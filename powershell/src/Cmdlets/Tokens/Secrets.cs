using System.Net;
using System.Security;

namespace ImapMigration;

/// <summary>Reads secrets, which are in clear only inside a request, whose bytes are wiped.</summary>
internal static class Secrets
{
    /// <summary>The text of a secret; null if there is none, or nothing in it.</summary>
    internal static string? ToText(this SecureString? secret) =>
        secret is { Length: > 0 } ? new NetworkCredential("", secret).Password : null;
}
