using System;
using System.IO;

using ImapMigration.Interop;
using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>Reads the file of a CSV, and puts a CSV into a request.</summary>
internal static class CsvFile
{
    /// <summary>How to pass a CSV so that nothing can go wrong.</summary>
    internal const string Hint = "use -CSVData ([System.IO.File]::ReadAllBytes('path'))";

    /// <summary>The bytes of a file.</summary>
    /// <exception cref="MigrationErrorException">The file cannot be read.</exception>
    internal static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new MigrationErrorException(new ErrorView
            {
                Kind = "csv_unreadable",
                Message = $"the CSV cannot be read: {e.Message}",
                Object = path,
            });
        }
    }

    /// <summary>A CSV for a request.</summary>
    internal static CsvCheck ToRequest(byte[] csv, bool allowUnknownColumns, char? delimiter, bool lenient) => new()
    {
        Csv = Convert.ToBase64String(csv),
        AllowUnknownColumns = allowUnknownColumns,
        Delimiter = delimiter?.ToString(),
        Lenient = lenient,
    };
}
