#pragma warning disable CS1591 // The members are those of the Rust type of the same name, which documents them.

using System.Runtime.Serialization;

namespace ImapMigration.Interop.Contract;

/// <summary>The worker of a store.</summary>
[DataContract]
public sealed class WorkerView
{
    [DataMember(Name = "running")]
    public bool Running { get; init; }

    [DataMember(Name = "process_id")]
    public int? ProcessId { get; init; }

    [DataMember(Name = "started_at")]
    public string? StartedAt { get; init; }

    [DataMember(Name = "last_seen_at")]
    public string? LastSeenAt { get; init; }

    [DataMember(Name = "active_users")]
    public int ActiveUsers { get; init; }

    [DataMember(Name = "version")]
    public string? Version { get; init; }

    [DataMember(Name = "log_path")]
    public string? LogPath { get; init; }

    [DataMember(Name = "store")]
    public string Store { get; init; } = "";

    [DataMember(Name = "message")]
    public string? Message { get; init; }
}
