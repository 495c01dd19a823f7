using System;

namespace ImapMigration;

/// <summary>What names a batch, a user or an endpoint: made of a name, an address, a guid, an object of that kind, or a row.</summary>
/// <remarks>
/// The type has the conversion (<see cref="IdParameterConverter"/>), so that proxies and mocks of the cmdlets, which keep types
/// and lose attributes of ours, take and refuse what the cmdlets do.
/// </remarks>
public abstract class MigrationIdParameter
{
    private readonly Naming? _naming;

    private protected MigrationIdParameter(Naming naming) => _naming = naming;

    internal Naming Naming => _naming ?? Naming.ByNothing;

    /// <summary>The name, address or guid.</summary>
    public override string ToString() => Naming.Stray ?? Naming.Text;

    /// <summary>Whether the other one is of the same kind and has the same text, in whatever case.</summary>
    public override bool Equals(object? obj) =>
        obj?.GetType() == GetType() && string.Equals($"{this}", $"{obj}", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc />
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(ToString());
}
