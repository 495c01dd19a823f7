#pragma warning disable CS1591 // The members are those of the Rust type of the same name, which documents them.

using System.Runtime.Serialization;

namespace ImapMigration.Interop.Contract;

/// <summary>A batch.</summary>
[DataContract]
public sealed class BatchView
{
    [DataMember(Name = "name")]
    public string Name { get; init; } = "";

    [DataMember(Name = "guid")]
    public string Guid { get; init; } = Unset.Guid;

    [DataMember(Name = "status")]
    public string Status { get; init; } = "";

    [DataMember(Name = "source_endpoint")]
    public string SourceEndpoint { get; init; } = "";

    [DataMember(Name = "target_endpoint")]
    public string? TargetEndpoint { get; init; }

    [DataMember(Name = "counts")]
    public UserCounts Counts { get; init; } = new();

    [DataMember(Name = "options")]
    public BatchOptions Options { get; init; } = new();

    [DataMember(Name = "submitted_by")]
    public string SubmittedBy { get; init; } = "";

    [DataMember(Name = "created_at")]
    public string CreatedAt { get; init; } = Unset.Time;

    [DataMember(Name = "started_at")]
    public string? StartedAt { get; init; }

    [DataMember(Name = "initial_sync_at")]
    public string? InitialSyncAt { get; init; }

    [DataMember(Name = "last_synced_at")]
    public string? LastSyncedAt { get; init; }

    [DataMember(Name = "data_consistency_score")]
    public string? DataConsistencyScore { get; init; }

    [DataMember(Name = "totals_known")]
    public bool TotalsKnown { get; init; }

    [DataMember(Name = "source_items")]
    public long SourceItems { get; init; }

    [DataMember(Name = "source_bytes")]
    public long SourceBytes { get; init; }

    [DataMember(Name = "synced_items")]
    public long SyncedItems { get; init; }

    [DataMember(Name = "skipped_items")]
    public long SkippedItems { get; init; }

    [DataMember(Name = "transferred_bytes")]
    public long TransferredBytes { get; init; }

    [DataMember(Name = "percentage_complete")]
    public int PercentageComplete { get; init; }

    [DataMember(Name = "message")]
    public string? Message { get; init; }

    [DataMember(Name = "report")]
    public ReportEntry[] Report { get; init; } = [];
}

/// <summary>How many users of a batch are in which state.</summary>
[DataContract]
public sealed class UserCounts
{
    [DataMember(Name = "total")]
    public int Total { get; init; }

    [DataMember(Name = "syncing")]
    public int Syncing { get; init; }

    [DataMember(Name = "incremental_syncing")]
    public int IncrementalSyncing { get; init; }

    [DataMember(Name = "queued")]
    public int Queued { get; init; }

    [DataMember(Name = "incremental_queued")]
    public int IncrementalQueued { get; init; }

    [DataMember(Name = "synced")]
    public int Synced { get; init; }

    [DataMember(Name = "completed")]
    public int Completed { get; init; }

    [DataMember(Name = "failed_initial")]
    public int FailedInitial { get; init; }

    [DataMember(Name = "failed_incremental")]
    public int FailedIncremental { get; init; }

    [DataMember(Name = "stopped")]
    public int Stopped { get; init; }
}

/// <summary>A line of a report.</summary>
[DataContract]
public sealed class ReportEntry
{
    [DataMember(Name = "at")]
    public string At { get; init; } = Unset.Time;

    [DataMember(Name = "text")]
    public string Text { get; init; } = "";
}
