using System;
using System.IO;
using System.Linq;
using System.Management.Automation;

using ImapMigration.Interop;

namespace ImapMigration;

/// <summary>Takes what admins have at hand for the bytes of a CSV: bytes, a path, a file, or objects of Import-Csv.</summary>
internal sealed class CsvDataAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc />
    public override object Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var value = Base(inputData);
        return value switch
        {
            byte[] bytes => bytes,
            FileInfo file => Read(file.FullName),
            string path => Read(engineIntrinsics.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path)),
            PSCustomObject => CsvText.From([(PSObject)inputData!]),
            object[] { Length: > 0 } several => FromArray(several),
            _ => throw Unusable(value),
        };
    }

    private static byte[] FromArray(object[] several)
    {
        // `Get-Content -Encoding Byte` delivers bytes one by one.
        if (several.All(one => Base(one) is byte))
        {
            return Array.ConvertAll(several, one => (byte)Base(one)!);
        }

        return several.All(one => one is PSObject { BaseObject: PSCustomObject })
            ? CsvText.From(Array.ConvertAll(several, one => (PSObject)one))
            : throw Unusable(Base(several[0]));
    }

    private static object? Base(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;

    private static byte[] Read(string path)
    {
        try
        {
            return CsvFile.Read(path);
        }
        catch (MigrationErrorException e)
        {
            throw new ArgumentTransformationMetadataException($"{ErrorText.Full(e.Error)} {ErrorText.Sentence(CsvFile.Hint)}", e);
        }
    }

    private static ArgumentTransformationMetadataException Unusable(object? value) =>
        new($"CSVData takes the bytes of a CSV file, not {value?.GetType().Name ?? "nothing"}. {ErrorText.Sentence(CsvFile.Hint)}");
}
