#pragma warning disable CS1591 // The members are those of the Rust type of the same name, which documents them.

using System.Runtime.Serialization;

namespace ImapMigration.Interop.Contract;

/// <summary>Which users.</summary>
[DataContract]
public sealed class UserQuery
{
    [DataMember(Name = "identity", EmitDefaultValue = false)]
    public string? Identity { get; init; }

    [DataMember(Name = "prefix", EmitDefaultValue = false)]
    public string? Prefix { get; init; }

    [DataMember(Name = "batch", EmitDefaultValue = false)]
    public string? Batch { get; init; }

    [DataMember(Name = "status", EmitDefaultValue = false)]
    public string? Status { get; init; }

    [DataMember(Name = "status_summary", EmitDefaultValue = false)]
    public string? StatusSummary { get; init; }

    [DataMember(Name = "email_address", EmitDefaultValue = false)]
    public string? EmailAddress { get; init; }

    [DataMember(Name = "mailbox_guid", EmitDefaultValue = false)]
    public string? MailboxGuid { get; init; }

    [DataMember(Name = "result_size", EmitDefaultValue = false)]
    public string? ResultSize { get; init; }
}

/// <summary>Whose statistics, and how much of them.</summary>
[DataContract]
public sealed class StatisticsQuery
{
    [DataMember(Name = "identity")]
    public string Identity { get; init; } = "";

    [DataMember(Name = "include_report")]
    public bool IncludeReport { get; init; }

    [DataMember(Name = "limit_skipped_items_to", EmitDefaultValue = false)]
    public int? LimitSkippedItemsTo { get; init; }
}

/// <summary>How to stop the worker.</summary>
[DataContract]
public sealed class WorkerStop
{
    [DataMember(Name = "timeout_seconds", EmitDefaultValue = false)]
    public long? TimeoutSeconds { get; init; }
}
