#pragma warning disable CS1591 // The members are those of the Rust type of the same name, which documents them.

using System.Runtime.Serialization;

namespace ImapMigration.Interop.Contract;

/// <summary>The open store.</summary>
[DataContract]
public sealed class StoreView
{
    [DataMember(Name = "path")]
    public string Path { get; init; } = "";

    [DataMember(Name = "created")]
    public bool Created { get; init; }

    [DataMember(Name = "schema_version")]
    public long SchemaVersion { get; init; }

    [DataMember(Name = "endpoints")]
    public long Endpoints { get; init; }

    [DataMember(Name = "batches")]
    public long Batches { get; init; }

    [DataMember(Name = "users")]
    public long Users { get; init; }
}
