using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration.Commands;

/// <summary>Removes an endpoint that no batch uses.</summary>
[Cmdlet(VerbsCommon.Remove, "MigrationEndpoint", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveMigrationEndpointCommand : ExchangeCmdlet
{
    /// <summary>The name or guid.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowNull, AllowEmptyString, IdentityArgument]
    [ArgumentCompleter(typeof(EndpointNameCompleter))]
    public string? Identity { get; set; }

    /// <inheritdoc />
    private protected override void Process()
    {
        if (HasIdentity(Identity, "migration endpoint") && ShouldProcess($"Migration endpoint '{Identity}'", "Remove"))
        {
            Send(Operations.RemoveEndpoint(new ObjectIdentity { Identity = Identity! }));
        }
    }
}
