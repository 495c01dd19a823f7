using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration.Commands;

/// <summary>Starts or resumes a batch, and tries its failed users again.</summary>
[Cmdlet(VerbsLifecycle.Start, "MigrationBatch", SupportsShouldProcess = true)]
public sealed class StartMigrationBatchCommand : BatchActionCmdlet
{
    /// <summary>Exchange Server's; ignored.</summary>
    [Parameter(DontShow = true), Ignored]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter Validate { get; set; }

    private protected override string Action => "Start";

    private protected override Request RequestFor(ObjectIdentity batch) => Operations.StartBatch(batch);
}
