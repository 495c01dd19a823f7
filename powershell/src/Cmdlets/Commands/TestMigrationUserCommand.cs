using System.Management.Automation;

using ImapMigration.Interop.Contract;

namespace ImapMigration.Commands;

/// <summary>Reads both sides of a user and compares them, folder by folder. Changes nothing.</summary>
[Cmdlet(VerbsDiagnostic.Test, "MigrationUser", DefaultParameterSetName = "Identity")]
[OutputType(typeof(MigrationFolderVerification))]
public sealed class TestMigrationUserCommand : UserActionCmdlet
{
    private protected override Request RequestFor(string user) => Operations.VerifyUser(new ObjectIdentity { Identity = user });
}
