using System.Linq;
using System.Text.RegularExpressions;

namespace ImapMigration;

/// <summary>Tells what may be a row of a CSV, and so hold a password: such a text is never shown.</summary>
internal static class Rows
{
    // A backslash takes the meaning from a separator, as in the lists of folders.
    private static readonly Regex Separator = new(@"(?<!\\)[,;|]");

    /// <summary>Whether a text has line breaks or tabs, two separators, or an address and a separator.</summary>
    internal static bool MayBe(string text)
    {
        var separators = Separator.Matches(text).Count;
        return text.Any(char.IsControl) || separators > 1 || (separators > 0 && text.Contains("@"));
    }
}
