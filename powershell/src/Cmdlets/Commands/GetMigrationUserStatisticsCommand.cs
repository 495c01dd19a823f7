using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration.Commands;

/// <summary>Shows what the passes of a user did.</summary>
[Cmdlet(VerbsCommon.Get, "MigrationUserStatistics")]
[OutputType(typeof(MigrationUserStatistics))]
public sealed class GetMigrationUserStatisticsCommand : ExchangeCmdlet
{
    /// <summary>The address, the guid, or an object of Get-MigrationUser.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowNull, AllowEmptyString, IdentityArgument]
    [ArgumentCompleter(typeof(UserAddressCompleter))]
    public string? Identity { get; set; }

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
    [ValueArgument(typeof(int), Least = 0)]
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

    /// <inheritdoc />
    private protected override void Process()
    {
        if (HasIdentity(Identity, "migration user"))
        {
            Send(Operations.GetUserStatistics(new StatisticsQuery
            {
                Identity = Identity!,
                IncludeReport = IncludeReport,
                LimitSkippedItemsTo = LimitSkippedItemsTo,
            }));
        }
    }
}
