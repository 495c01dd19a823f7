using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration.Commands;

/// <summary>Shows batches.</summary>
[Cmdlet(VerbsCommon.Get, "MigrationBatch", DefaultParameterSetName = "Identity")]
[OutputType(typeof(MigrationBatch))]
public sealed class GetMigrationBatchCommand : ExchangeCmdlet
{
    /// <summary>The name or guid; without it all batches.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = "Identity")]
    [AllowNull, AllowEmptyString, IdentityArgument(typeof(MigrationBatchIdParameter))]
    [ArgumentCompleter(typeof(BatchNameCompleter))]
    public MigrationBatchIdParameter? Identity { get; set; }

    /// <summary>What is piped where <c>$true</c>, the value of a switch, stands for the identity.</summary>
    [Parameter(DontShow = true, ValueFromPipeline = true, ParameterSetName = "Identity")]
    [IdentityArgument(typeof(MigrationBatchIdParameter), IsStrict = true)]
    public MigrationBatchIdParameter? OtherId { get; set; }

    /// <summary>Only batches that use this endpoint.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "BatchesByEndpoint")]
    [IdentityArgument(typeof(MigrationEndpointIdParameter))]
    [ArgumentCompleter(typeof(EndpointNameCompleter))]
    public MigrationEndpointIdParameter? Endpoint { get; set; }

    /// <summary>Only batches of this status.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "BatchesByStatus")]
    [ValueArgument(typeof(MigrationBatchStatus))]
    public MigrationBatchStatus? Status { get; set; }

    /// <summary>Fill the Report property.</summary>
    [Parameter]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter IncludeReport { get; set; }

    /// <summary>At most that many; 1000 if not given.</summary>
    [Parameter]
    [ValueArgument(typeof(Unlimited))]
    public Unlimited? ResultSize { get; set; }

    /// <summary>Exchange's; ignored.</summary>
    [Parameter(DontShow = true), Ignored]
    public object? DiagnosticInfo { get; set; }

    /// <summary>Exchange Server's; ignored.</summary>
    [Parameter(DontShow = true), Ignored]
    [ValueArgument(typeof(SwitchParameter))]
    public SwitchParameter Diagnostic { get; set; }

    /// <summary>Exchange Server's; ignored.</summary>
    [Parameter(DontShow = true), Ignored]
    public object? DiagnosticArgument { get; set; }

    /// <inheritdoc />
    private protected override void Process() => Send(Operations.GetBatches(new BatchQuery
    {
        Identity = Identity.Or(OtherId).OrNull(),
        Endpoint = Endpoint.OrNull(),
        Status = Status?.ToString(),
        IncludeReport = IncludeReport,
        ResultSize = ResultSize?.ToString(),
    }));
}
