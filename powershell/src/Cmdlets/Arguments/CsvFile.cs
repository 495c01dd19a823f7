using System;
using System.IO;
using System.Management.Automation;

using ImapMigration.Interop;
using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>Reads the file of a CSV, and puts a CSV into a request.</summary>
internal static class CsvFile
{
    /// <summary>How to pass a CSV so that nothing can go wrong.</summary>
    internal const string Hint = "use -CSVData ([System.IO.File]::ReadAllBytes('path'))";

    /// <summary>The bytes of the file at a path. A text that leads nowhere and may be a row is not repeated.</summary>
    /// <exception cref="MigrationErrorException">The file cannot be read.</exception>
    internal static CsvBytes Read(string path, PathIntrinsics paths)
    {
        if (Rows.MayBe(path) && PathArgumentAttribute.Resolved(path, paths) is null)
        {
            throw Unreadable("a text was given that is no path of a file, and that may be a row", null);
        }

        var full = paths.GetUnresolvedProviderPathFromPSPath(path);
        try
        {
            return new CsvBytes(File.ReadAllBytes(full));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw Unreadable(e.Message, full);
        }
    }

    /// <summary>A CSV for a request.</summary>
    internal static CsvCheck ToRequest(CsvBytes csv, bool allowUnknownColumns, char? delimiter, bool lenient) => new()
    {
        Csv = Convert.ToBase64String(csv.Value),
        AllowUnknownColumns = allowUnknownColumns,
        Delimiter = delimiter?.ToString(),
        Lenient = lenient,
    };

    private static MigrationErrorException Unreadable(string reason, string? path) => new(new ErrorView
    {
        Kind = "csv_unreadable",
        Message = $"the CSV cannot be read: {reason}",
        Remedy = Hint,
        Object = path,
    });
}
