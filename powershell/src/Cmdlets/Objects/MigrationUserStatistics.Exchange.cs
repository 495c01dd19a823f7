using System;

namespace ImapMigration;

/// <content>Exchange's names for what is there, and its properties that are always the same for IMAP.</content>
public sealed partial class MigrationUserStatistics
{
    /// <summary>Exchange's; always the same here.</summary>
    public string MigrationType => nameof(ImapMigration.MigrationType.IMAP);

    /// <summary>Exchange's further name of <see cref="TotalItemsInSourceMailboxCount"/>.</summary>
    public long EstimatedTotalTransferCount => TotalItemsInSourceMailboxCount;

    /// <summary>Exchange's further name of <see cref="LastFailureTime"/>.</summary>
    public DateTime? ErrorTime => LastFailureTime;

    /// <summary>Exchange's; always the same here.</summary>
    public object? ErrorSide => null;

    /// <summary>Exchange's; always the same here.</summary>
    public object? TotalSyncedDuration => null;

    /// <summary>Exchange's; always the same here.</summary>
    public object? DiagnosticInfo => null;
}
