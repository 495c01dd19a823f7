using System;
using System.Globalization;
using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>Shows the progress of a wait: one record, one id, and an end only if there was a beginning.</summary>
internal sealed class ProgressDisplay
{
    private readonly Cmdlet _cmdlet;
    private readonly ProgressRecord _record = new(1, "Migration", "Waiting");
    private bool _shown;

    internal ProgressDisplay(Cmdlet cmdlet) => _cmdlet = cmdlet;

    internal void Show(WaitProgress progress)
    {
        _record.Activity = $"Migration batch '{progress.Activity}': {progress.UsersDone:N0} of {progress.UsersTotal:N0} users";
        _record.StatusDescription = Status(progress);
        _record.CurrentOperation = Place(progress);
        _record.PercentComplete = Math.Min(progress.Percent, 100);
        _record.SecondsRemaining = SecondsRemaining(progress);
        _cmdlet.WriteProgress(_record);
        _shown = true;
    }

    internal void Complete()
    {
        if (_shown)
        {
            _record.RecordType = ProgressRecordType.Completed;
            _cmdlet.WriteProgress(_record);
        }
    }

    private static string Status(WaitProgress progress) => string.Format(
        CultureInfo.CurrentCulture,
        progress.TotalsKnown
            ? "{0}: {1:N0}/{2:N0} messages, {3}/{4}, {5}/s"
            : "{0}: {1:N0} of at least {2:N0} messages, {3} of at least {4}, {5}/s",
        progress.Status,
        progress.ItemsDone,
        progress.ItemsTotal,
        new ByteQuantifiedSize(progress.BytesDone).Short,
        new ByteQuantifiedSize(progress.BytesTotal).Short,
        new ByteQuantifiedSize(progress.BytesPerSecond).Short);

    private static string? Place(WaitProgress progress) =>
        progress.CurrentFolder is null ? progress.CurrentUser : $"{progress.CurrentUser}: {progress.CurrentFolder}";

    private static int SecondsRemaining(WaitProgress progress) =>
        progress.SecondsRemaining is { } seconds ? (int)Math.Min(seconds, int.MaxValue) : -1;
}
