using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>The store behind everything.</summary>
public sealed class MigrationStore
{
    private readonly StoreView _view;

    internal MigrationStore(StoreView view) => _view = view;

    /// <summary>Its folder or URL.</summary>
    public string Path => _view.Path;

    /// <summary>Whether Connect-MigrationStore has just made it.</summary>
    public bool Created => _view.Created;

    /// <summary>The version of its tables.</summary>
    public long SchemaVersion => _view.SchemaVersion;

    /// <summary>How many endpoints it holds.</summary>
    public long EndpointCount => _view.Endpoints;

    /// <summary>How many batches it holds.</summary>
    public long BatchCount => _view.Batches;

    /// <summary>How many users it holds.</summary>
    public long UserCount => _view.Users;
}
