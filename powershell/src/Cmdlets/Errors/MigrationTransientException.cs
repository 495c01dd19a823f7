using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>The same again may work.</summary>
public sealed class MigrationTransientException : MigrationException
{
    /// <summary>An error as a mock throws it.</summary>
    public MigrationTransientException(string message) : base(message, new ErrorView())
    {
    }

    internal MigrationTransientException(string message, ErrorView error) : base(message, error)
    {
    }
}
