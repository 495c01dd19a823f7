using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration.Commands;

/// <summary>Shows what an application needs to open mailboxes of Office 365, and with -Apply does what is missing.</summary>
[Cmdlet(VerbsData.Initialize, "MigrationOffice365Access", SupportsShouldProcess = true)]
[OutputType(typeof(MigrationAccessStep))]
public sealed class InitializeMigrationOffice365AccessCommand : Office365AccessCmdlet
{
    private protected override void Walk(AccessPlan plan, IReadOnlyCollection<string> mailboxes)
    {
        Walk(plan.Give(mailboxes));
        if (Known is not null && mailboxes.Count > 0 && !IsWhatIf)
        {
            Try(Known.Name, mailboxes.First());
        }
    }

    // A login says more than all looking: one mailbox stands for the others.
    private void Try(string endpoint, string mailbox)
    {
        var test = Query(Operations.TestConnection(new ConnectionTest { Endpoint = endpoint, TestMailbox = mailbox })).FirstOrDefault()?.ConnectionTest;
        if (test is not null)
        {
            var step = new AccessStep
            {
                Name = "Log in",
                Mailbox = mailbox,
                Look = () => MigrationAccessState.Unknown,
                ByHand = $"{new ExchangeCall("Test-MigrationServerAvailability", ("Endpoint", endpoint), ("TestMailbox", mailbox))}",
            };
            var message = test.Error is null ? ErrorText.Sentence(test.Message) : ErrorText.Full(test.Error);
            WriteObject(new MigrationAccessStep(step, test.Success ? MigrationAccessState.Done : MigrationAccessState.Missing, message));
        }
    }
}
