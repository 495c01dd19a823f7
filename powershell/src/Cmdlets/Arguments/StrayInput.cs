namespace ImapMigration;

/// <summary>Whatever was piped, of which no more than the kind is kept. Nothing converts to it: proxies and mocks refuse.</summary>
public sealed class StrayInput
{
    private readonly string _kind;

    internal StrayInput(object? given) => _kind = Given.Kind(given);

    /// <summary>The kind of object.</summary>
    public override string ToString() => _kind;
}
