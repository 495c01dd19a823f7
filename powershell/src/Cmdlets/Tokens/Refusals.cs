using ImapMigration.Interop;
using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>Refuses arguments before anything is asked of a server.</summary>
internal static class Refusals
{
    /// <summary>An argument that cannot be used, and what to give instead. Neither may show a secret.</summary>
    internal static MigrationErrorException Argument(string message, string remedy) => new(new ErrorView
    {
        Kind = "invalid_argument",
        Message = message,
        Remedy = remedy,
    });
}
