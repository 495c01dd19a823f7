#pragma warning disable CS1591 // The members are those of the Rust type of the same name, which documents them.

using System.Runtime.Serialization;

namespace ImapMigration.Interop.Contract;

/// <summary>Whether a folder is the same on both sides.</summary>
[DataContract]
public sealed class FolderVerificationView
{
    [DataMember(Name = "identity")]
    public string Identity { get; init; } = "";

    [DataMember(Name = "source_folder")]
    public string SourceFolder { get; init; } = "";

    [DataMember(Name = "target_folder")]
    public string TargetFolder { get; init; } = "";

    [DataMember(Name = "source_items")]
    public long SourceItems { get; init; }

    [DataMember(Name = "target_items")]
    public long TargetItems { get; init; }

    [DataMember(Name = "source_bytes")]
    public long SourceBytes { get; init; }

    [DataMember(Name = "identical")]
    public bool Identical { get; init; }

    [DataMember(Name = "differences")]
    public string[] Differences { get; init; } = [];
}
