#pragma warning disable CS1591 // The members are those of the Rust type of the same name, which documents them.

using System.Runtime.Serialization;

namespace ImapMigration.Interop.Contract;

/// <summary>What a connection test found, as far as it came.</summary>
[DataContract]
public sealed class ConnectionTestView
{
    [DataMember(Name = "success")]
    public bool Success { get; init; }

    [DataMember(Name = "message")]
    public string Message { get; init; } = "";

    [DataMember(Name = "error")]
    public ErrorView? Error { get; init; }

    [DataMember(Name = "endpoint")]
    public string? Endpoint { get; init; }

    [DataMember(Name = "remote_server")]
    public string? RemoteServer { get; init; }

    [DataMember(Name = "port")]
    public int? Port { get; init; }

    [DataMember(Name = "security")]
    public string? Security { get; init; }

    [DataMember(Name = "path")]
    public string? Path { get; init; }

    [DataMember(Name = "addresses")]
    public string[] Addresses { get; init; } = [];

    [DataMember(Name = "latency_ms")]
    public double? LatencyMilliseconds { get; init; }

    [DataMember(Name = "tls_version")]
    public string? TlsVersion { get; init; }

    [DataMember(Name = "cipher_suite")]
    public string? CipherSuite { get; init; }

    [DataMember(Name = "certificate")]
    public CertificateView? Certificate { get; init; }

    [DataMember(Name = "greeting")]
    public string? Greeting { get; init; }

    [DataMember(Name = "capabilities")]
    public string[] Capabilities { get; init; } = [];

    [DataMember(Name = "auth_mechanisms")]
    public string[] AuthMechanisms { get; init; } = [];

    [DataMember(Name = "server_software")]
    public string? ServerSoftware { get; init; }

    [DataMember(Name = "namespace_prefix")]
    public string? NamespacePrefix { get; init; }

    [DataMember(Name = "delimiter")]
    public string? Delimiter { get; init; }

    [DataMember(Name = "logged_in")]
    public bool LoggedIn { get; init; }

    [DataMember(Name = "claims")]
    public ClaimsView? Claims { get; init; }
}

/// <summary>A server's certificate.</summary>
[DataContract]
public sealed class CertificateView
{
    [DataMember(Name = "subject")]
    public string Subject { get; init; } = "";

    [DataMember(Name = "issuer")]
    public string Issuer { get; init; } = "";

    [DataMember(Name = "not_before")]
    public string? NotBefore { get; init; }

    [DataMember(Name = "not_after")]
    public string? NotAfter { get; init; }

    [DataMember(Name = "thumbprint")]
    public string Thumbprint { get; init; } = "";
}
