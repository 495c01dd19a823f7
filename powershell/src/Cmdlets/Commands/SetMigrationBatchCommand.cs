using System;
using System.Linq;
using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration.Commands;

/// <summary>Changes a batch: adds users, syncs now, sets options.</summary>
[Cmdlet(VerbsCommon.Set, "MigrationBatch", SupportsShouldProcess = true)]
public sealed class SetMigrationBatchCommand : ExchangeCmdlet, IDisposable
{
    /// <summary>The batch: its name, its guid, or an object of Get-MigrationBatch.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [AllowNull, AllowEmptyString, IdentityArgument(typeof(MigrationBatchIdParameter))]
    [ArgumentCompleter(typeof(BatchNameCompleter))]
    public MigrationBatchIdParameter? Identity { get; set; }

    /// <summary>What is piped where <c>$true</c>, the value of a switch, stands for the identity.</summary>
    [Parameter(DontShow = true, ValueFromPipeline = true)]
    [IdentityArgument(typeof(MigrationBatchIdParameter), IsStrict = true)]
    public MigrationBatchIdParameter? OtherId { get; set; }

    /// <summary>An incremental sync now, for users that are Synced.</summary>
    [Parameter]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter SyncNow { get; set; }

    /// <summary>The same, and copies that are missing on the target are copied again.</summary>
    [Parameter]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter RestoreMissing { get; set; }

    /// <summary>Apply changes of endpoint, batch and users now.</summary>
    [Parameter]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter Update { get; set; }

    /// <summary>Add the users of -CSVData.</summary>
    [Parameter]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter AddUsers { get; set; }

    /// <summary>The bytes of the CSV; a path, a file and objects of Import-Csv will do as well.</summary>
    [Parameter]
    [CsvData]
    public object? CSVData { get; set; }

    /// <summary>Pass over columns of the CSV that we do not know.</summary>
    [Parameter, OnlyWith(nameof(CSVData))]
    [ValueArgument(typeof(bool))]
    public bool AllowUnknownColumnsInCsv { get; set; }

    /// <summary>The column separator of the CSV, where it is not a comma.</summary>
    [Parameter, OnlyWith(nameof(CSVData))]
    [ValueArgument(typeof(char))]
    public char? Delimiter { get; set; }

    /// <summary>Take translated headers, other delimiters and ANSI bytes of the CSV for what they mean.</summary>
    [Parameter, OnlyWith(nameof(CSVData))]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter Lenient { get; set; }

    /// <summary>Where the mail comes from.</summary>
    [Parameter]
    [IdentityArgument(typeof(MigrationEndpointIdParameter))]
    [ArgumentCompleter(typeof(EndpointNameCompleter))]
    public MigrationEndpointIdParameter? SourceEndpoint { get; set; }

    /// <summary>Where the mail goes.</summary>
    [Parameter]
    [IdentityArgument(typeof(MigrationEndpointIdParameter))]
    [ArgumentCompleter(typeof(EndpointNameCompleter))]
    public MigrationEndpointIdParameter? TargetEndpoint { get; set; }

    /// <summary>Do not start before then. A time without a zone is UTC.</summary>
    [Parameter]
    [UtcDateTime]
    public DateTime? StartAfter { get; set; }

    /// <summary>Kept and shown; an IMAP batch has no completion.</summary>
    [Parameter]
    [UtcDateTime]
    public DateTime? CompleteAfter { get; set; }

    /// <summary>Only these folders; an empty list is all.</summary>
    [Parameter]
    [AllowEmptyCollection]
    [TextArgument(List = true)]
    [ArgumentCompleter(typeof(FolderCompleter))]
    public string[]? IncludeFolders { get; set; }

    /// <summary>Not these folders.</summary>
    [Parameter]
    [AllowEmptyCollection]
    [TextArgument(List = true)]
    [ArgumentCompleter(typeof(FolderCompleter))]
    public string[]? ExcludeFolders { get; set; }

