#pragma warning disable CS1591 // The members are those of the Rust type of the same name, which documents them.

using System.Runtime.Serialization;

namespace ImapMigration.Interop.Contract;

/// <summary>An error: a stable word, a sentence, the server's own words, and what to do.</summary>
[DataContract]
public sealed class ErrorView
{
    [DataMember(Name = "kind")]
    public string Kind { get; init; } = "";

    [DataMember(Name = "message")]
    public string Message { get; init; } = "";

    [DataMember(Name = "server")]
    public string? Server { get; init; }

    [DataMember(Name = "remedy")]
    public string? Remedy { get; init; }

    [DataMember(Name = "retryable")]
    public bool Retryable { get; init; }

    [DataMember(Name = "object")]
    public string? Object { get; init; }

    [DataMember(Name = "user")]
    public string? User { get; init; }

    [DataMember(Name = "folder")]
    public string? Folder { get; init; }

    [DataMember(Name = "uid")]
    public long? Uid { get; init; }
}
