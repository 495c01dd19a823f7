using System;
using System.Globalization;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace ImapMigration;

/// <summary>Takes a time without a zone for UTC, as Exchange Online does, and turns every other into UTC.</summary>
internal sealed class UtcDateTimeAttribute : ArgumentTransformationAttribute
{
    private const string Wanted = "a time, as in '2026-11-30 21:00Z'";

    // Microsoft documents "7/30/2020 9:00PM -700"; .NET wants the hour of the offset in two digits.
    private static readonly Regex ShortOffset = new(@"(?<=\s[+-])(?=\d{3}$)");

    /// <inheritdoc />
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        return Given.Base(inputData) switch
        {
            DateTime { Kind: DateTimeKind.Unspecified } time => DateTime.SpecifyKind(time, DateTimeKind.Utc),
            DateTime time => time.ToUniversalTime(),
            DateTimeOffset time => time.UtcDateTime,
            string text => Parse(text),
            null => null,
            _ => throw Given.Refusal(Wanted, inputData),
        };
    }

    private static DateTime Parse(string text)
    {
        var padded = ShortOffset.Replace(text.Trim(), "0");
        foreach (var culture in new[] { CultureInfo.CurrentCulture, CultureInfo.InvariantCulture })
        {
            if (DateTimeOffset.TryParse(padded, culture, DateTimeStyles.AssumeUniversal, out var time))
            {
                return time.UtcDateTime;
            }
        }

        throw Given.Refusal(Wanted, text);
    }
}
