using System.Management.Automation;

using ImapMigration.Interop;
using ImapMigration.Interop.Contract;

namespace ImapMigration.Commands;

/// <summary>Makes an endpoint: how to reach a source, or with -Target or -Maildir a target.</summary>
[Cmdlet(VerbsCommon.New, "MigrationEndpoint", SupportsShouldProcess = true, DefaultParameterSetName = ImapSet)]
[OutputType(typeof(MigrationEndpoint))]
public sealed class NewMigrationEndpointCommand : NewEndpointParameters
{
    private bool IsTarget => Target || ParameterSetName == MaildirSet;

    private MigrationCloud OwnCloud => Cloud ?? MigrationCloud.Global;

    private bool HasScript => AccessToken is not null || TokenCommand is not null;

    /// <inheritdoc />
    private protected override void Process() => Change(
        $"Migration endpoint '{Name}'",
        IsTarget ? "Create target endpoint" : "Create source endpoint",
        () => Operations.NewEndpoint(Endpoint()),
        WriteEndpoint);

    private NewEndpoint Endpoint() => new()
    {
        Name = Name,
        Role = IsTarget ? "target" : "source",
        Location = ParameterSetName == MaildirSet ? Place.Maildir(FullPath(Path)) : Place.Imap(Server()),
        MaxConcurrentMigrations = MaxConcurrentMigrations?.ToString(),
        MaxConcurrentIncrementalSyncs = MaxConcurrentIncrementalSyncs?.ToString(),
        Credentials = Credentials.ToLogin(),
        AdminLoginFormat = AdminLoginFormat.ToString(),
        LoginSeparator = LoginSeparator,
        OAuth = Tokens(),
        TestMailbox = TestMailbox,
        SkipVerification = SkipVerification,
    };

    private ImapServer Server() => new()
    {
        RemoteServer = RemoteServer.OrNull() ?? (ParameterSetName == GoogleSet ? Hosts.Google : Hosts.Of(OwnCloud)),
        Port = Port,
        Security = Security.ToString(),
        AcceptUntrustedCertificates = AcceptUntrustedCertificates,
    };

    private OAuth? Tokens() => ParameterSetName switch
    {
        Office365Set => TokensOf(OAuthProvider.Office365($"{OwnCloud}", EntraArguments.Tenant(TenantId!)), "Office365"),
        GoogleSet => TokensOf(OAuthProvider.Google(), "Google"),
        _ when HasScript => TokensOf(OAuthProvider.Other(), "Other"),
        _ => null,
    };

    private OAuth TokensOf(OAuthProvider provider, string name)
    {
        if (HasScript && Credentials.ToLogin() is not null)
        {
            throw Refusals.Argument("-Credentials was given, and tokens as well", "leave one of them out: who logs in with tokens has no password");
        }

        var reader = new GrantReader(this, this);
        return new OAuth
        {
            Provider = provider,
            Grant = reader.Needed(name),
            ApplicationId = reader.ApplicationId,
            Authority = Authority,
            Scope = Scope,
        };
    }
}
