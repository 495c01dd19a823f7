#pragma warning disable CS1591 // The members are those of the Rust type of the same name, which documents them.

using System.Runtime.Serialization;

namespace ImapMigration.Interop.Contract;

/// <summary>Where a wait stands: the contract's <c>Progress</c>.</summary>
[DataContract]
public sealed class WaitProgress
{
    [DataMember(Name = "activity")]
    public string Activity { get; init; } = "";

    [DataMember(Name = "status")]
    public string Status { get; init; } = "";

    [DataMember(Name = "users_done")]
    public long UsersDone { get; init; }

    [DataMember(Name = "users_total")]
    public long UsersTotal { get; init; }

    [DataMember(Name = "totals_known")]
    public bool TotalsKnown { get; init; }

    [DataMember(Name = "items_done")]
    public long ItemsDone { get; init; }

    [DataMember(Name = "items_total")]
    public long ItemsTotal { get; init; }

    [DataMember(Name = "bytes_done")]
    public long BytesDone { get; init; }

    [DataMember(Name = "bytes_total")]
    public long BytesTotal { get; init; }

    [DataMember(Name = "bytes_per_second")]
    public long BytesPerSecond { get; init; }

    [DataMember(Name = "current_user")]
    public string? CurrentUser { get; init; }

    [DataMember(Name = "current_folder")]
    public string? CurrentFolder { get; init; }

    [DataMember(Name = "percent")]
    public int Percent { get; init; }

    [DataMember(Name = "seconds_remaining")]
    public long? SecondsRemaining { get; init; }
}
