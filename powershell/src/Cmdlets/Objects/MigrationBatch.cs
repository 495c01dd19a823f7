using System;
using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>A named set of migration users.</summary>
/// <remarks>A time is in the zone of this computer, its <c>…UTC</c> twin in UTC.</remarks>
public sealed partial class MigrationBatch : IIdentified
{
    private readonly BatchView? _view;

    internal MigrationBatch(BatchView view)
    {
        _view = view;
        Report = new MigrationReport(view.Report);
    }

    private BatchView View => _view ?? Blank<BatchView>.Value;

    /// <summary>The name: a string with <c>.Name</c> and <c>.Id</c>.</summary>
    public PSObject Identity => TypedText.BatchId(View.Name);

    /// <summary>The identity for machines.</summary>
    public Guid BatchGuid => Guid.Parse(View.Guid);

    /// <summary>The status: a string with <c>.Value</c>, a <see cref="MigrationBatchStatus"/>.</summary>
    public PSObject Status => TypedText.BatchStatus(View.Status);

    /// <summary>Always IMAP.</summary>
    public string MigrationType => nameof(ImapMigration.MigrationType.IMAP);

    /// <summary>The source endpoint.</summary>
    public PSObject SourceEndpoint => TypedText.EndpointId(View.SourceEndpoint)!;

    /// <summary>The target endpoint; none in an analysis.</summary>
    public PSObject? TargetEndpoint => TypedText.EndpointId(View.TargetEndpoint);

    /// <summary>All users.</summary>
    public int TotalCount => View.Counts.Total;

    /// <summary>Users that are being worked on, or wait for it.</summary>
    public int ActiveCount => View.Counts.Syncing + View.Counts.IncrementalSyncing + PendingCount;

    /// <summary>Users that wait for a pass.</summary>
    public int PendingCount => View.Counts.Queued + View.Counts.IncrementalQueued;

    /// <summary>Users whose mail is copied: also while the batch is stopped.</summary>
    public int SyncedCount => View.Counts.Synced;

    /// <summary>Users that are finished for good.</summary>
    public int FinalizedCount => View.Counts.Completed;

    /// <summary>Users whose last pass failed.</summary>
    public int FailedCount => FailedInitialSyncCount + FailedIncrementalSyncCount;

    /// <summary>Users whose initial pass failed.</summary>
    public int FailedInitialSyncCount => View.Counts.FailedInitial;

    /// <summary>Users whose incremental pass failed.</summary>
    public int FailedIncrementalSyncCount => View.Counts.FailedIncremental;

    /// <summary>Users that were stopped before their mail was copied.</summary>
    public int StoppedCount => View.Counts.Stopped;

    /// <summary>When it was made.</summary>
    public DateTime CreationDateTime => CreationDateTimeUTC.ToLocalTime();

    /// <summary>When it was made, in UTC.</summary>
    public DateTime CreationDateTimeUTC => Times.Utc(View.CreatedAt);

    /// <summary>When it was first started.</summary>
    public DateTime? StartDateTime => StartDateTimeUTC?.ToLocalTime();

    /// <summary>When it was first started, in UTC.</summary>
    public DateTime? StartDateTimeUTC => Times.OptionalUtc(View.StartedAt);

    /// <summary>When the last user's initial pass succeeded.</summary>
    public DateTime? InitialSyncDateTime => InitialSyncDateTimeUTC?.ToLocalTime();

    /// <summary>When the last user's initial pass succeeded, in UTC.</summary>
    public DateTime? InitialSyncDateTimeUTC => Times.OptionalUtc(View.InitialSyncAt);

    /// <summary>How long the initial sync took.</summary>
    public TimeSpan? InitialSyncDuration => InitialSyncDateTimeUTC - StartDateTimeUTC;

    /// <summary>When a pass of any user last succeeded.</summary>
    public DateTime? LastSyncedDateTime => LastSyncedDateTimeUTC?.ToLocalTime();

