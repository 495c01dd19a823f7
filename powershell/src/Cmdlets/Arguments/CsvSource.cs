using System;
using System.Collections;
using System.Data;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Text;

using ImapMigration.Interop;
using ImapMigration.Interop.Contract;

namespace ImapMigration;

/// <summary>Makes the bytes of a CSV from whatever an admin has of it.</summary>
internal static class CsvSource
{
    private static readonly char[] LineBreaks = ['\r', '\n'];

    /// <summary>The bytes of bytes, a text, a path, a file, a row, or a list of bytes, lines or rows.</summary>
    /// <exception cref="MigrationErrorException">It is none of these, or its file cannot be read.</exception>
    internal static CsvBytes Bytes(object? given, PathIntrinsics paths) => Given.Base(given) switch
    {
        byte[] bytes => new CsvBytes((byte[])bytes.Clone()),
        FileInfo file => CsvFile.Read(file.FullName, paths),
        string text when text.IndexOfAny(LineBreaks) >= 0 => FromText(text),
        "" => throw Empty(),
        string path => CsvFile.Read(path, paths),
        _ when CsvRow.From(given) is { } row => CsvText.From([row]),
        DataTable table => FromList([.. table.Rows.Cast<object?>()], paths),
        IEnumerable several => FromList([.. several.Cast<object?>()], paths),
        _ => throw Unusable(given),
    };

    /// <summary>The error of a cell that holds what has no text. Not even its column is shown: that, too, may be a password.</summary>
    internal static MigrationErrorException NoText(int row) => Invalid($"a cell of row {row} holds an object that is no text, number or password");

    private static CsvBytes FromList(object?[] list, PathIntrinsics paths)
    {
        var bases = Array.ConvertAll(list, Given.Base);
        return bases switch
        {
            [] => throw Empty(),
            [_] => bases[0] is byte one ? new CsvBytes([one]) : Bytes(list[0], paths),
            _ when bases.All(one => one is byte) => new CsvBytes(Array.ConvertAll(bases, one => (byte)one!)),
            _ when bases.All(one => one is string) => FromText(string.Join("\r\n", bases)),
            _ => CsvText.From(Array.ConvertAll(list, one => CsvRow.From(one) ?? throw Unusable(one is byte or string ? list : one))),
        };
    }

    private static CsvBytes FromText(string text) => new(Encoding.UTF8.GetBytes(text));

    private static MigrationErrorException Empty() => Invalid("the CSV is empty");

    private static MigrationErrorException Unusable(object? given) =>
        Invalid($"a CSV is the bytes of its file, its path, its text or objects of Import-Csv, not {Given.Kind(given)}");

    private static MigrationErrorException Invalid(string message) => new(new ErrorView
    {
        Kind = "invalid_argument",
        Message = message,
        Remedy = CsvFile.Hint,
    });
}
