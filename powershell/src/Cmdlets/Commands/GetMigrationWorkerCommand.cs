using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration.Commands;

/// <summary>Shows the background process that moves the mail.</summary>
[Cmdlet(VerbsCommon.Get, "MigrationWorker")]
[OutputType(typeof(MigrationWorker))]
public sealed class GetMigrationWorkerCommand : MigrationCmdlet
{
    /// <inheritdoc />
    private protected override void Process() => Send(Operations.GetWorker());
}
