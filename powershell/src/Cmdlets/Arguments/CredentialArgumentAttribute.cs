using System;
using System.Management.Automation;

namespace ImapMigration;

/// <summary>Takes a credential, or a user name, for which PowerShell asks the password.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class CredentialArgumentAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc />
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => Given.Base(inputData) switch
    {
        null => null,
        PSCredential credential => credential,
        string user when !Rows.MayBe(user) => new CredentialAttribute().Transform(engineIntrinsics, user),
        _ => throw Given.Refusal("a credential, as Get-Credential makes one, or a user name", inputData),
    };
}
