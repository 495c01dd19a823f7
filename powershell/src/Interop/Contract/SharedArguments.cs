#pragma warning disable CS1591 // The members are those of the Rust type of the same name, which documents them.

using System.Runtime.Serialization;

namespace ImapMigration.Interop.Contract;

/// <summary>One endpoint, batch or user: a name, an address or a guid.</summary>
[DataContract]
public sealed class ObjectIdentity
{
    [DataMember(Name = "identity")]
    public string Identity { get; init; } = "";
}

/// <summary>A user name and its password. Only ever written.</summary>
[DataContract]
public sealed class LoginCredentials
{
    [DataMember(Name = "user_name")]
    public string UserName { get; init; } = "";

    [DataMember(Name = "password")]
    public string Password { get; init; } = "";
}

/// <summary>How to reach an IMAP server.</summary>
[DataContract]
public sealed class ImapServer
{
    [DataMember(Name = "remote_server")]
    public string RemoteServer { get; init; } = "";

    [DataMember(Name = "port")]
    public int Port { get; init; }

    [DataMember(Name = "security")]
    public string Security { get; init; } = "";

    [DataMember(Name = "accept_untrusted_certificates")]
    public bool AcceptUntrustedCertificates { get; init; }
}

/// <summary>Where mail lies: on an IMAP server, or in Maildir trees below a folder.</summary>
[DataContract]
public sealed class Place
{
    /// <summary>An IMAP server.</summary>
    public static Place Imap(ImapServer server) => new()
    {
        Kind = "imap",
        RemoteServer = server.RemoteServer,
        Port = server.Port,
        Security = server.Security,
        AcceptUntrustedCertificates = server.AcceptUntrustedCertificates,
    };

    /// <summary>A folder of Maildir trees.</summary>
    public static Place Maildir(string path) => new() { Kind = "maildir", Path = path };

    [DataMember(Name = "place")]
    public string Kind { get; init; } = "";

    [DataMember(Name = "remote_server", EmitDefaultValue = false)]
    public string? RemoteServer { get; init; }

    [DataMember(Name = "port", EmitDefaultValue = false)]
    public int? Port { get; init; }

    [DataMember(Name = "security", EmitDefaultValue = false)]
    public string? Security { get; init; }

    [DataMember(Name = "accept_untrusted_certificates", EmitDefaultValue = false)]
    public bool? AcceptUntrustedCertificates { get; init; }

    [DataMember(Name = "path", EmitDefaultValue = false)]
    public string? Path { get; init; }
}
