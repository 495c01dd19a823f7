using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>Whether a folder is the same on both sides.</summary>
public sealed class MigrationFolderVerification
{
    private readonly FolderVerificationView? _view;

    internal MigrationFolderVerification(FolderVerificationView view) => _view = view;

    private FolderVerificationView View => _view ?? Blank<FolderVerificationView>.Value;

    /// <summary>The user.</summary>
    public PSObject Identity => TypedText.UserId(View.Identity);

    /// <summary>The folder on the source.</summary>
    public string Folder => View.SourceFolder;

    /// <summary>The same by another name.</summary>
    public string SourceFolder => Folder;

    /// <summary>The folder on the target.</summary>
    public string TargetFolder => View.TargetFolder;

    /// <summary>Messages on the source.</summary>
    public long SourceItemCount => View.SourceItems;

    /// <summary>Messages on the target.</summary>
    public long TargetItemCount => View.TargetItems;

    /// <summary>The size on the source.</summary>
    public ByteQuantifiedSize SourceSize => new(View.SourceBytes);

    /// <summary>
    /// <c>identical</c> when every source message is on the target once, with the same bytes, date and flags, in the
    /// same order; else <c>different</c>.
    /// </summary>
    public string Result => View.Identical ? "identical" : "different";

    /// <summary>What differs, a line each; the first twenty.</summary>
    public string[] Differences => View.Differences;
}
