using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace ImapMigration;

/// <summary>Takes a time without a zone for UTC, as Exchange Online does, and turns every other into UTC.</summary>
/// <remarks>A text is read as PowerShell itself reads one, whatever the culture, and only then by the culture.</remarks>
internal sealed class UtcDateTimeAttribute : ArgumentTransformationAttribute
{
    private const string Wanted = "a time of this century, as in '2026-11-30 21:00Z'";

    // Microsoft documents "7/30/2020 9:00PM -700"; .NET wants the hour of the offset in two digits.
    private static readonly Regex ShortOffset = new(@"(?<=\s[+-])(?=\d{3}$)");

    /// <inheritdoc />
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => Given.Base(inputData) switch
    {
        null => null,
        DateTime { Kind: DateTimeKind.Unspecified } time => Near(DateTime.SpecifyKind(time, DateTimeKind.Utc)),
        DateTime time => Near(time.ToUniversalTime()),
        DateTimeOffset time => Near(time.UtcDateTime),
        string text => Readings(ShortOffset.Replace(text.Trim(), "0")).FirstOrDefault(IsNear) ?? throw Given.Refusal(Wanted, text),
        _ => throw Given.Refusal(Wanted, inputData),
    };

    // As PowerShell reads, then as people of this culture write: by their calendar (30/11/2569) or by ours (30/11/2026).
    private static IEnumerable<DateTime?> Readings(string text) =>
        from culture in new[] { CultureInfo.InvariantCulture, CultureInfo.CurrentCulture, Gregorian(CultureInfo.CurrentCulture) }
        select DateTimeOffset.TryParse(text, culture, DateTimeStyles.AssumeUniversal, out var time) ? time.UtcDateTime : (DateTime?)null;

    private static CultureInfo Gregorian(CultureInfo culture)
    {
        var other = (CultureInfo)culture.Clone();
        other.DateTimeFormat.Calendar = culture.OptionalCalendars.OfType<GregorianCalendar>().FirstOrDefault() ?? culture.DateTimeFormat.Calendar;
        return other;
    }

    private static object Near(DateTime time) => IsNear(time) ? time : throw Given.Refusal(Wanted, time);

    // A year of another calendar, taken for one of ours, is centuries away: 2026 is 1483 to a Thai computer.
    private static bool IsNear(DateTime? time) => time is { Year: >= 2000 and < 2100 };
}
