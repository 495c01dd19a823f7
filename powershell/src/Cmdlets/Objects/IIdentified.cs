namespace ImapMigration;

/// <summary>An object that a cmdlet can be told to act on.</summary>
internal interface IIdentified
{
    /// <summary>What names exactly this object to the library: a name or a guid.</summary>
    string Key { get; }
}
