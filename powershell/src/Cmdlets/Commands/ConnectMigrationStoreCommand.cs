using System.Collections.Generic;
using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration.Commands;

/// <summary>Opens a store, making it if need be, and lets this session work with it.</summary>
[Cmdlet(VerbsCommunications.Connect, "MigrationStore")]
[OutputType(typeof(MigrationStore))]
public sealed class ConnectMigrationStoreCommand : MigrationCmdlet
{
    /// <summary>A folder, or the URL of a database. Without it the machine's store, or that of IMAP_MIGRATION_STORE.</summary>
    [Parameter(Position = 0)]
    [Alias("Url")]
    [ValidateNotNullOrEmpty]
    [PathArgument]
    public string? Path { get; set; }

    /// <inheritdoc />
    private protected override void Process()
    {
        var before = StoreSelection.Own;
        var opened = new List<JobEvent>();
        try
        {
            StoreSelection.Own = new(Path is null || Path.Contains("://") ? Path : FullPath(Path));
            opened = Query(Operations.OpenStore());
        }
        finally
        {
            // An error may end the pipeline here and now, as with -ErrorAction Stop.
            StoreSelection.Own = opened.Count > 0 ? StoreSelection.Own : before;
        }

        opened.ForEach(Write);
    }
}
