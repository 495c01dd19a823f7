using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration.Commands;

/// <summary>Shows what the passes of a user did.</summary>
[Cmdlet(VerbsCommon.Get, "MigrationUserStatistics", DefaultParameterSetName = "Identity")]
[OutputType(typeof(MigrationUserStatistics))]
public sealed class GetMigrationUserStatisticsCommand : UserActionCmdlet
{
    /// <summary>Fill the Report property.</summary>
    [Parameter]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter IncludeReport { get; set; }

    /// <summary>Accepted for Exchange's sake: SkippedItems is always filled.</summary>
    [Parameter]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter IncludeSkippedItems { get; set; }

    /// <summary>At most that many skipped items.</summary>
    [Parameter]
    [ValueArgument(typeof(int), Least = 0), ValidateRange(0, int.MaxValue)]
    public int? LimitSkippedItemsTo { get; set; }

    /// <summary>Exchange's; ignored.</summary>
    [Parameter(DontShow = true), Ignored]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter SkipSubscription { get; set; }

    /// <summary>Exchange's; ignored.</summary>
    [Parameter(DontShow = true), Ignored]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter IncludeCopilotReport { get; set; }

    /// <summary>Exchange's; ignored.</summary>
    [Parameter(DontShow = true), Ignored]
    public object? DiagnosticInfo { get; set; }

    private protected override Request RequestFor(string user) => Operations.GetUserStatistics(new StatisticsQuery
    {
        Identity = user,
        IncludeReport = IncludeReport,
        LimitSkippedItemsTo = LimitSkippedItemsTo,
    });
}