    /// <summary>Only messages that match, as in "Received -ge '2019/4/30'".</summary>
    [Parameter]
    [TextArgument]
    public string? ContentFilter { get; set; }

    /// <summary>How to repair messages that the target refuses; an empty list is not at all.</summary>
    [Parameter]
    [AllowEmptyCollection]
    [ValueArgument(typeof(MigrationRepair[]))]
    public MigrationRepair[]? Repair { get; set; }

    /// <summary>Who gets reports by mail.</summary>
    [Parameter]
    [AllowEmptyCollection]
    [TextArgument(List = true)]
    public string[]? NotificationEmails { get; set; }

    /// <summary>Between two reports; 0 is never.</summary>
    [Parameter]
    [ValueArgument(typeof(TimeSpan))]
    public TimeSpan? ReportInterval { get; set; }

    /// <summary>Whether there are no automatic reports. A boolean here, as in Exchange.</summary>
    [Parameter]
    [ValueArgument(typeof(bool))]
    public bool? SkipReports { get; set; }

    /// <summary>Whether mailboxes are kept in step after their initial sync.</summary>
    [Parameter]
    [ValueArgument(typeof(bool))]
    public bool? AllowIncrementalSyncs { get; set; }

    /// <summary>How often a user with transient errors is tried again before it counts as failed.</summary>
    [Parameter]
    [ValueArgument(typeof(int), Least = 0), ValidateRange(0, int.MaxValue)]
    public int? AutoRetryCount { get; set; }

    /// <summary>Exchange's; ignored: IMAP has no completion that skipped items could hold up.</summary>
    [Parameter(DontShow = true), Ignored]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter ApproveSkippedItems { get; set; }

    /// <summary>Exchange's; ignored: the data consistency score takes its place.</summary>
    [Parameter(DontShow = true), Ignored]
    public object? BadItemLimit { get; set; }

    /// <summary>Exchange's; ignored: the data consistency score takes its place.</summary>
    [Parameter(DontShow = true), Ignored]
    public object? LargeItemLimit { get; set; }

    /// <summary>Exchange's; ignored.</summary>
    [Parameter(DontShow = true), Ignored]
    public object? MoveOptions { get; set; }

    /// <summary>Exchange's; ignored.</summary>
    [Parameter(DontShow = true), Ignored]
    public object? SkipMerging { get; set; }

    /// <summary>Exchange's; ignored.</summary>
    [Parameter(DontShow = true), Ignored]
    public object? SkipMoving { get; set; }

    /// <inheritdoc />
    private protected override void Process()
    {
        if (Named(Identity.Or(OtherId), "migration batch") is { } name)
        {
            Change($"Migration batch '{name}'", Action, () => Operations.SetBatch(Changes(name)));
        }
    }

    /// <inheritdoc />
    public void Dispose() => (CSVData as CsvBytes)?.Wipe();

    private string Action => RestoreMissing ? "Restore missing copies" : SyncNow ? "Sync now" : "Change";

    private SetBatch Changes(string name) => new()
    {
        Identity = name,
        Csv = CSVData is CsvBytes csv ? CsvFile.ToRequest(csv, AllowUnknownColumnsInCsv, Delimiter, Lenient) : null,
        AddUsers = AddUsers,
        SyncNow = SyncNow,
        RestoreMissing = RestoreMissing,
        Update = Update,
        SourceEndpoint = SourceEndpoint.OrNull(),
        TargetEndpoint = TargetEndpoint.OrNull(),
        StartAfter = Times.Rfc3339(StartAfter),
        CompleteAfter = Times.Rfc3339(CompleteAfter),
        IncludeFolders = IncludeFolders,
        ExcludeFolders = ExcludeFolders,
        ContentFilter = ContentFilter,
        Repair = Repair?.Select(repair => repair.ToString()).ToArray(),
        NotificationEmails = NotificationEmails,
        ReportIntervalSeconds = (long?)ReportInterval?.TotalSeconds,
        SkipReports = SkipReports,
        AllowIncrementalSyncs = AllowIncrementalSyncs,
        AutoRetryCount = AutoRetryCount,
    };
}
