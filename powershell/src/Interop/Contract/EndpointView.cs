#pragma warning disable CS1591 // The members are those of the Rust type of the same name, which documents them.

using System.Runtime.Serialization;

namespace ImapMigration.Interop.Contract;

/// <summary>An endpoint. Passwords are never shown.</summary>
[DataContract]
public sealed class EndpointView
{
    [DataMember(Name = "name")]
    public string Name { get; init; } = "";

    [DataMember(Name = "guid")]
    public string Guid { get; init; } = Unset.Guid;

    [DataMember(Name = "endpoint_type")]
    public string EndpointType { get; init; } = "";

    [DataMember(Name = "role")]
    public string Role { get; init; } = Unset.Role;

    [DataMember(Name = "remote_server")]
    public string? RemoteServer { get; init; }

    [DataMember(Name = "port")]
    public int? Port { get; init; }

    [DataMember(Name = "security")]
    public string? Security { get; init; }

    [DataMember(Name = "accept_untrusted_certificates")]
    public bool AcceptUntrustedCertificates { get; init; }

    [DataMember(Name = "path")]
    public string? Path { get; init; }

    [DataMember(Name = "max_concurrent_migrations")]
    public string MaxConcurrentMigrations { get; init; } = Unset.Limit;

    [DataMember(Name = "max_concurrent_incremental_syncs")]
    public string MaxConcurrentIncrementalSyncs { get; init; } = Unset.Limit;

    [DataMember(Name = "user_name")]
    public string? UserName { get; init; }

    [DataMember(Name = "admin_login_format")]
    public string AdminLoginFormat { get; init; } = "";

    [DataMember(Name = "login_separator")]
    public string LoginSeparator { get; init; } = "";

    [DataMember(Name = "oauth")]
    public OAuthView? OAuth { get; init; }

    [DataMember(Name = "active_migration_count")]
    public int ActiveMigrationCount { get; init; }

    [DataMember(Name = "active_incremental_sync_count")]
    public int ActiveIncrementalSyncCount { get; init; }

    [DataMember(Name = "created_at")]
    public string CreatedAt { get; init; } = Unset.Time;

    [DataMember(Name = "modified_at")]
    public string ModifiedAt { get; init; } = Unset.Time;
}
