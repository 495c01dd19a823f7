using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>Start, stop and remove: what is done to one batch that has a name, or is the only one.</summary>
public abstract class BatchActionCmdlet : ExchangeCmdlet
{
    /// <summary>The batch: its name, its guid, or an object of Get-MigrationBatch. Without it the only batch there is.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowNull, AllowEmptyString, IdentityArgument]
    [ArgumentCompleter(typeof(BatchNameCompleter))]
    public string? Identity { get; set; }

    private protected abstract string Action { get; }

    /// <inheritdoc />
    private protected override void Process()
    {
        if (Target() is { } name && Confirmed($"Migration batch '{name}'"))
        {
            Send(RequestFor(new ObjectIdentity { Identity = name }));
        }
    }

    private protected abstract Request RequestFor(ObjectIdentity batch);

    private protected virtual bool Confirmed(string target) => ShouldProcess(target, Action);

    // Anything piped or bound, even $null, is an identity that must name something.
    private string? Target()
    {
        if (IsBound(nameof(Identity)) || MyInvocation.ExpectingInput)
        {
            return HasIdentity(Identity, "migration batch") ? Identity : null;
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
