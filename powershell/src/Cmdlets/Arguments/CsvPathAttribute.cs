using System;
using System.Linq;
using System.Management.Automation;

namespace ImapMigration;

/// <summary>Takes a path, a file, or an object with the path of one. What may be a CSV itself is left to -CSVData.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class CsvPathAttribute : ArgumentTransformationAttribute
{
    private static readonly string[] Paths = ["PSPath", "FullName", "Path"];

    /// <inheritdoc />
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        if (Given.Base(inputData) is null)
        {
            return null;
        }

        var path = Given.Text(inputData) ?? Property(PSObject.AsPSObject(inputData));
        return path is not null && !(Rows.MayBe(path) && PathArgumentAttribute.Resolved(path, engineIntrinsics.SessionState.Path) is null)
            ? path
            : throw Given.Declined("a path; rows, lines and bytes go to -CSVData, or through the pipeline", inputData);
    }

    private static string? Property(PSObject given) =>
        CsvRow.Marks.Any(name => given.Properties[name] is not null)
            ? null
            : Paths.Select(name => Given.Text(given.Properties[name]?.Value)).FirstOrDefault(path => path is not null);
}
