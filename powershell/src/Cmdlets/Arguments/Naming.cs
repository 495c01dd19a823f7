namespace ImapMigration;

/// <summary>What an identity was made of: a text, the <c>$true</c> of a switch, or something that names nothing.</summary>
internal sealed class Naming
{
    /// <summary>The <c>$true</c> of <c>-IncludeReport $true</c>, which stands where an identity would.</summary>
    internal static readonly Naming SwitchValue = new("", null);

    /// <summary>What was made past every constructor, as <c>New-MockObject</c> does it.</summary>
    internal static readonly Naming ByNothing = new("", null);

    private Naming(string text, string? stray)
    {
        Text = text;
        Stray = stray;
    }

    /// <summary>The name, address or guid; empty if there is none.</summary>
    internal string Text { get; }

    /// <summary>What kind of object it was that names nothing, and no more: it may be a row. Null of what names something.</summary>
    internal string? Stray { get; }

    /// <summary>The naming by a name, an address or a guid.</summary>
    internal static Naming By(string text) => new(text, null);

    /// <summary>The naming by what names nothing.</summary>
    internal static Naming ByStray(object? given) => new("", Given.Kind(given));
}
