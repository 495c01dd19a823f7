using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>The same again would fail again, until somebody mends something.</summary>
public sealed class MigrationPermanentException : MigrationException
{
    /// <summary>An error as a mock throws it.</summary>
    public MigrationPermanentException(string message) : base(message, new ErrorView())
    {
    }

    internal MigrationPermanentException(string message, ErrorView error) : base(message, error)
    {
    }
}
