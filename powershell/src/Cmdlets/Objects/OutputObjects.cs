using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>Turns items of a job into what cmdlets write.</summary>
internal static class OutputObjects
{
    /// <summary>The object of an <c>item</c> event; null for an item of a newer library.</summary>
    internal static object? From(JobEvent item) => item switch
    {
        { Batch: { } view } => new MigrationBatch(view),
        { User: { } view } => new MigrationUser(view),
        { UserStatistics: { } view } => new MigrationUserStatistics(view),
        { Endpoint: { } view } => new MigrationEndpoint(view),
        { ConnectionTest: { } view } => new MigrationServerAvailability(view),
        { CsvCheck: { } view } => new MigrationCsvCheck(view),
        { FolderVerification: { } view } => new MigrationFolderVerification(view),
        { Store: { } view } => new MigrationStore(view),
        { Worker: { } view } => new MigrationWorker(view),
        _ => null,
    };
}
