using System;
using System.Management.Automation;

namespace ImapMigration.Commands;

/// <summary>The parameters of New-MigrationBatch, in the order of Exchange's reference.</summary>
public abstract class NewBatchParameters : ExchangeCmdlet
{
    private protected const string CsvSet = "Onboarding";
    private protected const string UsersSet = "PreexistingUsers";
    private protected const string UserIdsSet = "PreexistingUserIds";

    /// <summary>The name: 64 characters at most.</summary>
    [Parameter(Mandatory = true)]
    [ValidateNotNullOrEmpty]
    [TextArgument]
    public string Name { get; set; } = "";

    /// <summary>The bytes of the CSV; a path, a file and objects of Import-Csv will do as well.</summary>
    [Parameter(Mandatory = true, ParameterSetName = CsvSet)]
    [CsvData]
    public object? CSVData { get; set; }

    /// <summary>Users of other batches, from Get-MigrationUser, to migrate again.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = UsersSet)]
    [IdentityArgument(typeof(MigrationUserIdParameter), List = true, TakesNoRows = true)]
    [ArgumentCompleter(typeof(UserAddressCompleter))]
    public MigrationUserIdParameter[]? Users { get; set; }

    /// <summary>What is piped where <c>$true</c>, the value of a switch, stands for the users.</summary>
    [Parameter(DontShow = true, ValueFromPipeline = true, ParameterSetName = UsersSet)]
    [IdentityArgument(typeof(MigrationUserIdParameter), List = true, IsStrict = true, TakesNoRows = true)]
    public MigrationUserIdParameter[]? OtherIds { get; set; }

    /// <summary>Users of other batches, by address or guid, to migrate again.</summary>
    [Parameter(Mandatory = true, ParameterSetName = UserIdsSet)]
    [IdentityArgument(typeof(MigrationUserIdParameter), List = true)]
    [ArgumentCompleter(typeof(UserAddressCompleter))]
    public MigrationUserIdParameter[]? UserIds { get; set; }

    /// <summary>Stop the originals of -Users or -UserIds.</summary>
    [Parameter(ParameterSetName = UsersSet)]
    [Parameter(ParameterSetName = UserIdsSet)]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter DisableOnCopy { get; set; }

    /// <summary>Where the mail comes from. Users of other batches need none.</summary>
    [Parameter(Mandatory = true, ParameterSetName = CsvSet)]
    [Parameter(ParameterSetName = UsersSet)]
    [Parameter(ParameterSetName = UserIdsSet)]
    [IdentityArgument(typeof(MigrationEndpointIdParameter))]
    [ArgumentCompleter(typeof(EndpointNameCompleter))]
    public MigrationEndpointIdParameter? SourceEndpoint { get; set; }

    /// <summary>Where the mail goes. Only an analysis needs none.</summary>
    [Parameter]
    [IdentityArgument(typeof(MigrationEndpointIdParameter))]
    [ArgumentCompleter(typeof(EndpointNameCompleter))]
    public MigrationEndpointIdParameter? TargetEndpoint { get; set; }

    /// <summary>Start at once.</summary>
    [Parameter]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter AutoStart { get; set; }

    /// <summary>Do not start before then. A time without a zone is UTC.</summary>
    [Parameter]
    [UtcDateTime]
    public DateTime? StartAfter { get; set; }

    /// <summary>Kept and shown; an IMAP batch has no completion.</summary>
    [Parameter]
    [UtcDateTime]
    public DateTime? CompleteAfter { get; set; }

    /// <summary>Only these folders.</summary>
    [Parameter]
    [TextArgument(List = true)]
    [ArgumentCompleter(typeof(FolderCompleter))]
    public string[]? IncludeFolders { get; set; }

    /// <summary>Not these folders.</summary>
    [Parameter]
    [TextArgument(List = true)]
    [ArgumentCompleter(typeof(FolderCompleter))]
    public string[]? ExcludeFolders { get; set; }

    /// <summary>Only messages that match, as in "Received -ge '2019/4/30'".</summary>
    [Parameter]
    [TextArgument]
    public string? ContentFilter { get; set; }

