using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration.Commands;

/// <summary>Ends the background process after its checkpoints. Batches rest until it is started again.</summary>
[Cmdlet(VerbsLifecycle.Stop, "MigrationWorker", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(MigrationWorker))]
public sealed class StopMigrationWorkerCommand : MigrationCmdlet
{
    /// <summary>Give up waiting after that many seconds; 30 if not given.</summary>
    [Parameter]
    [Alias("Timeout")]
    [ValueArgument(typeof(int), Least = 0), ValidateRange(0, int.MaxValue)]
    public int? TimeoutSec { get; set; }

    /// <inheritdoc />
    private protected override void Process() =>
        Change("Migration worker", "Stop", () => Operations.StopWorker(new WorkerStop { TimeoutSeconds = TimeoutSec }));
}
