using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration.Commands;

/// <summary>Tests a server or an endpoint. A failed test is an object with Result "Failed", not an error.</summary>
[Cmdlet(VerbsDiagnostic.Test, "MigrationServerAvailability", SupportsShouldProcess = true, DefaultParameterSetName = ImapSet)]
[OutputType(typeof(MigrationServerAvailability))]
public sealed class TestMigrationServerAvailabilityCommand : ExchangeCmdlet
{
    private const string ImapSet = "IMAP";
    private const string EndpointSet = "TestEndpoint";

    /// <summary>An IMAP server.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ImapSet)]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter Imap { get; set; }

    /// <summary>The host name.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ImapSet)]
    [ValidateNotNullOrEmpty]
    [TextArgument]
    public string RemoteServer { get; set; } = "";

    /// <summary>The TCP port.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ImapSet)]
    [ValueArgument(typeof(int), Least = 1, Most = 65535), ValidateRange(1, 65535)]
    public int Port { get; set; }

    /// <summary>Ssl is TLS from the first byte, Tls is STARTTLS.</summary>
    [Parameter(ParameterSetName = ImapSet)]
    [ValueArgument(typeof(IMAPSecurityMechanism))]
    public IMAPSecurityMechanism Security { get; set; } = IMAPSecurityMechanism.Ssl;

    /// <summary>Any certificate will do.</summary>
    [Parameter(ParameterSetName = ImapSet)]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter AcceptUntrustedCertificates { get; set; }

    /// <summary>Basic: user name and password, by the best mechanism that the server offers.</summary>
    [Parameter(ParameterSetName = ImapSet)]
    [ValueArgument(typeof(AuthenticationMethod))]
    public AuthenticationMethod Authentication { get; set; }

    /// <summary>An endpoint: its name, its guid, or an object of Get-MigrationEndpoint.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = EndpointSet)]
    [IdentityArgument(typeof(MigrationEndpointIdParameter))]
    [ArgumentCompleter(typeof(EndpointNameCompleter))]
    public MigrationEndpointIdParameter? Endpoint { get; set; }

    /// <summary>A mailbox to log in to with a token, of an endpoint that has tokens.</summary>
    [Parameter(ParameterSetName = EndpointSet)]
    [Alias("EmailAddress")]
    [ValidateNotNullOrEmpty]
    [TextArgument]
    public string? TestMailbox { get; set; }

    /// <summary>Log in, too.</summary>
    [Parameter]
    [CredentialArgument]
    public PSCredential? Credentials { get; set; }

    /// <inheritdoc />
    private protected override void Process()
    {
        var target = ParameterSetName == EndpointSet ? $"Migration endpoint '{Endpoint}'" : $"{RemoteServer}:{Port}";
        Change(target, "Test connection", () => Operations.TestConnection(Test()));
    }

    private ConnectionTest Test() => new()
    {
        Server = ParameterSetName == EndpointSet ? null : new ImapServer
        {
            RemoteServer = RemoteServer,
            Port = Port,
            Security = Security.ToString(),
            AcceptUntrustedCertificates = AcceptUntrustedCertificates,
        },
        Endpoint = Endpoint.OrNull(),
        Credentials = Credentials.ToLogin(),
        TestMailbox = TestMailbox,
    };
}
