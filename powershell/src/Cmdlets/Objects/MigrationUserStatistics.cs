using System;
using System.Linq;

using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>A migration user, and what its passes did.</summary>
public sealed partial class MigrationUserStatistics : MigrationUser
{
    private readonly UserStatisticsView? _view;

    internal MigrationUserStatistics(UserStatisticsView view) : base(view.User)
    {
        _view = view;
        SkippedItems = view.SkippedItems.Select(item => new MigrationSkippedItem(item)).ToArray();
        Report = new MigrationReport(view.Report);
    }

    private UserStatisticsView View => _view ?? Blank<UserStatisticsView>.Value;

    /// <summary>Messages found on the source.</summary>
    public long TotalItemsInSourceMailboxCount => View.Progress.SourceItems;

    /// <summary>Their size.</summary>
    public ByteQuantifiedSize EstimatedTotalTransferSize => new(View.Progress.SourceBytes);

    /// <summary>Messages that were copied; those already on the target do not count.</summary>
    public long TransferredItemCount => View.Progress.TransferredItems;

    /// <summary>Their size.</summary>
    public ByteQuantifiedSize BytesTransferred => new(View.Progress.TransferredBytes);

    /// <summary>The speed now.</summary>
    public ByteQuantifiedSize CurrentBytesTransferredPerMinute => new(View.Progress.BytesPerSecond * 60);

    /// <summary>The speed over all passes.</summary>
    public ByteQuantifiedSize AverageBytesTransferredPerHour => new(View.AverageBytesPerHour);

    /// <summary>0 to 100.</summary>
    public int PercentageComplete => View.PercentageComplete;

    /// <summary>What a running pass is at: <c>CopyingMessages</c>.</summary>
    public string StatusDetail => View.Progress.StatusDetail;

    /// <summary>The folder that a running pass is at.</summary>
    public string? CurrentFolder => View.Progress.CurrentFolder;

    /// <summary>Time spent waiting for a worker.</summary>
    public TimeSpan TotalQueuedDuration => TimeSpan.FromMilliseconds(View.Progress.QueuedMilliseconds);

    /// <summary>Time spent in passes.</summary>
    public TimeSpan TotalInProgressDuration => TimeSpan.FromMilliseconds(View.Progress.InProgressMilliseconds);

    /// <summary>Time spent waiting for servers that told us to wait.</summary>
    public TimeSpan TotalStalledDuration => TimeSpan.FromMilliseconds(View.Progress.StalledMilliseconds);

    /// <summary>When the initial pass succeeded.</summary>
    public DateTime? InitialSeedingCompletedTime => Times.OptionalLocal(View.InitialSeedingCompletedAt);

    /// <summary>When anything last changed.</summary>
    public DateTime LastUpdatedTime => Times.Local(View.LastUpdatedAt);

    /// <summary>When the next pass is due.</summary>
    public DateTime? NextSyncTime => Times.OptionalLocal(View.NextSyncAt);

    /// <summary>When the last pass failed; none if it did not.</summary>
    public DateTime? LastFailureTime => Times.OptionalLocal(View.Error?.At);

    /// <summary>Why the last pass failed, with the server's own words and the remedy.</summary>
    public string? Error => View.Error is null ? null : ErrorText.Full(View.Error.Error);

    /// <summary>Why the last pass failed, as a stable word: the ErrorId.</summary>
    public string? ErrorCode => View.Error is null ? null : ErrorTable.Of(View.Error.Error.Kind).Id;

    /// <summary>The name of the exception, which tells whether a retry may help.</summary>
    public string? ErrorType => View.Error is null ? null : ErrorRecords.Exception(View.Error.Error).GetType().Name;

    /// <summary>What was not copied, each with its cause. Always filled.</summary>
    public MigrationSkippedItem[] SkippedItems { get; }

    /// <summary>The report, with -IncludeReport.</summary>
    public MigrationReport Report { get; }
}
