using System;
using System.Collections;
using System.Collections.Generic;
using System.Data;
using System.Linq;
using System.Management.Automation;
using System.Net;
using System.Security;

namespace ImapMigration;

/// <summary>A row of a CSV that is an object: of Import-Csv, of a class, a hashtable, or a row of a DataTable.</summary>
internal sealed class CsvRow
{
    /// <summary>The columns that tell a row.</summary>
    internal static readonly string[] Marks = ["EmailAddress", "UserName", "Password"];

    private readonly Dictionary<string, object?> _cells = new(StringComparer.OrdinalIgnoreCase);

    private CsvRow(IEnumerable<(string Column, object? Value)> cells)
    {
        foreach (var (column, value) in cells)
        {
            _cells[column] = value;
        }
    }

    /// <summary>The columns that this row has, in its order.</summary>
    internal IEnumerable<string> Columns => _cells.Keys;

    /// <summary>The row that an object is; null if it is none.</summary>
    internal static CsvRow? From(object? given) => Given.Base(given) switch
    {
        null or string or byte => null,
        IDictionary pairs => new(pairs.Keys.OfType<string>().Select(key => (key, (object?)pairs[key]))),
        DataRow row => new(row.Table.Columns.Cast<DataColumn>().Select(column => (column.ColumnName, (object?)row[column]))),
        DataRowView view => From(view.Row),
        PSCustomObject => OfProperties(given!),
        _ => Given.Property(given!, "EmailAddress") is null ? null : OfProperties(given!),
    };

    /// <summary>The text of a cell, empty where there is none; null if what it holds has no text.</summary>
    internal string? Text(string column) => _cells.TryGetValue(column, out var value) ? Text(column, value) : "";

    private static CsvRow OfProperties(object given) =>
        new(PSObject.AsPSObject(given).Properties.Select(property => (property.Name, (object?)property.Value)));

    private static string? Text(string column, object? value) => Given.Base(value) switch
    {
        null => "",
        SecureString password => new NetworkCredential("", password).Password,
        PSCredential login when column.EndsWith("UserName", StringComparison.OrdinalIgnoreCase) => login.UserName?.TrimStart('\\') ?? "",
        PSCredential login => Text(column, login.Password),
        byte number => $"{number}",
        _ => Given.Text(value),
    };
}
