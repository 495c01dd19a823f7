using System;
using System.Globalization;

using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>Tells in time that an application's certificate ends. When a secret ends, only the portal knows.</summary>
internal static class Expiry
{
    private static readonly TimeSpan Early = TimeSpan.FromDays(30);

    /// <summary>The warning of an endpoint's certificate; null if it lasts.</summary>
    internal static string? Warning(string endpoint, CertificateView certificate)
    {
        if (Times.OptionalUtc(certificate.NotAfter) is not { } end || end - DateTime.UtcNow > Early)
        {
            return null;
        }

        var day = end.ToLocalTime().ToString("d", CultureInfo.CurrentCulture);
        return $"The certificate '{certificate.Subject}' of the endpoint '{endpoint}' {(end < DateTime.UtcNow ? "ended" : "ends")} on {day}. "
            + "Upload another one to the app registration, and give it to Set-MigrationEndpoint.";
    }
}
