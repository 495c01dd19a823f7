using System;
using System.Management.Automation;
using System.Security;

namespace ImapMigration;

/// <summary>Takes a secret as a SecureString, or as the password of a credential. Plain text would stay in the history.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SecretArgumentAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc />
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => Given.Base(inputData) switch
    {
        null => null,
        SecureString secret => secret,
        PSCredential credential => credential.Password,
        _ => throw Given.Refusal("a SecureString, as (Read-Host -AsSecureString) asks for one", inputData),
    };
}
