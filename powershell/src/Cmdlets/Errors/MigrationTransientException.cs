using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>The same again may work.</summary>
public sealed class MigrationTransientException : MigrationException
{
    internal MigrationTransientException(string message, ErrorView error) : base(message, error)
    {
    }
}
