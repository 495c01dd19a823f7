using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>The steps by which an application gets access to mailboxes, and those that take it back.</summary>
internal sealed class AccessPlan
{
    private const string Role = "IMAP.AccessAsApp";

    private readonly ExchangeSession _session;
    private readonly AccessSubject _subject;

    internal AccessPlan(ExchangeSession session, AccessSubject subject) => (_session, _subject) = (session, subject);

    private string? Principal => _subject.ObjectId ?? _subject.Registered;

    /// <summary>The steps that give access.</summary>
    internal IEnumerable<AccessStep> Give(IReadOnlyCollection<string> mailboxes) =>
        [.. Identify(), Consent(), Register(), .. mailboxes.SelectMany(mailbox => new[] { Permit(mailbox), Switch(mailbox, on: true) })];

    /// <summary>The steps that take it back.</summary>
    internal IEnumerable<AccessStep> Take(IReadOnlyCollection<string> mailboxes, bool keepPrincipal, bool disableImap) =>
    [
        .. Identify(),
        .. mailboxes.Select(Forbid),
        .. disableImap ? mailboxes.Select(mailbox => Switch(mailbox, on: false)) : [],
        .. keepPrincipal ? Array.Empty<AccessStep>() : [Unregister()],
    ];

    // Only where nobody has said it, and Graph is not there to ask.
    private IEnumerable<AccessStep> Identify() => Principal is not null ? [] :
    [
        new AccessStep
        {
            Name = "Find the enterprise application",
            Look = () => MigrationAccessState.Unknown,
            ByHand = $"$principal = (Get-MgServicePrincipal -Filter \"appId eq '{_subject.ApplicationId}'\").Id",
        },
    ];

    private AccessStep Consent() => new()
    {
        Name = "Consent to " + Role,
        Look = () => _subject.Claims is not { } claims ? MigrationAccessState.Unknown : State(claims.Roles.Contains(Role)),
        ByHand = $"Start-Process '{_subject.ConsentLink}'",
    };

    // One with another object id, which is that of the app registration, is in the way and opens nothing.
    private AccessStep Register() => new()
    {
        Name = "Register the service principal",
        Look = () => _subject is { Registered: not null, ObjectId: null } ? MigrationAccessState.Unknown : State(_subject.IsRegistered),
        Doubt = "There is one. Whether its object id is that of the enterprise application, and not that of the app registration, only the portal or Graph can say.",
        Calls =
        [
            .. _subject is { Registered: { } wrong, IsRegistered: false } ? [Unregistering(wrong)] : Array.Empty<ExchangeCall>(),
            new ExchangeCall("New-ServicePrincipal", ("AppId", _subject.ApplicationId), ("ObjectId", Principal), ("DisplayName", "ImapMigration")),
        ],
    };

    private AccessStep Unregister() => new()
    {
        Name = "Remove the service principal",
        Look = () => State(_subject.Registered is null),
        Calls = [Unregistering(_subject.Registered ?? Principal)],
    };

    private AccessStep Permit(string mailbox) => new()
    {
        Name = "Give Full Access",
        Mailbox = mailbox,
        Look = () => State(HasAccess(mailbox)),
        Calls = [new ExchangeCall("Add-MailboxPermission", ("Identity", mailbox), ("User", Principal), ("AccessRights", "FullAccess"))],
    };

    private AccessStep Forbid(string mailbox) => new()
    {
        Name = "Take Full Access back",
        Mailbox = mailbox,
        Look = () => State(!HasAccess(mailbox)),
        Calls =
        [
            new ExchangeCall(
                "Remove-MailboxPermission", ("Identity", mailbox), ("User", Principal), ("AccessRights", "FullAccess"), ("Confirm", false)),
        ],
    };

    private AccessStep Switch(string mailbox, bool on) => new()
    {
        Name = on ? "Switch IMAP on" : "Switch IMAP off",
        Mailbox = mailbox,
        Look = () => State(One("Get-CASMailbox", ("Identity", mailbox)) is { } found && Is(found, "ImapEnabled") == on),
        Calls = [new ExchangeCall("Set-CASMailbox", ("Identity", mailbox), ("ImapEnabled", on))],
    };

    private static ExchangeCall Unregistering(string? objectId) => new("Remove-ServicePrincipal", ("Identity", objectId), ("Confirm", false));

    // Exchange does not know the user of whom a right is asked before it is registered.
    private bool HasAccess(string mailbox) => _subject.IsRegistered
        && All("Get-MailboxPermission", ("Identity", mailbox), ("User", Principal))
            .Any(right => !Is(right, "Deny") && LanguagePrimitives.ConvertTo<string>(Value(right, "AccessRights")).Contains("FullAccess"));

    private PSObject? One(string command, params (string Name, object? Value)[] parameters) => All(command, parameters).FirstOrDefault();

    private IEnumerable<PSObject> All(string command, params (string Name, object? Value)[] parameters) =>
        _session.Invoke(new ExchangeCall(command, parameters));

    private static object? Value(PSObject found, string property) => found.Properties[property]?.Value;

    private static bool Is(PSObject found, string property) => LanguagePrimitives.IsTrue(Value(found, property));

    private static MigrationAccessState State(bool isDone) => isDone ? MigrationAccessState.Done : MigrationAccessState.Missing;
}
