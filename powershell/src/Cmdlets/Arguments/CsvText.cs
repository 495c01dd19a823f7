using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

using ImapMigration.Interop;

namespace ImapMigration;

/// <summary>Turns rows back into the bytes of a CSV (RFC 4180, UTF-8).</summary>
internal static class CsvText
{
    /// <summary>The columns are those of all rows. Every field is quoted: a password may hold anything.</summary>
    /// <exception cref="MigrationErrorException">A cell holds what has no text.</exception>
    internal static CsvBytes From(IReadOnlyList<CsvRow> rows)
    {
        var columns = rows.SelectMany(row => row.Columns).Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
        var text = new StringBuilder().Append(Line(columns));
        for (var i = 0; i < rows.Count; i++)
        {
            text.Append(Line(columns.Select(column => rows[i].Text(column) ?? throw CsvSource.NoText(i + 1))));
        }

        return new CsvBytes(Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static string Line(IEnumerable<string> fields) =>
        string.Join(",", fields.Select(field => $"\"{field.Replace("\"", "\"\"")}\"")) + "\r\n";
}
