namespace ImapMigration;

/// <summary>Whatever was piped, of which no more than the kind is kept. Nothing converts to it: proxies and mocks refuse.</summary>
public sealed class StrayInput
{
    private static readonly IdentityKind Batches = IdentityKind.Of(typeof(MigrationBatchIdParameter));

    private readonly string _kind;

    internal StrayInput(object? given)
    {
        _kind = Given.Kind(given);
        IsRow = Given.MayBeRow(given);
        Batch = given is not null && Batches.Has(given) ? Batches.Identity(given) : null;
    }

    /// <summary>The batch that it is.</summary>
    internal MigrationIdParameter? Batch { get; }

    /// <summary>Whether it may be a row.</summary>
    internal bool IsRow { get; }

    /// <summary>The kind of object.</summary>
    public override string ToString() => _kind;
}
