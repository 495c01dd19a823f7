using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration.Commands;

/// <summary>Reads both sides of a user and compares them, folder by folder. Changes nothing.</summary>
[Cmdlet(VerbsDiagnostic.Test, "MigrationUser")]
[OutputType(typeof(MigrationFolderVerification))]
public sealed class TestMigrationUserCommand : MigrationCmdlet
{
    /// <summary>The address, the guid, or an object of Get-MigrationUser.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowNull, AllowEmptyString, IdentityArgument]
    [ArgumentCompleter(typeof(UserAddressCompleter))]
    public string? Identity { get; set; }

    /// <inheritdoc />
    private protected override void Process()
    {
        if (HasIdentity(Identity, "migration user"))
        {
            Send(Operations.VerifyUser(new ObjectIdentity { Identity = Identity! }));
        }
    }
}
