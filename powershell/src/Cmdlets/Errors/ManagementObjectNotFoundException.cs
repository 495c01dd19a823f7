using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>An endpoint, a batch or a user couldn't be found.</summary>
public sealed class ManagementObjectNotFoundException : MigrationException
{
    /// <summary>An error as a mock throws it.</summary>
    public ManagementObjectNotFoundException(string message) : base(message, new ErrorView())
    {
    }

    internal ManagementObjectNotFoundException(string message, ErrorView error) : base(message, error)
    {
    }
}
