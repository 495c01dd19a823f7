using System.Management.Automation;

namespace ImapMigration;

/// <summary>The <c>$true</c> of scripts that write <c>-IncludeReport $true</c>, as remote Exchange allows.</summary>
/// <remarks>One after the other: a list of all that remains would take misspelt parameters, too.</remarks>
public sealed class LooseValues
{
    /// <summary>The first.</summary>
    [Parameter(DontShow = true, Position = 1), AllowNull, SwitchValue]
    public SwitchValue? OtherValue1 { get; set; }

    /// <summary>The next.</summary>
    [Parameter(DontShow = true, Position = 2), AllowNull, SwitchValue]
    public SwitchValue? OtherValue2 { get; set; }

    /// <summary>The next.</summary>
    [Parameter(DontShow = true, Position = 3), AllowNull, SwitchValue]
    public SwitchValue? OtherValue3 { get; set; }

    /// <summary>The next.</summary>
    [Parameter(DontShow = true, Position = 4), AllowNull, SwitchValue]
    public SwitchValue? OtherValue4 { get; set; }

    /// <summary>The next.</summary>
    [Parameter(DontShow = true, Position = 5), AllowNull, SwitchValue]
    public SwitchValue? OtherValue5 { get; set; }

    /// <summary>Refuses whatever is more.</summary>
    [Parameter(DontShow = true, Position = 6), SwitchValue(IsLast = true)]
    public SwitchValue? OtherValues { get; set; }
}
