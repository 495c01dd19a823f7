using System;
using System.Linq;
using System.Management.Automation;

using ImapMigration.Interop;
using ImapMigration.Interop.Contract;

namespace ImapMigration.Commands;

/// <summary>Changes an endpoint. Name, role and type cannot change, nor whose tokens it has.</summary>
[Cmdlet(VerbsCommon.Set, "MigrationEndpoint", SupportsShouldProcess = true)]
public sealed class SetMigrationEndpointCommand : SetEndpointParameters
{
    private static readonly string[] TokenParameters = [.. typeof(ITokenParameters).GetProperties().Select(property => property.Name)];

    /// <inheritdoc />
    private protected override void Process()
    {
        if (Named(Identity.Or(OtherId), "migration endpoint") is { } name && Before(name) is { } before)
        {
            Change($"Migration endpoint '{name}'", "Change", () => Operations.SetEndpoint(Changes(name, before)));
        }
    }

    // Which of the parameters fit depends on the endpoint; one that is not there is an error already.
    private EndpointView? Before(string name) => TokenParameters.Any(IsBound)
        ? Query(Operations.GetEndpoints(new EndpointQuery { Identity = name })).FirstOrDefault()?.Endpoint
        : new EndpointView();

    private EndpointChanges Changes(string name, EndpointView endpoint) => new()
    {
        Identity = name,
        RemoteServer = RemoteServer ?? Moved(endpoint),
        Port = Port,
        Security = Security?.ToString(),
        AcceptUntrustedCertificates = AcceptUntrustedCertificates,
        Path = Path is null ? null : FullPath(Path),
        MaxConcurrentMigrations = MaxConcurrentMigrations?.ToString(),
        MaxConcurrentIncrementalSyncs = MaxConcurrentIncrementalSyncs?.ToString(),
        Credentials = Credentials.ToLogin(),
        AdminLoginFormat = AdminLoginFormat?.ToString(),
        LoginSeparator = LoginSeparator,
        OAuth = TokenParameters.Any(IsBound) ? Tokens(endpoint.OAuth) : null,
        TestMailbox = TestMailbox,
        SkipVerification = SkipVerification,
    };

    // Each cloud has mailboxes of its own; a server that the admin named stays.
    private string? Moved(EndpointView endpoint) =>
        Cloud is { } cloud && Enum.TryParse<MigrationCloud>(endpoint.OAuth?.Cloud, out var before) && endpoint.RemoteServer == Hosts.Of(before)
            ? Hosts.Of(cloud)
            : null;

    private OAuthChanges Tokens(OAuthView? before)
    {
        var reader = new GrantReader(this, this);
        var grant = reader.Read(before?.Provider ?? "Other");
        return new OAuthChanges
        {
            Cloud = Cloud?.ToString(),
            Tenant = TenantId is null ? null : EntraArguments.Tenant(TenantId),
            ApplicationId = reader.ApplicationId,
            Authority = Authority,
            Scope = Scope,
            Grant = grant,
        };
    }
}
