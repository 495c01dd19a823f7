#pragma warning disable CS1591 // The members are those of the Rust type of the same name, which documents them.

using System.Runtime.Serialization;

namespace ImapMigration.Interop.Contract;

/// <summary>A migration user.</summary>
[DataContract]
public sealed class UserView
{
    [DataMember(Name = "identity")]
    public string Identity { get; init; } = "";

    [DataMember(Name = "guid")]
    public string Guid { get; init; } = Unset.Guid;

    [DataMember(Name = "batch")]
    public string Batch { get; init; } = "";

    [DataMember(Name = "status")]
    public string Status { get; init; } = "";

    [DataMember(Name = "status_summary")]
    public string StatusSummary { get; init; } = "";

    [DataMember(Name = "synced_item_count")]
    public long SyncedItemCount { get; init; }

    [DataMember(Name = "skipped_item_count")]
    public long SkippedItemCount { get; init; }

    [DataMember(Name = "last_successful_sync_at")]
    public string? LastSuccessfulSyncAt { get; init; }

    [DataMember(Name = "error_summary")]
    public string? ErrorSummary { get; init; }

    [DataMember(Name = "data_consistency_score")]
    public string? DataConsistencyScore { get; init; }

    [DataMember(Name = "csv_line")]
    public int CsvLine { get; init; }
}
