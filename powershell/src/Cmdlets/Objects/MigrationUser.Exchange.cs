using System;
using System.Management.Automation;

namespace ImapMigration;

/// <content>Exchange's names for what is there, and its properties that are always the same for IMAP.</content>
public partial class MigrationUser
{
    /// <summary>Exchange's further name of <see cref="BatchId"/>.</summary>
    public PSObject Batch => BatchId;

    /// <summary>Exchange's further name of <see cref="StatusSummary"/>.</summary>
    public PSObject State => StatusSummary;

    /// <summary>Exchange's further name of <see cref="MailboxEmailAddress"/>.</summary>
    public string EmailAddress => MailboxEmailAddress;

    /// <summary>Exchange's further name of <see cref="MailboxEmailAddress"/>.</summary>
    public string MailboxIdentifier => MailboxEmailAddress;

    /// <summary>Exchange's further name of <see cref="SyncedItemCount"/>.</summary>
    public long ItemsSynced => SyncedItemCount;

    /// <summary>Exchange's further name of <see cref="SkippedItemCount"/>.</summary>
    public long ItemsSkipped => SkippedItemCount;

    /// <summary>Exchange's further name of <see cref="LastSuccessfulSyncTime"/>.</summary>
    public DateTime? LastSyncTime => LastSuccessfulSyncTime;

    /// <summary>Exchange's further name of <see cref="LastSuccessfulSyncTime"/>.</summary>
    public DateTime? LastSubscriptionCheckTime => LastSuccessfulSyncTime;

    /// <summary>Exchange's further name of <see cref="Guid"/>.</summary>
    public Guid RequestGuid => Guid;

    /// <summary>Exchange's; always the same here.</summary>
    public string RecipientType => "Mailbox";

    /// <summary>Exchange's; always the same here.</summary>
    public string TriggeredAction => "None";

    /// <summary>Exchange's; always the same here.</summary>
    public bool HasUnapprovedSkippedItems => false;

    /// <summary>Exchange's; always the same here.</summary>
    public object? MailboxGuid => null;

    /// <summary>Exchange's; always the same here.</summary>
    public object? MailboxLegacyDN => null;

    /// <summary>Exchange's; always the same here.</summary>
    public object? WorkflowStage => null;

    /// <summary>Exchange's; always the same here.</summary>
    public object? WorkflowStep => null;

    /// <summary>Exchange's; always the same here.</summary>
    public bool IsValid => true;

    /// <summary>Exchange's; always the same here.</summary>
    public string ObjectState => "Unchanged";
}
