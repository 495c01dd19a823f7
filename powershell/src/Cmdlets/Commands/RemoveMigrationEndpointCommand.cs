using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration.Commands;

/// <summary>Removes an endpoint that no batch uses.</summary>
[Cmdlet(VerbsCommon.Remove, "MigrationEndpoint", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveMigrationEndpointCommand : ExchangeCmdlet
{
    /// <summary>The name or guid.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [AllowNull, AllowEmptyString, IdentityArgument(typeof(MigrationEndpointIdParameter))]
    [ArgumentCompleter(typeof(EndpointNameCompleter))]
    public MigrationEndpointIdParameter? Identity { get; set; }

    /// <inheritdoc />
    private protected override void Process()
    {
        if (Named(Identity, "migration endpoint") is { } name)
        {
            Change($"Migration endpoint '{name}'", "Remove", () => Operations.RemoveEndpoint(new ObjectIdentity { Identity = name }));
        }
    }
}
