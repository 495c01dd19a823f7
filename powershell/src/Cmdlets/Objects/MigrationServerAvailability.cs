using System;
using System.Globalization;

using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>What Test-MigrationServerAvailability found. Filled as far as the test came.</summary>
public sealed class MigrationServerAvailability
{
    private readonly ConnectionTestView _view;

    internal MigrationServerAvailability(ConnectionTestView view) => _view = view;

    /// <summary><c>Success</c> or <c>Failed</c>.</summary>
    public string Result => _view.Success ? "Success" : "Failed";

    /// <summary>One sentence.</summary>
    public string Message => ErrorText.Sentence(_view.Message);

    /// <summary>Always false: IMAP knows no cutover migration.</summary>
    public bool SupportsCutover => false;

    /// <summary>What failed, with the server's own words and the remedy.</summary>
    public string? ErrorDetail => _view.Error is null ? null : ErrorText.Full(_view.Error);

    /// <summary>What failed, as a stable word: the ErrorId.</summary>
    public string? ErrorCode => _view.Error is null ? null : ErrorTable.Of(_view.Error.Kind).Id;

    /// <summary>The endpoint's name, if one was tested.</summary>
    public string? TestedEndpoint => _view.Endpoint;

    /// <summary>The host.</summary>
    public string? RemoteServer => _view.RemoteServer;

    /// <summary>The port.</summary>
    public int? Port => _view.Port;

    /// <summary>How the connection was protected.</summary>
    public string? Security => _view.Security;

    /// <summary>The folder, of a Maildir endpoint.</summary>
    public string? Path => _view.Path;

    /// <summary>The addresses that the host name stands for.</summary>
    public string[] Addresses => _view.Addresses;

    /// <summary>How long the TCP connection took.</summary>
    public TimeSpan? Latency => _view.LatencyMilliseconds is { } ms ? TimeSpan.FromTicks((long)(ms * TimeSpan.TicksPerMillisecond)) : null;

    /// <summary>The version of TLS.</summary>
    public string? TlsVersion => _view.TlsVersion;

    /// <summary>The cipher suite.</summary>
    public string? CipherSuite => _view.CipherSuite;

    /// <summary>Whom the certificate names.</summary>
    public string? CertificateSubject => _view.Certificate?.Subject;

    /// <summary>Who signed the certificate.</summary>
    public string? CertificateIssuer => _view.Certificate?.Issuer;

    /// <summary>From when the certificate is valid.</summary>
    public DateTime? CertificateNotBefore => Times.OptionalLocal(_view.Certificate?.NotBefore);

    /// <summary>Until when the certificate is valid.</summary>
    public DateTime? CertificateNotAfter => Times.OptionalLocal(_view.Certificate?.NotAfter);

    /// <summary>SHA-256 of the certificate.</summary>
    public string? CertificateThumbprint => _view.Certificate?.Thumbprint;

    /// <summary>The server's first line.</summary>
    public string? Greeting => _view.Greeting;

    /// <summary>What the server can do.</summary>
    public string[] Capabilities => _view.Capabilities;

    /// <summary>The ways to log in.</summary>
    public string[] AuthMechanisms => _view.AuthMechanisms;

    /// <summary>What the server says it is.</summary>
    public string? ServerSoftware => _view.ServerSoftware;

    /// <summary>The prefix of personal folders, after a login.</summary>
    public string? NamespacePrefix => _view.NamespacePrefix;

    /// <summary>What separates folder levels, after a login.</summary>
    public string? Delimiter => _view.Delimiter;

    /// <summary>Whether a login was tried and worked.</summary>
    public bool LoggedIn => _view.LoggedIn;

    /// <summary>The endpoint, or host and port: <c>mail.contoso.com:993</c>.</summary>
    public string? ConnectionSettings => _view.Endpoint ?? _view.Path
        ?? string.Format(CultureInfo.InvariantCulture, "{0}:{1}", _view.RemoteServer, _view.Port);
}
