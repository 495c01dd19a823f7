using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration.Commands;

/// <summary>Stops a batch. What is copied stays; Start-MigrationBatch resumes.</summary>
[Cmdlet(VerbsLifecycle.Stop, "MigrationBatch", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class StopMigrationBatchCommand : BatchActionCmdlet
{
    private protected override string Action => "Stop";

    private protected override Request RequestFor(ObjectIdentity batch) => Operations.StopBatch(batch);
}
