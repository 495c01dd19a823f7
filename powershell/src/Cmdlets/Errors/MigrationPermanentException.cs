using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>The same again would fail again, until somebody mends something.</summary>
public sealed class MigrationPermanentException : MigrationException
{
    internal MigrationPermanentException(string message, ErrorView error) : base(message, error)
    {
    }
}
