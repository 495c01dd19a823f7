using System;
using System.Management.Automation;

namespace ImapMigration;

/// <summary>Takes a name, an address, a guid, or an object of this module for the identity that it stands for.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class IdentityArgumentAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc />
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            IIdentified known => known.Key,
            Guid guid => guid.ToString(),

            // `Get-MigrationBatch -IncludeReport $true`: the value of a switch, not an identity.
            bool => null,
            object[] several => Array.ConvertAll(several, one => Transform(engineIntrinsics, one)),
            _ => inputData,
        };
    }
}
