using System;
using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>One mailbox to move. Exchange's further names are in ImapMigration.Types.ps1xml.</summary>
public class MigrationUser : IIdentified
{
    private readonly UserView _view;

    internal MigrationUser(UserView view) => _view = view;

    /// <summary>The address: a string with <c>.Name</c> and <c>.Id</c>.</summary>
    public PSObject Identity => TypedText.UserId(_view.Identity);

    /// <summary>The identity for machines; tells migrations of one address apart.</summary>
    public Guid Guid => Guid.Parse(_view.Guid);

    /// <summary>The batch.</summary>
    public PSObject BatchId => TypedText.BatchId(_view.Batch);

    /// <summary>The address of the target mailbox.</summary>
    public string MailboxEmailAddress => _view.Identity;

    /// <summary>The status: a string with <c>.Value</c>, a <see cref="MigrationUserStatus"/>.</summary>
    public PSObject Status => TypedText.UserStatus(_view.Status);

    /// <summary>The status in five words.</summary>
    public PSObject StatusSummary => TypedText.UserStatusSummary(_view.StatusSummary);

    /// <summary>Messages that are on the target.</summary>
    public long SyncedItemCount => _view.SyncedItemCount;

    /// <summary>Messages, folders and keywords that were left behind.</summary>
    public long SkippedItemCount => _view.SkippedItemCount;

    /// <summary>When a pass last succeeded.</summary>
    public DateTime? LastSuccessfulSyncTime => Times.OptionalLocal(_view.LastSuccessfulSyncAt);

    /// <summary>Why the last pass failed, in one sentence.</summary>
    public string? ErrorSummary => _view.ErrorSummary is null ? null : ErrorText.Sentence(_view.ErrorSummary);

    /// <summary>How good the copy is. None where nothing was checked: before the first pass is through, or after a failure.</summary>
    public string? DataConsistencyScore => _view.DataConsistencyScore;

    /// <summary>The line of the CSV.</summary>
    public int CsvLine => _view.CsvLine;

    string IIdentified.Key => _view.Guid;

    /// <summary>The address.</summary>
    public override string ToString() => _view.Identity;
}
