using System;
using System.Globalization;

namespace ImapMigration;

/// <summary>Times between the contract (RFC 3339 in UTC) and PowerShell (DateTime, which says whether it is local or in UTC).</summary>
/// <remarks>What scripts see is local, as the rest of PowerShell, unless its name ends in UTC: <c>(Get-Date) - $batch.StartDateTime</c>.</remarks>
internal static class Times
{
    /// <summary>A time of the contract, in UTC.</summary>
    internal static DateTime? OptionalUtc(string? rfc3339) => rfc3339 is null ? null : Utc(rfc3339);

    /// <summary>A time of the contract that is always there, in UTC.</summary>
    internal static DateTime Utc(string rfc3339) =>
        DateTimeOffset.Parse(rfc3339, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).UtcDateTime;

    /// <summary>A time of the contract, in the zone of this computer.</summary>
    internal static DateTime? OptionalLocal(string? rfc3339) => rfc3339 is null ? null : Local(rfc3339);

    /// <summary>A time of the contract that is always there, in the zone of this computer.</summary>
    internal static DateTime Local(string rfc3339) => Utc(rfc3339).ToLocalTime();

    /// <summary>A time in UTC for the contract.</summary>
    internal static string? Rfc3339(DateTime? utc) =>
        utc?.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
