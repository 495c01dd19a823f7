namespace ImapMigration;

/// <summary>Stands, in a parameter of text, for an argument that names nothing. It says what kind of object that was, and no more.</summary>
internal static class Stray
{
    // No name and no path holds it.
    private const char Mark = '\0';

    internal static string Of(object? value) => Mark + Given.Kind(value);

    /// <summary>What kind of object it was; null of a text that is none of these.</summary>
    internal static string? Kind(object? argument) =>
        argument is string { Length: > 0 } text && text[0] == Mark ? text.Substring(1) : null;
}
