using System;
using System.Collections.Generic;
using System.Linq;

namespace ImapMigration.Interop;

/// <summary>The environment variables that the library heeds, as they are now.</summary>
/// <remarks>On Unix .NET has a copy of its own: what PowerShell's <c>$env:</c> sets, no native code sees.</remarks>
internal static class HostEnvironment
{
    private static readonly string[] Names =
    [
        "IMAP_MIGRATION_STORE", "IMAP_MIGRATION_WORKER", "IMAP_MIGRATION_LOG",
        "HOME", "XDG_STATE_HOME", "ProgramData", "SSL_CERT_FILE", "SSL_CERT_DIR",
        "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy",
    ];

    internal static Dictionary<string, string?> Current =>
        Names.ToDictionary(name => name, name => (string?)Environment.GetEnvironmentVariable(name));
}
