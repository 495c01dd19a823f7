using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration.Commands;

/// <summary>Starts the background process, if none serves the store.</summary>
[Cmdlet(VerbsLifecycle.Start, "MigrationWorker", SupportsShouldProcess = true)]
[OutputType(typeof(MigrationWorker))]
public sealed class StartMigrationWorkerCommand : MigrationCmdlet
{
    /// <inheritdoc />
    private protected override void Process() => Change("Migration worker", "Start", Operations.StartWorker);
}
