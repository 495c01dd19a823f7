namespace ImapMigration;

/// <summary>The status of a batch, in Exchange's order: scripts compare the numbers.</summary>
public enum MigrationBatchStatus
{
    /// <summary>Not started yet.</summary>
    Created,

    /// <summary>Mailboxes are in their initial sync.</summary>
    Syncing,

    /// <summary>Asked to stop; the last passes are ending.</summary>
    Stopping,

    /// <summary>Stopped. Can be started again.</summary>
    Stopped,

    /// <summary>Finished for good.</summary>
    Completed,

    /// <summary>Every user failed.</summary>
    Failed,

    /// <summary>Being removed.</summary>
    Removing,

    /// <summary>The initial sync is done; mailboxes are kept in step.</summary>
    Synced,

    /// <summary>New mail is being copied.</summary>
    IncrementalSyncing,

    /// <summary>Exchange's finalization; IMAP batches do not reach it.</summary>
    Completing,

    /// <summary>Finished for good, with failed users.</summary>
    CompletedWithErrors,

    /// <summary>As Synced, with failed users.</summary>
    SyncedWithErrors,

    /// <summary>Damaged; can only be removed.</summary>
    Corrupted,

    /// <summary>Started, but StartAfter is not reached.</summary>
    Waiting,

    /// <summary>Started; no mailbox is at work yet.</summary>
    Starting,
}