    /// <summary>When a pass of any user last succeeded, in UTC.</summary>
    public DateTime? LastSyncedDateTimeUTC => Times.OptionalUtc(View.LastSyncedAt);

    /// <summary>Not before then.</summary>
    public DateTime? StartAfter => StartAfterUTC?.ToLocalTime();

    /// <summary>Not before then, in UTC.</summary>
    public DateTime? StartAfterUTC => Times.OptionalUtc(View.Options.StartAfter);

    /// <summary>Kept and shown; an IMAP batch has no completion.</summary>
    public DateTime? CompleteAfter => CompleteAfterUTC?.ToLocalTime();

    /// <summary>Kept and shown, in UTC.</summary>
    public DateTime? CompleteAfterUTC => Times.OptionalUtc(View.Options.CompleteAfter);

    /// <summary>The admin's zone, kept and shown.</summary>
    public string? TimeZone => View.Options.TimeZone;

    /// <summary>Only these folders.</summary>
    public string[] IncludedFolders => View.Options.IncludeFolders ?? [];

    /// <summary>Not these folders.</summary>
    public string[] ExcludedFolders => View.Options.ExcludeFolders ?? [];

    /// <summary>Only messages that match.</summary>
    public string? ContentFilter => View.Options.ContentFilter;

    /// <summary>How messages that the target refuses are repaired.</summary>
    public string[] Repair => View.Options.Repair ?? [];

    /// <summary>Who asked for reports by mail.</summary>
    public string[] NotificationEmails => View.Options.NotificationEmails ?? [];

    /// <summary>Between two reports; 0 is never.</summary>
    public TimeSpan ReportInterval => TimeSpan.FromSeconds(View.Options.ReportIntervalSeconds ?? 0);

    /// <summary>No automatic reports.</summary>
    public bool SkipReports => View.Options.SkipReports;

    /// <summary>Whether mailboxes are kept in step after their initial sync.</summary>
    public bool AllowIncrementalSyncs => View.Options.AllowIncrementalSyncs ?? true;

    /// <summary>How often a user with transient errors is tried again before it counts as failed.</summary>
    public int AutoRetryCount => View.Options.AutoRetryCount ?? 0;

    /// <summary>Count and measure only.</summary>
    public bool Analyze => View.Options.Analyze;

    /// <summary>Who made it.</summary>
    public string SubmittedByUser => View.SubmittedBy;

    /// <summary>How good the copy is: the worst user's score. As long as a user has none, only one worse than Good.</summary>
    public string? DataConsistencyScore => View.DataConsistencyScore;

    /// <summary>Whether every mailbox has been opened: else there is at least as much on the source as the totals say.</summary>
    public bool TotalsKnown => View.TotalsKnown;

    /// <summary>Messages found on the source.</summary>
    public long TotalItemsInSourceMailboxCount => View.SourceItems;

    /// <summary>Their size.</summary>
    public ByteQuantifiedSize EstimatedTotalTransferSize => new(View.SourceBytes);

    /// <summary>Messages that are on the target.</summary>
    public long SyncedItemCount => View.SyncedItems;

    /// <summary>Messages, folders and keywords that were left behind.</summary>
    public long SkippedItemCount => View.SkippedItems;

    /// <summary>What was copied.</summary>
    public ByteQuantifiedSize BytesTransferred => new(View.TransferredBytes);

    /// <summary>0 to 100, by users, each as far as its initial pass is.</summary>
    public int PercentageComplete => View.PercentageComplete;

    /// <summary>What keeps all of it waiting now, if anything does.</summary>
    public string? Message => View.Message is { } message ? ErrorText.Sentence(message) : null;

    /// <summary>The report, with -IncludeReport.</summary>
    public MigrationReport Report { get; }

    string IIdentified.Key => View.Name;

    /// <summary>The name.</summary>
    public override string ToString() => View.Name;
}
