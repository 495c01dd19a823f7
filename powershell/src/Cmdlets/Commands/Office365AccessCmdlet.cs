using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

using ImapMigration.Interop;
using ImapMigration.Interop.Contract;

namespace ImapMigration.Commands;

/// <summary>Setting up and taking down the access of an application to mailboxes: looks how each step stands, and does what is missing.</summary>
public abstract class Office365AccessCmdlet : Office365AccessParameters, IDisposable
{
    private readonly List<string> _given = [];

    private protected ExchangeSession Session => new(this);

    private protected EndpointView? Known { get; private set; }

    /// <inheritdoc />
    public void Dispose() => (CSVData as CsvBytes)?.Wipe();

    /// <inheritdoc />
    private protected override void Process() => _given.AddRange((EmailAddress ?? []).Select(one => one.OrNull()).OfType<string>());

    /// <inheritdoc />
    protected override void EndProcessing()
    {
        if (HasRefused)
        {
            return;
        }

        try
        {
            if (Subject() is { } subject)
            {
                CheckCanApply(subject);
                Walk(new AccessPlan(Session, subject), [.. Mailboxes().Distinct(StringComparer.OrdinalIgnoreCase)]);
            }
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            WriteError(ErrorRecords.ExchangeFailed("look for the service principal", null, e.Message, "Get-ServicePrincipal"));
        }
        catch (MigrationErrorException e)
        {
            WriteError(ErrorRecords.From(e.Error));
        }
    }

    private protected abstract void Walk(AccessPlan plan, IReadOnlyCollection<string> mailboxes);

    /// <summary>Looks at the steps one by one, does what is missing if that is asked for, and writes how each stands.</summary>
    private protected void Walk(IEnumerable<AccessStep> steps)
    {
        foreach (var step in steps)
        {
            WriteObject(Walk(step));
        }
    }

    private void CheckCanApply(AccessSubject subject)
    {
        if (Apply && !Session.IsConnected)
        {
            throw Refusals.Argument(
                "this session has no cmdlets of Exchange Online, so nothing can be applied", "Connect-ExchangeOnline first; or leave -Apply out, and type the commands");
        }

        if (Apply && subject is { ObjectId: null, Registered: null })
        {
            throw Refusals.Argument(
                "nothing says which enterprise application it is", "give its object id with -ServicePrincipalObjectId, or Connect-MgGraph first");
        }
    }

    private MigrationAccessStep Walk(AccessStep step)
    {
        try
        {
            var state = Session.IsConnected || step.Calls.Length == 0 ? step.Look() : MigrationAccessState.Unknown;
            var now = state == MigrationAccessState.Missing && Do(step) ? MigrationAccessState.Done : state;
            return new MigrationAccessStep(step, now, Session.IsConnected && now == MigrationAccessState.Unknown ? step.Doubt : null);
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            return Failed(step, e);
        }
    }

    private bool Do(AccessStep step)
    {
        if (!Apply || step.Calls.Length == 0 || !ShouldProcess(step.Mailbox ?? "Exchange Online", step.Command))
        {
            return false;
        }

        foreach (var call in step.Calls)
        {
            Session.Invoke(call);
        }

        return true;
    }

    // What fails for one mailbox is told, and the others go on.
    private MigrationAccessStep Failed(AccessStep step, RuntimeException e)
    {
        WriteError(ErrorRecords.ExchangeFailed(step.Name, step.Mailbox, e.Message, step.Command));
        return new MigrationAccessStep(step, MigrationAccessState.Unknown, e.Message);
    }

    private AccessSubject? Subject()
    {
        if (Endpoint.OrNull() is { } name)
        {
            Known = Query(Operations.GetEndpoints(new EndpointQuery { Identity = name })).FirstOrDefault()?.Endpoint;
            return Known is null ? null : WithObjectId(Of(Known));
        }

        return WithObjectId(new AccessSubject
        {
            Tenant = EntraArguments.Tenant(TenantId ?? throw Nobody()),
            ApplicationId = EntraArguments.Application(ApplicationId ?? throw Nobody()),
            Authority = Hosts.Authority(Cloud ?? MigrationCloud.Global),
        });
    }

    private static MigrationErrorException Nobody() => Refusals.Argument(
        "nothing says which application it is for", "name its endpoint with -Endpoint, or give -TenantId and -ApplicationId");

    private static AccessSubject Of(EndpointView endpoint) => endpoint.OAuth switch
    {
        { Provider: "Office365", Grant: "ClientSecret" or "Certificate", Tenant: { } tenant, ApplicationId: { } application } oauth => new AccessSubject
        {
            Tenant = tenant,
            ApplicationId = application,
            Authority = oauth.Authority ?? Hosts.Authority(MigrationCloud.Global),
            Claims = oauth.Claims,
        },
        _ => throw Refusals.Argument(
            $"at the endpoint `{endpoint.Name}` no application logs in to Office 365", "name one that was made with -Office365, and with a secret or a certificate"),
    };

    private AccessSubject WithObjectId(AccessSubject subject)
    {
        var given = ServicePrincipalObjectId is null ? null : EntraArguments.ObjectId(ServicePrincipalObjectId);
        var found = Session.EnterpriseApplication(subject.ApplicationId);
        if (given is not null && found is not null && !given.Equals(found, StringComparison.OrdinalIgnoreCase))
        {
            throw Refusals.Argument(
                $"`{given}` is not the object id of the enterprise application, which is `{found}`", "leave -ServicePrincipalObjectId out");
        }

        subject.ObjectId = given ?? found;
        subject.Registered = Session.Registered(subject.ApplicationId);
        return subject;
    }

    private IEnumerable<string> Mailboxes() =>
    [
        .. _given,
        .. CSVData is CsvBytes csv ? CsvAddresses.Read(csv, this, IsSource) : [],
        .. BatchId.OrNull() is { } batch ? UsersOf(batch) : [],
    ];

    private bool IsSource => Known?.Role == "source";

    private IEnumerable<string> UsersOf(string batch)
    {
        var query = new UserQuery { Batch = batch, ResultSize = Unlimited.UnlimitedValue.ToString() };
        return Query(Operations.GetUsers(query)).Select(item => item.User?.Identity).OfType<string>();
    }
}
