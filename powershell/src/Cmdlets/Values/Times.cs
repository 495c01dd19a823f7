using System;
using System.Globalization;

namespace ImapMigration;

/// <summary>Times between the contract (RFC 3339 in UTC) and PowerShell (DateTime).</summary>
internal static class Times
{
    /// <summary>A time of the contract, in UTC.</summary>
    internal static DateTime? OptionalUtc(string? rfc3339) => rfc3339 is null ? null : Utc(rfc3339);

    /// <summary>A time of the contract that is always there, in UTC.</summary>
    internal static DateTime Utc(string rfc3339) =>
        DateTimeOffset.Parse(rfc3339, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).UtcDateTime;

    /// <summary>A time in UTC for the contract.</summary>
    internal static string? Rfc3339(DateTime? utc) =>
        utc?.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    /// <summary>A time in the batch's zone; without one, or with one that this machine does not know, in UTC.</summary>
    internal static DateTime? InZone(DateTime? utc, string? zone)
    {
        if (utc is not { } time || zone is null)
        {
            return utc;
        }

        try
        {
            return TimeZoneInfo.ConvertTimeFromUtc(time, TimeZoneInfo.FindSystemTimeZoneById(zone));
        }
        catch (Exception e) when (e is TimeZoneNotFoundException or InvalidTimeZoneException)
        {
            return utc;
        }
    }
}
