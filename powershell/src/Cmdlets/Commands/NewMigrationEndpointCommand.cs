using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration.Commands;

/// <summary>Makes an endpoint: how to reach a source, or with -Target or -Maildir a target.</summary>
[Cmdlet(VerbsCommon.New, "MigrationEndpoint", SupportsShouldProcess = true, DefaultParameterSetName = ImapSet)]
[OutputType(typeof(MigrationEndpoint))]
public sealed class NewMigrationEndpointCommand : ExchangeCmdlet
{
    private const string ImapSet = "IMAP";
    private const string MaildirSet = "Maildir";

    /// <summary>The name: the endpoint's identity from now on.</summary>
    [Parameter(Mandatory = true)]
    [ValidateNotNullOrEmpty]
    [TextArgument]
    public string Name { get; set; } = "";

    /// <summary>An IMAP server.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ImapSet)]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter IMAP { get; set; }

    /// <summary>A target: mail goes there. Without it the endpoint is a source.</summary>
    [Parameter(ParameterSetName = ImapSet)]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter Target { get; set; }

    /// <summary>The host name of the IMAP server.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ImapSet)]
    [ValidateNotNullOrEmpty]
    [TextArgument]
    public string RemoteServer { get; set; } = "";

    /// <summary>The TCP port.</summary>
    [Parameter(ParameterSetName = ImapSet)]
    [ValueArgument(typeof(int), Least = 1, Most = 65535), ValidateRange(1, 65535)]
    public int Port { get; set; } = 993;

    /// <summary>Ssl is TLS from the first byte, Tls is STARTTLS.</summary>
    [Parameter(ParameterSetName = ImapSet)]
    [ValueArgument(typeof(IMAPSecurityMechanism))]
    public IMAPSecurityMechanism Security { get; set; } = IMAPSecurityMechanism.Ssl;

    /// <summary>Any certificate will do. Not for production.</summary>
    [Parameter(ParameterSetName = ImapSet)]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter AcceptUntrustedCertificates { get; set; }

    /// <summary>Basic: user name and password, by the best mechanism that the server offers.</summary>
    [Parameter(ParameterSetName = ImapSet)]
    [ValueArgument(typeof(AuthenticationMethod))]
    public AuthenticationMethod Authentication { get; set; }

    /// <summary>Maildir trees, one a user: always a target.</summary>
    [Parameter(Mandatory = true, ParameterSetName = MaildirSet)]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter Maildir { get; set; }

    /// <summary>The folder that holds the Maildir trees.</summary>
    [Parameter(Mandatory = true, ParameterSetName = MaildirSet)]
    [ValidateNotNullOrEmpty]
    [PathArgument]
    public string Path { get; set; } = "";

    /// <summary>Mailboxes in their initial sync at once; 20 if not given.</summary>
    [Parameter]
    [ValueArgument(typeof(Unlimited))]
    public Unlimited? MaxConcurrentMigrations { get; set; }

    /// <summary>Mailboxes in an incremental sync at once; 10 if not given.</summary>
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
    public AdminLoginFormat AdminLoginFormat { get; set; }

    /// <summary>What stands between user and administrator in the Dovecot format; * if not given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [TextArgument]
    public string? LoginSeparator { get; set; }

    /// <summary>Do not test the connection first.</summary>
    [Parameter]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter SkipVerification { get; set; }

    private bool IsTarget => Target || ParameterSetName == MaildirSet;

    /// <inheritdoc />
    private protected override void Process() => Change(
        $"Migration endpoint '{Name}'",
        IsTarget ? "Create target endpoint" : "Create source endpoint",
        () => Operations.NewEndpoint(Endpoint()));

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
        SkipVerification = SkipVerification,
    };

    private ImapServer Server() => new()
    {
        RemoteServer = RemoteServer,
        Port = Port,
        Security = Security.ToString(),
        AcceptUntrustedCertificates = AcceptUntrustedCertificates,
    };
}
