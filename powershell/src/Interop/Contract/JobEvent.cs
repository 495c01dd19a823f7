using System.Runtime.Serialization;

namespace ImapMigration.Interop.Contract;

/// <summary>One event of a job. <see cref="Kind"/> says which of the other members is there.</summary>
[DataContract]
public sealed class JobEvent
{
    /// <summary><c>item</c>, <c>progress</c>, <c>warning</c>, <c>sign_in</c>, <c>error</c> or, once and last, <c>finished</c>.</summary>
    [DataMember(Name = "event")]
    public string Kind { get; init; } = "";

    /// <summary>How far a wait is.</summary>
    [DataMember(Name = "progress")]
    public WaitProgress? Progress { get; init; }

    /// <summary>The sentence of a warning, or of a sign-in.</summary>
    [DataMember(Name = "message")]
    public string? Message { get; init; }

    /// <summary>Where a person has to sign in.</summary>
    [DataMember(Name = "url")]
    public string? Url { get; init; }

    /// <summary>What to type there; none where the address is enough.</summary>
    [DataMember(Name = "code")]
    public string? Code { get; init; }

    /// <summary>What failed.</summary>
    [DataMember(Name = "error")]
    public ErrorView? Error { get; init; }

    /// <summary><c>completed</c>, <c>failed</c> or <c>cancelled</c>.</summary>
    [DataMember(Name = "outcome")]
    public string? Outcome { get; init; }

    /// <summary>An item: the open store.</summary>
    [DataMember(Name = "store")]
    public StoreView? Store { get; init; }

    /// <summary>An item: an endpoint.</summary>
    [DataMember(Name = "endpoint")]
    public EndpointView? Endpoint { get; init; }

    /// <summary>An item: what a connection test found.</summary>
    [DataMember(Name = "connection_test")]
    public ConnectionTestView? ConnectionTest { get; init; }

    /// <summary>An item: what a check of a CSV found.</summary>
    [DataMember(Name = "csv_check")]
    public CsvCheckView? CsvCheck { get; init; }

    /// <summary>An item: a batch.</summary>
    [DataMember(Name = "batch")]
    public BatchView? Batch { get; init; }

    /// <summary>An item: a migration user.</summary>
    [DataMember(Name = "user")]
    public UserView? User { get; init; }

    /// <summary>An item: a user's statistics.</summary>
    [DataMember(Name = "user_statistics")]
    public UserStatisticsView? UserStatistics { get; init; }

    /// <summary>An item: a folder, compared.</summary>
    [DataMember(Name = "folder_verification")]
    public FolderVerificationView? FolderVerification { get; init; }

    /// <summary>An item: the worker.</summary>
    [DataMember(Name = "worker")]
    public WorkerView? Worker { get; init; }
}
