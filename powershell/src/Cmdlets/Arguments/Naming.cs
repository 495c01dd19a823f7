namespace ImapMigration;

/// <summary>What an identity was made of: a text, the <c>$true</c> of a switch, or something that names nothing.</summary>
internal sealed class Naming
{
    /// <summary>The <c>$true</c> of <c>-IncludeReport $true</c>, which stands where an identity would.</summary>
    internal static readonly Naming SwitchValue = new("", null);

    /// <summary>What was made past every constructor, as <c>New-MockObject</c> does it.</summary>
    internal static readonly Naming ByNothing = new("", null);

    private Naming(string text, string? stray, bool isRow = false)
    {
        Text = text;
        Stray = stray;
        IsRow = isRow;
    }

    /// <summary>The name, address or guid; empty if there is none.</summary>
    internal string Text { get; }

    /// <summary>What kind of object it was that names nothing, and no more: it may be a row. Null of what names something.</summary>
    internal string? Stray { get; }

    /// <summary>Whether what names nothing may be a row.</summary>
    internal bool IsRow { get; }

    /// <summary>The naming by a name, an address or a guid.</summary>
    internal static Naming By(string text) => new(text, null);

    /// <summary>The naming by what names nothing.</summary>
    internal static Naming ByStray(object? given) => new("", Given.Kind(given), Given.MayBeRow(given));
}
