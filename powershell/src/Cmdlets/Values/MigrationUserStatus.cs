namespace ImapMigration;

/// <summary>The status of a migration user, in Exchange's order: scripts compare the numbers.</summary>
public enum MigrationUserStatus
{
    /// <summary>Waits for its turn.</summary>
    Queued,

    /// <summary>Exchange's check of a user; IMAP users do not reach it.</summary>
    Validating,

    /// <summary>Exchange's object creation; IMAP users do not reach it.</summary>
    Provisioning,

    /// <summary>Exchange's object update; IMAP users do not reach it.</summary>
    ProvisionUpdating,

    /// <summary>About to begin.</summary>
    Starting,

    /// <summary>In its initial sync.</summary>
    Syncing,

    /// <summary>Everything is copied; kept in step.</summary>
    Synced,

    /// <summary>New mail is being copied.</summary>
    IncrementalSyncing,

    /// <summary>An incremental sync is done.</summary>
    IncrementalSynced,

    /// <summary>An incremental sync failed.</summary>
    IncrementalFailed,

    /// <summary>Stopped after the initial sync.</summary>
    IncrementalStopped,

    /// <summary>Asked to stop; the pass is ending.</summary>
    Stopping,

    /// <summary>Stopped before the initial sync was done.</summary>
    Stopped,

    /// <summary>The initial sync failed.</summary>
    Failed,

    /// <summary>Exchange's finalization; IMAP users do not reach it.</summary>
    Completing,

    /// <summary>Exchange's finalization; IMAP users do not reach it.</summary>
    CompletionSynced,

    /// <summary>Exchange's finalization; IMAP users do not reach it.</summary>
    CompletionFailed,

    /// <summary>Finished for good.</summary>
    Completed,

    /// <summary>Finished for good, with skipped items.</summary>
    CompletedWithWarnings,

    /// <summary>Being removed.</summary>
    Removing,

    /// <summary>Damaged; can only be removed.</summary>
    Corrupted,
}
