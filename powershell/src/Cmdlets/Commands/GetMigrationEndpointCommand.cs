using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration.Commands;

/// <summary>Shows endpoints.</summary>
[Cmdlet(VerbsCommon.Get, "MigrationEndpoint", DefaultParameterSetName = "Identity")]
[OutputType(typeof(MigrationEndpoint))]
public sealed class GetMigrationEndpointCommand : ExchangeCmdlet
{
    /// <summary>The name or guid; without it all endpoints.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = "Identity")]
    [AllowNull, AllowEmptyString, IdentityArgument(typeof(MigrationEndpointIdParameter))]
    [ArgumentCompleter(typeof(EndpointNameCompleter))]
    public MigrationEndpointIdParameter? Identity { get; set; }

    /// <summary>Only endpoints of this type.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "TypeFilter")]
    [ValueArgument(typeof(MigrationType))]
    public MigrationType? Type { get; set; }

    /// <summary>Exchange's; ignored.</summary>
    [Parameter(DontShow = true), Ignored]
    public object? DiagnosticInfo { get; set; }

    /// <inheritdoc />
    private protected override void Process() => Send(Operations.GetEndpoints(Query()), WriteEndpoint);

    private EndpointQuery Query() => new()
    {
        Identity = Identity.OrNull(),
        EndpointType = Type?.ToString(),
    };
}
