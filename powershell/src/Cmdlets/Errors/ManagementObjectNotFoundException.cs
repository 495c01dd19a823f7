using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>An endpoint, a batch or a user couldn't be found.</summary>
public sealed class ManagementObjectNotFoundException : MigrationException
{
    internal ManagementObjectNotFoundException(string message, ErrorView error) : base(message, error)
    {
    }
}
