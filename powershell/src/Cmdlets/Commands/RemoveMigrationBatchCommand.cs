using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration.Commands;

/// <summary>Removes a batch, its users and their reports. The mail stays where it is.</summary>
[Cmdlet(VerbsCommon.Remove, "MigrationBatch", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveMigrationBatchCommand : BatchActionCmdlet
{
    /// <summary>Do not ask.</summary>
    [Parameter]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter Force { get; set; }

    private protected override string Action => "Remove";

    private protected override Request RequestFor(ObjectIdentity batch) => Operations.RemoveBatch(batch);

    // -Force answers the question; it does not turn -WhatIf off, nor a -Confirm that was asked for.
    private protected override bool Confirmed(string target, string action) =>
        (Force && !IsWhatIf && !IsBound("Confirm")) || base.Confirmed(target, action);
}
