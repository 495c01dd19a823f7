using System;
using System.Management.Automation;

using ImapMigration.Interop;

namespace ImapMigration;

/// <summary>Takes what admins have at hand for a CSV: bytes, a path, a file, its text, its lines, or objects of Import-Csv.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class CsvDataAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc />
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        if (Given.Base(inputData) is CsvBytes)
        {
            return inputData;
        }

        try
        {
            return CsvSource.Bytes(inputData, engineIntrinsics.SessionState.Path);
        }
        catch (MigrationErrorException e)
        {
            throw new ArgumentTransformationMetadataException(ErrorText.Full(e.Error));
        }
    }
}
