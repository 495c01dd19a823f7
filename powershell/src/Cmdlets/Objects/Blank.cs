namespace ImapMigration;

/// <summary>What an object shows that no cmdlet has filled, as <c>New-MockObject</c> makes one, past every constructor.</summary>
internal static class Blank<T>
    where T : new()
{
    internal static readonly T Value = new();
}
