using System.Management.Automation;
using System.Security;

namespace ImapMigration.Commands;

/// <summary>The parameters of New-MigrationEndpoint: where the server is, and who logs in.</summary>
public abstract class NewEndpointParameters : ExchangeCmdlet, ITokenParameters
{
    private protected const string ImapSet = "IMAP";
    private protected const string Office365Set = "Office365";
    private protected const string GoogleSet = "Google";
    private protected const string MaildirSet = "Maildir";

    /// <summary>The name: the endpoint's identity from now on.</summary>
    [Parameter(Mandatory = true)]
    [ValidateNotNullOrEmpty]
    [TextArgument]
    public string Name { get; set; } = "";

    /// <summary>An IMAP server.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ImapSet)]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter IMAP { get; set; }

    /// <summary>Exchange Online, in which applications and people log in with tokens of Entra.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Office365Set)]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter Office365 { get; set; }

    /// <summary>Gmail and Google Workspace.</summary>
    [Parameter(Mandatory = true, ParameterSetName = GoogleSet)]
    [Alias("Gmail")]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter Google { get; set; }

    /// <summary>A target: mail goes there. Without it the endpoint is a source.</summary>
    [Parameter(ParameterSetName = ImapSet)]
    [Parameter(ParameterSetName = Office365Set)]
    [Parameter(ParameterSetName = GoogleSet)]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter Target { get; set; }

    /// <summary>The host name of the IMAP server; Microsoft's and Google's are known.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ImapSet)]
    [Parameter(ParameterSetName = Office365Set)]
    [Parameter(ParameterSetName = GoogleSet)]
    [ValidateNotNullOrEmpty]
    [TextArgument]
    public string RemoteServer { get; set; } = "";

    /// <summary>The TCP port.</summary>
    [Parameter(ParameterSetName = ImapSet)]
    [Parameter(ParameterSetName = Office365Set)]
    [Parameter(ParameterSetName = GoogleSet)]
    [ValueArgument(typeof(int), Least = 1, Most = 65535), ValidateRange(1, 65535)]
    public int Port { get; set; } = 993;

    /// <summary>Ssl is TLS from the first byte, Tls is STARTTLS.</summary>
    [Parameter(ParameterSetName = ImapSet)]
    [Parameter(ParameterSetName = Office365Set)]
    [Parameter(ParameterSetName = GoogleSet)]
    [ValueArgument(typeof(IMAPSecurityMechanism))]
    public IMAPSecurityMechanism Security { get; set; } = IMAPSecurityMechanism.Ssl;

    /// <summary>Any certificate will do. Not for production.</summary>
    [Parameter(ParameterSetName = ImapSet)]
    [Parameter(ParameterSetName = Office365Set)]
    [Parameter(ParameterSetName = GoogleSet)]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter AcceptUntrustedCertificates { get; set; }

    /// <summary>Basic: user name and password, by the best mechanism that the server offers.</summary>
    [Parameter(ParameterSetName = ImapSet)]
    [ValueArgument(typeof(AuthenticationMethod))]
    public AuthenticationMethod Authentication { get; set; }

    /// <inheritdoc />
    [Parameter(ParameterSetName = ImapSet)]
    [ScriptArgument]
    public ScriptBlock? AccessToken { get; set; }

    /// <inheritdoc />
    [Parameter(ParameterSetName = ImapSet)]
    [CommandLine]
    public object? TokenCommand { get; set; }

    /// <inheritdoc />
    [Parameter(Mandatory = true, ParameterSetName = Office365Set)]
    [ValidateNotNullOrEmpty]
    [TextArgument]
    public string? TenantId { get; set; }

    /// <inheritdoc />
    [Parameter(Mandatory = true, ParameterSetName = Office365Set)]
    [Parameter(ParameterSetName = GoogleSet)]
    [ValidateNotNullOrEmpty]
    [TextArgument]
    public string? ApplicationId { get; set; }

    /// <inheritdoc />
    [Parameter(ParameterSetName = Office365Set)]
    [Parameter(ParameterSetName = GoogleSet)]
    [SecretArgument]
    public SecureString? ClientSecret { get; set; }

    /// <inheritdoc />
    [Parameter(ParameterSetName = Office365Set)]
    [ValidateNotNullOrEmpty]
    [TextArgument]
    public string? CertificateThumbprint { get; set; }

    /// <inheritdoc />
    [Parameter(ParameterSetName = Office365Set)]
    [ValidateNotNullOrEmpty]
    [PathArgument]
    public string? CertificateFile { get; set; }

    /// <inheritdoc />
    [Parameter(ParameterSetName = Office365Set)]
    [SecretArgument]
    public SecureString? CertificatePassword { get; set; }

    /// <inheritdoc />
    [Parameter(ParameterSetName = Office365Set)]
    [Parameter(ParameterSetName = GoogleSet)]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter Interactive { get; set; }

    /// <inheritdoc />
    [Parameter(ParameterSetName = Office365Set)]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter DeviceCode { get; set; }

    /// <inheritdoc />
    [Parameter(ParameterSetName = GoogleSet)]
    [ValidateNotNullOrEmpty]
    [PathArgument]
    public string? ServiceAccountKey { get; set; }

    /// <inheritdoc />
    [Parameter(ParameterSetName = GoogleSet)]
    [KeyBytes]
    public object? ServiceAccountKeyFileData { get; set; }

    /// <inheritdoc />
    [Parameter(ParameterSetName = Office365Set)]
    [ValueArgument(typeof(MigrationCloud))]
    public MigrationCloud? Cloud { get; set; }

    /// <inheritdoc />
    [Parameter(ParameterSetName = Office365Set)]
    [Parameter(ParameterSetName = GoogleSet)]
    [ValidateNotNullOrEmpty]
    [TextArgument]
    public string? Authority { get; set; }

    /// <inheritdoc />
    [Parameter(ParameterSetName = Office365Set)]
    [Parameter(ParameterSetName = GoogleSet)]
    [ValidateNotNullOrEmpty]
    [TextArgument]
    public string? Scope { get; set; }

    /// <summary>A mailbox to log in to as part of the test, with a token.</summary>
    [Parameter(ParameterSetName = ImapSet)]
    [Parameter(ParameterSetName = Office365Set)]
    [Parameter(ParameterSetName = GoogleSet)]
    [Alias("EmailAddress")]
    [ValidateNotNullOrEmpty]
    [TextArgument]
    public string? TestMailbox { get; set; }

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
    [Parameter(ParameterSetName = ImapSet)]
    [Parameter(ParameterSetName = MaildirSet)]
    [CredentialArgument]
    public PSCredential? Credentials { get; set; }

    /// <summary>How the administrator logs in.</summary>
    [Parameter(ParameterSetName = ImapSet)]
    [Parameter(ParameterSetName = MaildirSet)]
    [ValueArgument(typeof(AdminLoginFormat))]
    public AdminLoginFormat AdminLoginFormat { get; set; }

    /// <summary>What stands between user and administrator in the Dovecot format; * if not given.</summary>
    [Parameter(ParameterSetName = ImapSet)]
    [Parameter(ParameterSetName = MaildirSet)]
    [ValidateNotNullOrEmpty]
    [TextArgument]
    public string? LoginSeparator { get; set; }

    /// <summary>Do not test the connection first.</summary>
    [Parameter]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter SkipVerification { get; set; }
}
