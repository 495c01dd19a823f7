namespace ImapMigration;

/// <summary>PowerShell turns the <c>$null</c> of a text parameter into an empty text; this turns it back.</summary>
internal static class Texts
{
    internal static string? OrNull(this string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
