#pragma warning disable CS1591 // The members are those of the Rust type of the same name, which documents them.

using System.Runtime.Serialization;

namespace ImapMigration.Interop.Contract;

/// <summary>A user's statistics: the user, and what its passes did.</summary>
[DataContract]
public sealed class UserStatisticsView
{
    [DataMember(Name = "user")]
    public UserView User { get; init; } = new();

    [DataMember(Name = "progress")]
    public UserProgress Progress { get; init; } = new();

    [DataMember(Name = "percentage_complete")]
    public int PercentageComplete { get; init; }

    [DataMember(Name = "average_bytes_per_hour")]
    public long AverageBytesPerHour { get; init; }

    [DataMember(Name = "initial_seeding_completed_at")]
    public string? InitialSeedingCompletedAt { get; init; }

    [DataMember(Name = "last_updated_at")]
    public string LastUpdatedAt { get; init; } = Unset.Time;

    [DataMember(Name = "next_sync_at")]
    public string? NextSyncAt { get; init; }

    [DataMember(Name = "error")]
    public UserErrorView? Error { get; init; }

    [DataMember(Name = "skipped_items")]
    public SkippedItem[] SkippedItems { get; init; } = [];

    [DataMember(Name = "report")]
    public ReportEntry[] Report { get; init; } = [];
}

/// <summary>What the passes of a user have done so far: the model's <c>user::Progress</c>.</summary>
[DataContract]
public sealed class UserProgress
{
    [DataMember(Name = "source_items")]
    public long SourceItems { get; init; }

    [DataMember(Name = "source_bytes")]
    public long SourceBytes { get; init; }

    [DataMember(Name = "synced_items")]
    public long SyncedItems { get; init; }

    [DataMember(Name = "transferred_items")]
    public long TransferredItems { get; init; }

    [DataMember(Name = "transferred_bytes")]
    public long TransferredBytes { get; init; }

    [DataMember(Name = "skipped_items")]
    public long SkippedItems { get; init; }

    [DataMember(Name = "bytes_per_second")]
    public long BytesPerSecond { get; init; }

    [DataMember(Name = "status_detail")]
    public string StatusDetail { get; init; } = "";

    [DataMember(Name = "current_folder")]
    public string? CurrentFolder { get; init; }

    [DataMember(Name = "queued_ms")]
    public long QueuedMilliseconds { get; init; }

    [DataMember(Name = "in_progress_ms")]
    public long InProgressMilliseconds { get; init; }

    [DataMember(Name = "stalled_ms")]
    public long StalledMilliseconds { get; init; }
}

/// <summary>Why a user's last pass failed.</summary>
[DataContract]
public sealed class UserErrorView
{
    [DataMember(Name = "error")]
    public ErrorView Error { get; init; } = new();

    [DataMember(Name = "at")]
    public string? At { get; init; }
}

/// <summary>One thing that was not copied, with its cause.</summary>
[DataContract]
public sealed class SkippedItem
{
    [DataMember(Name = "kind")]
    public string Kind { get; init; } = "";

    [DataMember(Name = "folder_name")]
    public string FolderName { get; init; } = "";

    [DataMember(Name = "uid")]
    public long? Uid { get; init; }

    [DataMember(Name = "size")]
    public long? Size { get; init; }

    [DataMember(Name = "subject")]
    public string? Subject { get; init; }

    [DataMember(Name = "sender")]
    public string? Sender { get; init; }

    [DataMember(Name = "message_id")]
    public string? MessageId { get; init; }

    [DataMember(Name = "date_received")]
    public string? DateReceived { get; init; }

    [DataMember(Name = "date_sent")]
    public string? DateSent { get; init; }

    [DataMember(Name = "error_message")]
    public string ErrorMessage { get; init; } = "";
}
