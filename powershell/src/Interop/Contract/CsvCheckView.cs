#pragma warning disable CS1591 // The members are those of the Rust type of the same name, which documents them.

using System.Runtime.Serialization;

namespace ImapMigration.Interop.Contract;

/// <summary>What a check of a CSV found.</summary>
[DataContract]
public sealed class CsvCheckView
{
    [DataMember(Name = "valid")]
    public bool Valid { get; init; }

    [DataMember(Name = "row_count")]
    public long RowCount { get; init; }

    [DataMember(Name = "columns")]
    public string[] Columns { get; init; } = [];

    [DataMember(Name = "encoding")]
    public string Encoding { get; init; } = "";

    [DataMember(Name = "delimiter")]
    public string Delimiter { get; init; } = "";

    [DataMember(Name = "errors")]
    public CsvFault[] Errors { get; init; } = [];

    [DataMember(Name = "warnings")]
    public CsvFault[] Warnings { get; init; } = [];
}

/// <summary>One thing wrong with a CSV, with its place and its remedy.</summary>
[DataContract]
public sealed class CsvFault
{
    [DataMember(Name = "line")]
    public int? Line { get; init; }

    [DataMember(Name = "column")]
    public string? Column { get; init; }

    [DataMember(Name = "message")]
    public string Message { get; init; } = "";

    [DataMember(Name = "remedy")]
    public string Remedy { get; init; } = "";
}
