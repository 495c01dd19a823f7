using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>The store behind everything.</summary>
public sealed class MigrationStore
{
    private readonly StoreView? _view;

    internal MigrationStore(StoreView view) => _view = view;

    private StoreView View => _view ?? Blank<StoreView>.Value;

    /// <summary>Its folder or URL.</summary>
    public string Path => View.Path;

    /// <summary>Whether Connect-MigrationStore has just made it.</summary>
    public bool Created => View.Created;

    /// <summary>The version of its tables.</summary>
    public long SchemaVersion => View.SchemaVersion;

    /// <summary>How many endpoints it holds.</summary>
    public long EndpointCount => View.Endpoints;

    /// <summary>How many batches it holds.</summary>
    public long BatchCount => View.Batches;

    /// <summary>How many users it holds.</summary>
    public long UserCount => View.Users;
}
