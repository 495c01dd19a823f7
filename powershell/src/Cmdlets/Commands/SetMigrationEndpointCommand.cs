using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration.Commands;

/// <summary>Changes an endpoint. Name, role and type cannot change.</summary>
[Cmdlet(VerbsCommon.Set, "MigrationEndpoint", SupportsShouldProcess = true)]
public sealed class SetMigrationEndpointCommand : ExchangeCmdlet
{
    /// <summary>The name or guid.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [AllowNull, AllowEmptyString, IdentityArgument(typeof(MigrationEndpointIdParameter))]
    [ArgumentCompleter(typeof(EndpointNameCompleter))]
    public MigrationEndpointIdParameter? Identity { get; set; }

    /// <summary>What is piped where <c>$true</c>, the value of a switch, stands for the identity.</summary>
    [Parameter(DontShow = true, ValueFromPipeline = true)]
    [IdentityArgument(typeof(MigrationEndpointIdParameter), IsStrict = true)]
    public MigrationEndpointIdParameter? OtherId { get; set; }

    /// <summary>The host name of the IMAP server.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [TextArgument]
    public string? RemoteServer { get; set; }

    /// <summary>The TCP port.</summary>
    [Parameter]
    [ValueArgument(typeof(int), Least = 1, Most = 65535)]
    public int? Port { get; set; }

    /// <summary>Ssl is TLS from the first byte, Tls is STARTTLS.</summary>
    [Parameter]
    [ValueArgument(typeof(IMAPSecurityMechanism))]
    public IMAPSecurityMechanism? Security { get; set; }

    /// <summary>Whether any certificate will do. A boolean here, as in Exchange.</summary>
    [Parameter]
    [ValueArgument(typeof(bool))]
    public bool? AcceptUntrustedCertificates { get; set; }

    /// <summary>Basic: user name and password, by the best mechanism that the server offers.</summary>
    [Parameter]
    [ValueArgument(typeof(AuthenticationMethod))]
    public AuthenticationMethod? Authentication { get; set; }

    /// <summary>The folder of a Maildir endpoint.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [PathArgument]
    public string? Path { get; set; }

    /// <summary>Mailboxes in their initial sync at once.</summary>
    [Parameter]
    [ValueArgument(typeof(Unlimited))]
    public Unlimited? MaxConcurrentMigrations { get; set; }

    /// <summary>Mailboxes in an incremental sync at once.</summary>
    [Parameter]
    [ValueArgument(typeof(Unlimited))]
    public Unlimited? MaxConcurrentIncrementalSyncs { get; set; }

    /// <summary>The administrator who logs in for everybody.</summary>
    [Parameter]
    [CredentialArgument]
    public PSCredential? Credentials { get; set; }

    /// <summary>How the administrator logs in.</summary>
    [Parameter]
    [ValueArgument(typeof(AdminLoginFormat))]
    public AdminLoginFormat? AdminLoginFormat { get; set; }

    /// <summary>What stands between user and administrator in the Dovecot format.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [TextArgument]
    public string? LoginSeparator { get; set; }

    /// <summary>Do not test the connection first.</summary>
    [Parameter]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter SkipVerification { get; set; }

    /// <inheritdoc />
    private protected override void Process()
    {
        if (Named(Identity.Or(OtherId), "migration endpoint") is { } name)
        {
            Change($"Migration endpoint '{name}'", "Change", () => Operations.SetEndpoint(Changes(name)));
        }
    }

    private EndpointChanges Changes(string name) => new()
    {
        Identity = name,
        RemoteServer = RemoteServer,
        Port = Port,
        Security = Security?.ToString(),
        AcceptUntrustedCertificates = AcceptUntrustedCertificates,
        Path = Path is null ? null : FullPath(Path),
        MaxConcurrentMigrations = MaxConcurrentMigrations?.ToString(),
        MaxConcurrentIncrementalSyncs = MaxConcurrentIncrementalSyncs?.ToString(),
        Credentials = Credentials.ToLogin(),
        AdminLoginFormat = AdminLoginFormat?.ToString(),
        LoginSeparator = LoginSeparator,
        SkipVerification = SkipVerification,
    };
}
