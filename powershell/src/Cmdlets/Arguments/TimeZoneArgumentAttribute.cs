using System;
using System.Management.Automation;
using System.Security;

namespace ImapMigration;

/// <summary>Takes the name that this system has for a time zone.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class TimeZoneArgumentAttribute : TextArgumentAttribute
{
    private protected override string Wanted => "the name of a time zone, as in 'Pacific Standard Time'; Get-TimeZone -ListAvailable has all";

    private protected override bool IsRefused(string text, EngineIntrinsics engine) => base.IsRefused(text, engine) || !IsKnown(text);

    private static bool IsKnown(string text)
    {
        try
        {
            return TimeZoneInfo.FindSystemTimeZoneById(text) is not null;
        }
        catch (Exception e) when (e is TimeZoneNotFoundException or InvalidTimeZoneException or SecurityException)
        {
            return false;
        }
    }
}
