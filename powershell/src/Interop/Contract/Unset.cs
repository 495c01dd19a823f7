namespace ImapMigration.Interop.Contract;

/// <summary>What views hold that nobody has filled. Reading JSON sets nothing beforehand, so no missing key is hidden by it.</summary>
internal static class Unset
{
    internal const string Guid = "00000000-0000-0000-0000-000000000000";
    internal const string Time = "0001-01-01T00:00:00Z";
    internal const string Limit = "unlimited";
    internal const string Role = "source";
}
