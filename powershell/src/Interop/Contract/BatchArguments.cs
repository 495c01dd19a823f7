#pragma warning disable CS1591 // The members are those of the Rust type of the same name, which documents them.

using System.Runtime.Serialization;

namespace ImapMigration.Interop.Contract;

/// <summary>A CSV, to check or to make a batch from.</summary>
[DataContract]
public sealed class CsvCheck
{
    [DataMember(Name = "csv")]
    public string Csv { get; init; } = "";

    [DataMember(Name = "allow_unknown_columns")]
    public bool AllowUnknownColumns { get; init; }

    [DataMember(Name = "delimiter", EmitDefaultValue = false)]
    public string? Delimiter { get; init; }

    [DataMember(Name = "lenient")]
    public bool Lenient { get; init; }
}

/// <summary>A CSV to test on its own.</summary>
[DataContract]
public sealed class CsvTest
{
    [DataMember(Name = "csv")]
    public CsvCheck Csv { get; init; } = new();

    [DataMember(Name = "source_endpoint", EmitDefaultValue = false)]
    public string? SourceEndpoint { get; init; }
}

/// <summary>A new batch.</summary>
[DataContract]
public sealed class NewBatch
{
    [DataMember(Name = "name")]
    public string Name { get; init; } = "";

    [DataMember(Name = "source_endpoint")]
    public string SourceEndpoint { get; init; } = "";

    [DataMember(Name = "target_endpoint", EmitDefaultValue = false)]
    public string? TargetEndpoint { get; init; }

    [DataMember(Name = "csv", EmitDefaultValue = false)]
    public CsvCheck? Csv { get; init; }

    [DataMember(Name = "user_ids")]
    public string[] UserIds { get; init; } = [];

    [DataMember(Name = "disable_on_copy")]
    public bool DisableOnCopy { get; init; }

    [DataMember(Name = "adopt_preexisting")]
    public bool AdoptPreexisting { get; init; }

    [DataMember(Name = "options")]
    public BatchOptions Options { get; init; } = new();

    [DataMember(Name = "auto_start")]
    public bool AutoStart { get; init; }

    [DataMember(Name = "submitted_by")]
    public string SubmittedBy { get; init; } = "";
}

/// <summary>What the admin set on a batch. What is null has the library's default.</summary>
[DataContract]
public sealed class BatchOptions
{
    [DataMember(Name = "start_after", EmitDefaultValue = false)]
    public string? StartAfter { get; init; }

    [DataMember(Name = "complete_after", EmitDefaultValue = false)]
    public string? CompleteAfter { get; init; }

    [DataMember(Name = "include_folders", EmitDefaultValue = false)]
    public string[]? IncludeFolders { get; init; }

    [DataMember(Name = "exclude_folders", EmitDefaultValue = false)]
    public string[]? ExcludeFolders { get; init; }

    [DataMember(Name = "content_filter", EmitDefaultValue = false)]
    public string? ContentFilter { get; init; }

    [DataMember(Name = "repair", EmitDefaultValue = false)]
    public string[]? Repair { get; init; }

    [DataMember(Name = "notification_emails", EmitDefaultValue = false)]
    public string[]? NotificationEmails { get; init; }

    [DataMember(Name = "report_interval_seconds", EmitDefaultValue = false)]
    public long? ReportIntervalSeconds { get; init; }

    [DataMember(Name = "skip_reports")]
    public bool SkipReports { get; init; }

    [DataMember(Name = "time_zone", EmitDefaultValue = false)]
    public string? TimeZone { get; init; }

    [DataMember(Name = "allow_incremental_syncs", EmitDefaultValue = false)]
    public bool? AllowIncrementalSyncs { get; init; }

    [DataMember(Name = "auto_retry_count", EmitDefaultValue = false)]
    public int? AutoRetryCount { get; init; }

    [DataMember(Name = "analyze")]
    public bool Analyze { get; init; }
}

/// <summary>Which batches.</summary>
[DataContract]
public sealed class BatchQuery
{
    [DataMember(Name = "identity", EmitDefaultValue = false)]
    public string? Identity { get; init; }

    [DataMember(Name = "prefix", EmitDefaultValue = false)]
    public string? Prefix { get; init; }

    [DataMember(Name = "endpoint", EmitDefaultValue = false)]
    public string? Endpoint { get; init; }

    [DataMember(Name = "status", EmitDefaultValue = false)]
    public string? Status { get; init; }

    [DataMember(Name = "include_report")]
    public bool IncludeReport { get; init; }

    [DataMember(Name = "result_size", EmitDefaultValue = false)]
    public string? ResultSize { get; init; }
}

/// <summary>Changes of a batch: what is null stays as it is.</summary>
[DataContract]
public sealed class SetBatch
{
    [DataMember(Name = "identity")]
    public string Identity { get; init; } = "";

    [DataMember(Name = "csv", EmitDefaultValue = false)]
    public CsvCheck? Csv { get; init; }

    [DataMember(Name = "add_users")]
    public bool AddUsers { get; init; }

    [DataMember(Name = "sync_now")]
    public bool SyncNow { get; init; }

    [DataMember(Name = "restore_missing")]
    public bool RestoreMissing { get; init; }

    [DataMember(Name = "update")]
    public bool Update { get; init; }

    [DataMember(Name = "source_endpoint", EmitDefaultValue = false)]
    public string? SourceEndpoint { get; init; }

    [DataMember(Name = "target_endpoint", EmitDefaultValue = false)]
    public string? TargetEndpoint { get; init; }

    [DataMember(Name = "start_after", EmitDefaultValue = false)]
    public string? StartAfter { get; init; }

    [DataMember(Name = "complete_after", EmitDefaultValue = false)]
    public string? CompleteAfter { get; init; }

    [DataMember(Name = "include_folders", EmitDefaultValue = false)]
    public string[]? IncludeFolders { get; init; }

    [DataMember(Name = "exclude_folders", EmitDefaultValue = false)]
    public string[]? ExcludeFolders { get; init; }

    [DataMember(Name = "content_filter", EmitDefaultValue = false)]
    public string? ContentFilter { get; init; }

    [DataMember(Name = "repair", EmitDefaultValue = false)]
    public string[]? Repair { get; init; }

    [DataMember(Name = "notification_emails", EmitDefaultValue = false)]
    public string[]? NotificationEmails { get; init; }

    [DataMember(Name = "report_interval_seconds", EmitDefaultValue = false)]
    public long? ReportIntervalSeconds { get; init; }

    [DataMember(Name = "skip_reports", EmitDefaultValue = false)]
    public bool? SkipReports { get; init; }

    [DataMember(Name = "allow_incremental_syncs", EmitDefaultValue = false)]
    public bool? AllowIncrementalSyncs { get; init; }

    [DataMember(Name = "auto_retry_count", EmitDefaultValue = false)]
    public int? AutoRetryCount { get; init; }
}

/// <summary>A batch to wait for.</summary>
[DataContract]
public sealed class WaitBatch
{
    [DataMember(Name = "identity")]
    public string Identity { get; init; } = "";

    [DataMember(Name = "timeout_seconds", EmitDefaultValue = false)]
    public long? TimeoutSeconds { get; init; }
}
