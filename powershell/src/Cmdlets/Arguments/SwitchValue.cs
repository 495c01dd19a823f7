using System;
using System.Management.Automation;

namespace ImapMigration;

/// <summary>What stands alone on a command line: the <c>$true</c> of <c>-IncludeReport $true</c>, or what belongs nowhere.</summary>
public sealed class SwitchValue
{
    /// <summary>The <c>$true</c>; nothing else can be made a value of a switch, in proxies and mocks either.</summary>
    public SwitchValue(bool value)
        : this(value ? null : Given.Kind(value))
    {
        if (!value)
        {
            throw new PSInvalidCastException(SwitchValueAttribute.Refused(Stray!));
        }
    }

    private SwitchValue(string? stray) => Stray = stray;

    /// <summary>What kind of object belongs nowhere, and no more: it may be a row of a CSV.</summary>
    internal string? Stray { get; }

    /// <summary>The value, or its kind.</summary>
    public override string ToString() => Stray ?? bool.TrueString;

    /// <summary>The value that was given, whatever it is.</summary>
    internal static SwitchValue From(object? given) => new(Given.Base(given) is true ? null : Given.Kind(given));
}
