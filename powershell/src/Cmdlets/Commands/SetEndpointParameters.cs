using System.Management.Automation;
using System.Security;

namespace ImapMigration.Commands;

/// <summary>The parameters of Set-MigrationEndpoint: what is not given stays as it is.</summary>
public abstract class SetEndpointParameters : ExchangeCmdlet, ITokenParameters
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
    [ValueArgument(typeof(int), Least = 1, Most = 65535), ValidateRange(1, 65535)]
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

    /// <inheritdoc />
    [Parameter]
    [ValueArgument(typeof(MigrationCloud))]
    public MigrationCloud? Cloud { get; set; }

    /// <inheritdoc />
    [Parameter]
    [ValidateNotNullOrEmpty]
    [TextArgument]
    public string? TenantId { get; set; }

    /// <inheritdoc />
    [Parameter]
    [ValidateNotNullOrEmpty]
    [TextArgument]
    public string? ApplicationId { get; set; }

    /// <inheritdoc />
    [Parameter]
    [SecretArgument]
    public SecureString? ClientSecret { get; set; }

    /// <inheritdoc />
    [Parameter]
    [ValidateNotNullOrEmpty]
    [TextArgument]
    public string? CertificateThumbprint { get; set; }

    /// <inheritdoc />
    [Parameter]
    [ValidateNotNullOrEmpty]
    [PathArgument]
    public string? CertificateFile { get; set; }

    /// <inheritdoc />
    [Parameter]
    [SecretArgument]
    public SecureString? CertificatePassword { get; set; }

    /// <inheritdoc />
    [Parameter]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter Interactive { get; set; }

    /// <inheritdoc />
    [Parameter]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter DeviceCode { get; set; }

    /// <inheritdoc />
    [Parameter]
    [ValidateNotNullOrEmpty]
    [PathArgument]
    public string? ServiceAccountKey { get; set; }

    /// <inheritdoc />
    [Parameter]
    [KeyBytes]
    public object? ServiceAccountKeyFileData { get; set; }

    /// <inheritdoc />
    [Parameter]
    [ScriptArgument]
    public ScriptBlock? AccessToken { get; set; }

    /// <inheritdoc />
    [Parameter]
    [CommandLine]
    public object? TokenCommand { get; set; }

    /// <inheritdoc />
    [Parameter]
    [ValidateNotNullOrEmpty]
    [TextArgument]
    public string? Authority { get; set; }

    /// <inheritdoc />
    [Parameter]
    [ValidateNotNullOrEmpty]
    [TextArgument]
    public string? Scope { get; set; }

    /// <summary>A mailbox to log in to as part of the test, with a token.</summary>
    [Parameter]
    [Alias("EmailAddress")]
    [ValidateNotNullOrEmpty]
    [TextArgument]
    public string? TestMailbox { get; set; }

    /// <summary>Do not test the connection first.</summary>
    [Parameter]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter SkipVerification { get; set; }
}