    /// <summary>How to repair messages that the target refuses; not at all if not given.</summary>
    [Parameter]
    [ValueArgument(typeof(MigrationRepair[]))]
    public MigrationRepair[]? Repair { get; set; }

    /// <summary>Pass over columns of the CSV that we do not know.</summary>
    [Parameter, OnlyWith(nameof(CSVData))]
    [ValueArgument(typeof(bool))]
    public bool AllowUnknownColumnsInCsv { get; set; }

    /// <summary>The column separator of the CSV, where it is not a comma.</summary>
    [Parameter(ParameterSetName = CsvSet)]
    [ValueArgument(typeof(char))]
    public char? Delimiter { get; set; }

    /// <summary>Take translated headers, other delimiters and ANSI bytes of the CSV for what they mean.</summary>
    [Parameter(ParameterSetName = CsvSet)]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter Lenient { get; set; }

    /// <summary>Who gets reports by mail.</summary>
    [Parameter]
    [TextArgument(List = true)]
    public string[]? NotificationEmails { get; set; }

    /// <summary>Between two reports; 24 hours if not given, 0 is never.</summary>
    [Parameter]
    [ValueArgument(typeof(TimeSpan))]
    public TimeSpan? ReportInterval { get; set; }

    /// <summary>No automatic reports.</summary>
    [Parameter]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter SkipReports { get; set; }

    /// <summary>The admin's zone, as in "Pacific Standard Time"; kept and shown.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [TimeZoneArgument]
    [ArgumentCompleter(typeof(TimeZoneCompleter))]
    public string? TimeZone { get; set; }

    /// <summary>Whether mailboxes are kept in step after their initial sync; true if not given.</summary>
    [Parameter]
    [ValueArgument(typeof(bool))]
    public bool? AllowIncrementalSyncs { get; set; }

    /// <summary>How often a user with transient errors is tried again before it counts as failed.</summary>
    [Parameter]
    [ValueArgument(typeof(int), Least = 0), ValidateRange(0, int.MaxValue)]
    public int? AutoRetryCount { get; set; }

    /// <summary>Count and measure, copy nothing.</summary>
    [Parameter]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter Analyze { get; set; }

    /// <summary>Take over addresses that other batches migrate.</summary>
    [Parameter]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter AdoptPreexisting { get; set; }

    /// <summary>Accepted for Exchange's sake: without -AdoptPreexisting existing users are refused anyway.</summary>
    [Parameter(DontShow = true)]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter DisallowExistingUsers { get; set; }

    /// <summary>Exchange's; ignored.</summary>
    [Parameter(DontShow = true), Ignored]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter RemoveOnCopy { get; set; }

    /// <summary>Exchange's; ignored.</summary>
    [Parameter(DontShow = true), Ignored]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter AutoComplete { get; set; }

    /// <summary>Exchange's; ignored.</summary>
    [Parameter(DontShow = true), Ignored]
    public object? ContentFilterLanguage { get; set; }

    /// <summary>Exchange's; ignored: the data consistency score takes its place.</summary>
    [Parameter(DontShow = true), Ignored]
    public object? BadItemLimit { get; set; }

    /// <summary>Exchange's; ignored: the data consistency score takes its place.</summary>
    [Parameter(DontShow = true), Ignored]
    public object? LargeItemLimit { get; set; }

    /// <summary>Exchange's; ignored.</summary>
    [Parameter(DontShow = true), Ignored]
    public object? Locale { get; set; }

    /// <summary>Exchange's; ignored.</summary>
    [Parameter(DontShow = true), Ignored]
    public object? TargetDeliveryDomain { get; set; }

    /// <summary>Exchange's; ignored.</summary>
    [Parameter(DontShow = true), Ignored]
    public object? MoveOptions { get; set; }

    /// <summary>Exchange's; ignored.</summary>
    [Parameter(DontShow = true), Ignored]
    public object? SkipMerging { get; set; }

    /// <summary>Exchange's; ignored.</summary>
    [Parameter(DontShow = true), Ignored]
    public object? SkipMoving { get; set; }
}
