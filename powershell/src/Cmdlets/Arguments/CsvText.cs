using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Text;

namespace ImapMigration;

/// <summary>Turns the objects of Import-Csv back into the bytes of a CSV (RFC 4180, UTF-8).</summary>
internal static class CsvText
{
    /// <summary>The columns are those of all objects. Every field is quoted: a password may hold anything.</summary>
    internal static CsvBytes From(IReadOnlyList<PSObject> rows)
    {
        var columns = rows.SelectMany(row => row.Properties.Select(property => property.Name)).Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
        var text = new StringBuilder().Append(Line(columns));
        foreach (var row in rows)
        {
            text.Append(Line(columns.Select(column => Given.Text(row.Properties[column]?.Value) ?? "")));
        }

        return new CsvBytes(Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static string Line(IEnumerable<string> fields) =>
        string.Join(",", fields.Select(field => $"\"{field.Replace("\"", "\"\"")}\"")) + "\r\n";
}
