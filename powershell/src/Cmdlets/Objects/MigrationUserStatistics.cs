using System;
using System.Linq;

using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>A migration user, and what its passes did.</summary>
public sealed class MigrationUserStatistics : MigrationUser
{
    private readonly UserStatisticsView _view;

    internal MigrationUserStatistics(UserStatisticsView view) : base(view.User)
    {
        _view = view;
        SkippedItems = view.SkippedItems.Select(item => new MigrationSkippedItem(item)).ToArray();
        Report = new MigrationReport(view.Report);
    }

    /// <summary>Messages found on the source.</summary>
    public long TotalItemsInSourceMailboxCount => _view.Progress.SourceItems;

    /// <summary>Their size.</summary>
    public ByteQuantifiedSize EstimatedTotalTransferSize => new(_view.Progress.SourceBytes);

    /// <summary>Messages that were copied; those already on the target do not count.</summary>
    public long TransferredItemCount => _view.Progress.TransferredItems;

    /// <summary>Their size.</summary>
    public ByteQuantifiedSize BytesTransferred => new(_view.Progress.TransferredBytes);

    /// <summary>The speed now.</summary>
    public ByteQuantifiedSize CurrentBytesTransferredPerMinute => new(_view.Progress.BytesPerSecond * 60);

    /// <summary>The speed over all passes.</summary>
    public ByteQuantifiedSize AverageBytesTransferredPerHour => new(_view.AverageBytesPerHour);

    /// <summary>0 to 100.</summary>
    public int PercentageComplete => _view.PercentageComplete;

    /// <summary>What a running pass is at: <c>CopyingMessages</c>.</summary>
    public string StatusDetail => _view.Progress.StatusDetail;

    /// <summary>The folder that a running pass is at.</summary>
    public string? CurrentFolder => _view.Progress.CurrentFolder;

    /// <summary>Time spent waiting for a worker.</summary>
    public TimeSpan TotalQueuedDuration => TimeSpan.FromMilliseconds(_view.Progress.QueuedMilliseconds);

    /// <summary>Time spent in passes.</summary>
    public TimeSpan TotalInProgressDuration => TimeSpan.FromMilliseconds(_view.Progress.InProgressMilliseconds);

    /// <summary>Time spent waiting for servers that told us to wait.</summary>
    public TimeSpan TotalStalledDuration => TimeSpan.FromMilliseconds(_view.Progress.StalledMilliseconds);

    /// <summary>When the initial pass succeeded.</summary>
    public DateTime? InitialSeedingCompletedTime => Times.OptionalLocal(_view.InitialSeedingCompletedAt);

    /// <summary>When anything last changed.</summary>
    public DateTime LastUpdatedTime => Times.Local(_view.LastUpdatedAt);

    /// <summary>When the next pass is due.</summary>
    public DateTime? NextSyncTime => Times.OptionalLocal(_view.NextSyncAt);

    /// <summary>When the last pass failed; none if it did not.</summary>
    public DateTime? LastFailureTime => Times.OptionalLocal(_view.Error?.At);

    /// <summary>Why the last pass failed, with the server's own words and the remedy.</summary>
    public string? Error => _view.Error is null ? null : ErrorText.Full(_view.Error.Error);

    /// <summary>Why the last pass failed, as a stable word: the ErrorId.</summary>
    public string? ErrorCode => _view.Error is null ? null : ErrorTable.Of(_view.Error.Error.Kind).Id;

    /// <summary>The name of the exception, which tells whether a retry may help.</summary>
    public string? ErrorType => _view.Error is null ? null : ErrorRecords.Exception(_view.Error.Error).GetType().Name;

    /// <summary>What was not copied, each with its cause. Always filled.</summary>
    public MigrationSkippedItem[] SkippedItems { get; }

    /// <summary>The report, with -IncludeReport.</summary>
    public MigrationReport Report { get; }
}
