using System;
using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>One mailbox to move.</summary>
public partial class MigrationUser : IIdentified
{
    private readonly UserView? _view;

    internal MigrationUser(UserView view) => _view = view;

    private UserView View => _view ?? Blank<UserView>.Value;

    /// <summary>The address: a string with <c>.Name</c> and <c>.Id</c>.</summary>
    public PSObject Identity => TypedText.UserId(View.Identity);

    /// <summary>The identity for machines; tells migrations of one address apart.</summary>
    public Guid Guid => Guid.Parse(View.Guid);

    /// <summary>The batch.</summary>
    public PSObject BatchId => TypedText.BatchId(View.Batch);

    /// <summary>The address of the target mailbox.</summary>
    public string MailboxEmailAddress => View.Identity;

    /// <summary>The status: a string with <c>.Value</c>, a <see cref="MigrationUserStatus"/>.</summary>
    public PSObject Status => TypedText.UserStatus(View.Status);

    /// <summary>The status in five words.</summary>
    public PSObject StatusSummary => TypedText.UserStatusSummary(View.StatusSummary);

    /// <summary>Messages that are on the target.</summary>
    public long SyncedItemCount => View.SyncedItemCount;

    /// <summary>Messages, folders and keywords that were left behind.</summary>
    public long SkippedItemCount => View.SkippedItemCount;

    /// <summary>When a pass last succeeded.</summary>
    public DateTime? LastSuccessfulSyncTime => Times.OptionalLocal(View.LastSuccessfulSyncAt);

    /// <summary>Why the last pass failed, in one sentence.</summary>
    public string? ErrorSummary => View.ErrorSummary is null ? null : ErrorText.Sentence(View.ErrorSummary);

    /// <summary>How good the copy is. None where nothing was checked: before the first pass is through, or after a failure.</summary>
    public string? DataConsistencyScore => View.DataConsistencyScore;

    /// <summary>The line of the CSV.</summary>
    public int CsvLine => View.CsvLine;

    string IIdentified.Key => View.Guid;

    /// <summary>The address.</summary>
    public override string ToString() => View.Identity;
}
