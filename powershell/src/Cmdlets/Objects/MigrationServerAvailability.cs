using System;
using System.Globalization;

using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>What Test-MigrationServerAvailability found. Filled as far as the test came.</summary>
public sealed partial class MigrationServerAvailability
{
    private readonly ConnectionTestView? _view;

    internal MigrationServerAvailability(ConnectionTestView view) => _view = view;

    private ConnectionTestView View => _view ?? Blank<ConnectionTestView>.Value;

    /// <summary><c>Success</c> or <c>Failed</c>.</summary>
    public string Result => View.Success ? "Success" : "Failed";

    /// <summary>One sentence.</summary>
    public string Message => ErrorText.Sentence(View.Message);

    /// <summary>Always false: IMAP knows no cutover migration.</summary>
    public bool SupportsCutover => false;

    /// <summary>What failed, with the server's own words and the remedy.</summary>
    public string? ErrorDetail => View.Error is null ? null : ErrorText.Full(View.Error);

    /// <summary>What failed, as a stable word: the ErrorId.</summary>
    public string? ErrorCode => View.Error is null ? null : ErrorTable.Of(View.Error.Kind).Id;

    /// <summary>The endpoint's name, if one was tested.</summary>
    public string? TestedEndpoint => View.Endpoint;

    /// <summary>The host.</summary>
    public string? RemoteServer => View.RemoteServer;

    /// <summary>The port.</summary>
    public int? Port => View.Port;

    /// <summary>How the connection was protected.</summary>
    public string? Security => View.Security;

    /// <summary>The folder, of a Maildir endpoint.</summary>
    public string? Path => View.Path;

    /// <summary>The addresses that the host name stands for.</summary>
    public string[] Addresses => View.Addresses;

    /// <summary>How long the TCP connection took.</summary>
    public TimeSpan? Latency => View.LatencyMilliseconds is { } ms ? TimeSpan.FromTicks((long)(ms * TimeSpan.TicksPerMillisecond)) : null;

    /// <summary>The version of TLS.</summary>
    public string? TlsVersion => View.TlsVersion;

    /// <summary>The cipher suite.</summary>
    public string? CipherSuite => View.CipherSuite;

    /// <summary>Whom the certificate names.</summary>
    public string? CertificateSubject => View.Certificate?.Subject;

    /// <summary>Who signed the certificate.</summary>
    public string? CertificateIssuer => View.Certificate?.Issuer;

    /// <summary>From when the certificate is valid.</summary>
    public DateTime? CertificateNotBefore => Times.OptionalLocal(View.Certificate?.NotBefore);

    /// <summary>Until when the certificate is valid.</summary>
    public DateTime? CertificateNotAfter => Times.OptionalLocal(View.Certificate?.NotAfter);

    /// <summary>SHA-256 of the certificate.</summary>
    public string? CertificateThumbprint => View.Certificate?.Thumbprint;

    /// <summary>The server's first line.</summary>
    public string? Greeting => View.Greeting;

    /// <summary>What the server can do.</summary>
    public string[] Capabilities => View.Capabilities;

    /// <summary>The ways to log in.</summary>
    public string[] AuthMechanisms => View.AuthMechanisms;

    /// <summary>What the server says it is.</summary>
    public string? ServerSoftware => View.ServerSoftware;

    /// <summary>The prefix of personal folders, after a login.</summary>
    public string? NamespacePrefix => View.NamespacePrefix;

    /// <summary>What separates folder levels, after a login.</summary>
    public string? Delimiter => View.Delimiter;

    /// <summary>Whether a login was tried and worked.</summary>
    public bool LoggedIn => View.LoggedIn;

    /// <summary>What the token says of itself, of an endpoint that has tokens.</summary>
    public MigrationTokenClaims? Claims => View.Claims is { } claims ? new MigrationTokenClaims(claims) : null;

    /// <summary>The endpoint, or host and port: <c>mail.contoso.com:993</c>.</summary>
    public string? ConnectionSettings => View.Endpoint ?? View.Path
        ?? string.Format(CultureInfo.InvariantCulture, "{0}:{1}", View.RemoteServer, View.Port);
}
