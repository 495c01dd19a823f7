using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration.Commands;

/// <summary>Waits, with progress, until a batch has nothing left to do now, and returns it.</summary>
[Cmdlet(VerbsLifecycle.Wait, "MigrationBatch")]
[OutputType(typeof(MigrationBatch))]
public sealed class WaitMigrationBatchCommand : MigrationCmdlet
{
    /// <summary>The batch: its name, its guid, or an object of Get-MigrationBatch.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [AllowNull, AllowEmptyString, IdentityArgument(typeof(MigrationBatchIdParameter))]
    [ArgumentCompleter(typeof(BatchNameCompleter))]
    public MigrationBatchIdParameter? Identity { get; set; }

    /// <summary>Give up after that many seconds; without it never.</summary>
    [Parameter]
    [Alias("Timeout")]
    [ValueArgument(typeof(int), Least = 0), ValidateRange(0, int.MaxValue)]
    public int? TimeoutSec { get; set; }

    /// <inheritdoc />
    private protected override void Process()
    {
        if (Named(Identity, "migration batch") is { } name)
        {
            Send(Operations.WaitBatch(new WaitBatch { Identity = name, TimeoutSeconds = TimeoutSec }));
        }
    }
}
