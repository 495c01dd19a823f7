using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>Start, stop and remove: what is done to one batch that has a name, or is the only one.</summary>
public abstract class BatchActionCmdlet : ExchangeCmdlet
{
    /// <summary>The batch: its name, its guid, or an object of Get-MigrationBatch. Without it the only batch there is.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [AllowNull, AllowEmptyString, IdentityArgument(typeof(MigrationBatchIdParameter))]
    [ArgumentCompleter(typeof(BatchNameCompleter))]
    public MigrationBatchIdParameter? Identity { get; set; }

    /// <summary>What is piped where <c>$true</c>, the value of a switch, stands for the identity.</summary>
    [Parameter(DontShow = true, ValueFromPipeline = true)]
    [IdentityArgument(typeof(MigrationBatchIdParameter), IsStrict = true)]
    public MigrationBatchIdParameter? OtherId { get; set; }

    private protected abstract string Action { get; }

    /// <inheritdoc />
    private protected override void Process()
    {
        if (Target() is { } name)
        {
            Change($"Migration batch '{name}'", Action, () => RequestFor(new ObjectIdentity { Identity = name }));
        }
    }

    private protected abstract Request RequestFor(ObjectIdentity batch);

    // Anything piped or bound, even $null or the value of a switch, is an identity that must name something.
    private string? Target()
    {
        if (IsBound(nameof(Identity)) || MyInvocation.ExpectingInput)
        {
            return Named(Identity.Or(OtherId), "migration batch");
        }

        var batches = Query(Operations.GetBatches(new BatchQuery { ResultSize = Unlimited.UnlimitedValue.ToString() }));
        if (batches.Count != 1)
        {
            WriteError(ErrorRecords.NotTheOnlyBatch(thereAreSeveral: batches.Count > 1));
            return null;
        }

        return batches[0].Batch?.Name;
    }
}
