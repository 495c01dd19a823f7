using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>Whether a folder is the same on both sides.</summary>
public sealed class MigrationFolderVerification
{
    private readonly FolderVerificationView _view;

    internal MigrationFolderVerification(FolderVerificationView view) => _view = view;

    /// <summary>The user.</summary>
    public PSObject Identity => TypedText.UserId(_view.Identity);

    /// <summary>The folder on the source.</summary>
    public string Folder => _view.SourceFolder;

    /// <summary>The folder on the target.</summary>
    public string TargetFolder => _view.TargetFolder;

    /// <summary>Messages on the source.</summary>
    public long SourceItemCount => _view.SourceItems;

    /// <summary>Messages on the target.</summary>
    public long TargetItemCount => _view.TargetItems;

    /// <summary>The size on the source.</summary>
    public ByteQuantifiedSize SourceSize => new(_view.SourceBytes);

    /// <summary>
    /// <c>identical</c> when every source message is on the target once, with the same bytes, date and flags, in the
    /// same order; else <c>different</c>.
    /// </summary>
    public string Result => _view.Identical ? "identical" : "different";

    /// <summary>What differs, a line each; the first twenty.</summary>
    public string[] Differences => _view.Differences;
}
