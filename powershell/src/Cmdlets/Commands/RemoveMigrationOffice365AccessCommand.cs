using System.Collections.Generic;
using System.Management.Automation;

namespace ImapMigration.Commands;

/// <summary>Shows what gives an application access to mailboxes of Office 365, and with -Apply takes it back.</summary>
[Cmdlet(VerbsCommon.Remove, "MigrationOffice365Access", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(MigrationAccessStep))]
public sealed class RemoveMigrationOffice365AccessCommand : Office365AccessCmdlet
{
    /// <summary>Leave the service principal, as other mailboxes are still to be opened.</summary>
    [Parameter]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter KeepServicePrincipal { get; set; }

    /// <summary>Switch IMAP off for the mailboxes, too.</summary>
    [Parameter]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter DisableImap { get; set; }

    private protected override void Walk(AccessPlan plan, IReadOnlyCollection<string> mailboxes) =>
        Walk(plan.Take(mailboxes, KeepServicePrincipal, DisableImap));
}
