#pragma warning disable CS1591 // The members are those of the Rust type of the same name, which documents them.

using System.Runtime.Serialization;

namespace ImapMigration.Interop.Contract;

/// <summary>A new endpoint.</summary>
[DataContract]
public sealed class NewEndpoint
{
    [DataMember(Name = "name")]
    public string Name { get; init; } = "";

    [DataMember(Name = "role")]
    public string Role { get; init; } = "";

    [DataMember(Name = "location")]
    public Place Location { get; init; } = new();

    [DataMember(Name = "max_concurrent_migrations", EmitDefaultValue = false)]
    public string? MaxConcurrentMigrations { get; init; }

    [DataMember(Name = "max_concurrent_incremental_syncs", EmitDefaultValue = false)]
    public string? MaxConcurrentIncrementalSyncs { get; init; }

    [DataMember(Name = "credentials", EmitDefaultValue = false)]
    public LoginCredentials? Credentials { get; init; }

    [DataMember(Name = "admin_login_format")]
    public string AdminLoginFormat { get; init; } = "";

    [DataMember(Name = "login_separator", EmitDefaultValue = false)]
    public string? LoginSeparator { get; init; }

    [DataMember(Name = "oauth", EmitDefaultValue = false)]
    public OAuth? OAuth { get; init; }

    [DataMember(Name = "test_mailbox", EmitDefaultValue = false)]
    public string? TestMailbox { get; init; }

    [DataMember(Name = "skip_verification")]
    public bool SkipVerification { get; init; }
}

/// <summary>Which endpoints.</summary>
[DataContract]
public sealed class EndpointQuery
{
    [DataMember(Name = "identity", EmitDefaultValue = false)]
    public string? Identity { get; init; }

    [DataMember(Name = "endpoint_type", EmitDefaultValue = false)]
    public string? EndpointType { get; init; }
}

/// <summary>Changes of an endpoint: what is null stays as it is.</summary>
[DataContract]
public sealed class EndpointChanges
{
    [DataMember(Name = "identity")]
    public string Identity { get; init; } = "";

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

    [DataMember(Name = "max_concurrent_migrations", EmitDefaultValue = false)]
    public string? MaxConcurrentMigrations { get; init; }

    [DataMember(Name = "max_concurrent_incremental_syncs", EmitDefaultValue = false)]
    public string? MaxConcurrentIncrementalSyncs { get; init; }

    [DataMember(Name = "credentials", EmitDefaultValue = false)]
    public LoginCredentials? Credentials { get; init; }

    [DataMember(Name = "admin_login_format", EmitDefaultValue = false)]
    public string? AdminLoginFormat { get; init; }

    [DataMember(Name = "login_separator", EmitDefaultValue = false)]
    public string? LoginSeparator { get; init; }

    [DataMember(Name = "oauth", EmitDefaultValue = false)]
    public OAuthChanges? OAuth { get; init; }

    [DataMember(Name = "test_mailbox", EmitDefaultValue = false)]
    public string? TestMailbox { get; init; }

    [DataMember(Name = "skip_verification")]
    public bool SkipVerification { get; init; }
}

/// <summary>What to test: a server, or an endpoint by name.</summary>
[DataContract]
public sealed class ConnectionTest
{
    [DataMember(Name = "server", EmitDefaultValue = false)]
    public ImapServer? Server { get; init; }

    [DataMember(Name = "endpoint", EmitDefaultValue = false)]
    public string? Endpoint { get; init; }

    [DataMember(Name = "credentials", EmitDefaultValue = false)]
    public LoginCredentials? Credentials { get; init; }

    [DataMember(Name = "test_mailbox", EmitDefaultValue = false)]
    public string? TestMailbox { get; init; }
}
