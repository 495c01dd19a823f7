namespace ImapMigration;

/// <content>Exchange's names for what is there, and its properties that are always the same for IMAP.</content>
public sealed partial class MigrationServerAvailability
{
    /// <summary>Exchange's further name of <see cref="TestedEndpoint"/>.</summary>
    public string? Identity => TestedEndpoint;

    /// <summary>Exchange's; always the same here.</summary>
    public bool IsValid => true;

    /// <summary>Exchange's; always the same here.</summary>
    public string ObjectState => "Unchanged";
}
