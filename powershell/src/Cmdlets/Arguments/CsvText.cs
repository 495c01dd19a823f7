using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Text;

namespace ImapMigration;

/// <summary>Turns the objects of Import-Csv back into the bytes of a CSV (RFC 4180, UTF-8).</summary>
internal static class CsvText
{
    /// <summary>The columns are those of the first object. Every field is quoted: a password may hold anything.</summary>
    internal static byte[] From(IReadOnlyList<PSObject> rows)
    {
        var columns = rows[0].Properties.Select(property => property.Name).ToArray();
        var text = new StringBuilder().Append(Line(columns));
        foreach (var row in rows)
        {
            text.Append(Line(columns.Select(column => row.Properties[column]?.Value?.ToString() ?? "")));
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static string Line(IEnumerable<string> fields) =>
        string.Join(",", fields.Select(field => $"\"{field.Replace("\"", "\"\"")}\"")) + "\r\n";
}
